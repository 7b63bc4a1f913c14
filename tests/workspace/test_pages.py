"""An instructor who has only used a word processor makes a course, without script."""

import html
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from course_files import course_folder
from courses.models import Activity, Course, Enrolment
from quizzes.attempts.models import Attempt
from tests.workspace.site import Site, picture, tiny_png
from workspace.drafts import editing, records
from workspace.models import Draft, Edit, Publication

HOME = "/admin/workspace/"


@pytest.fixture
def site(ines_client: Client) -> Site:
    return Site(ines_client)


def make_course(site: Site) -> Course:
    site.open(HOME)
    site.send(site.form(title="*"), {"title": "새 강의", "languages": "ko,en"})
    return Course.objects.get(title_ko="새 강의")


def add_module(site: Site, title: str) -> None:
    site.send(site.form(button=("action", "add-module")), {"title_ko": title}, button=("action", "add-module"))


def add_lesson(site: Site, course: Course, title: str, body: str) -> str:
    """Add a lesson in both languages with a figure. Return its slug."""
    site.open(f"{HOME}{course.slug}/files/")
    site.send(site.form(alt="*"), {"file": picture(), "alt": "A chart"})
    name = sorted(key[1] for key in records.read(course).records if key[0] == "asset")[-1]
    site.open(f"{HOME}{course.slug}/")
    add = ("action", "add-lesson")
    site.send(site.form(button=add), {"title_ko": title, "title_en": f"{title} (en)"}, button=add)
    slug = site.address.rstrip("/").split("/")[-1]
    text = f"## 왜\n\n{body}\n\n![A chart](assets/{name})"
    form = site.form(body_ko="*")
    site.send(form, {"body_ko": text, "body_en": text.replace("왜", "Why"), "objectives_ko": "하나\n둘"})
    assert "The draft is saved." in site.messages()
    return slug


def add_question(site: Site, course: Course, quiz: str) -> None:
    site.open(f"{HOME}{course.slug}/quizzes/{quiz}/new/single_choice/")
    form = site.form_with("rows-choices")
    endings = ("-text-ko", "-text-en")
    texts = {name: f"text of {name}" for name in form.names if f"-{name}".endswith(endings)}
    right = next(name for name in form.names if "correct" in name)
    site.send(form, {**texts, right: "0"})


def test_an_empty_course_becomes_a_published_one(site: Site, tmp_path: Path) -> None:
    course = make_course(site)
    assert not course.is_published
    add_module(site, "첫 주")
    lessons = [add_lesson(site, course, title, "그래서요.") for title in ("하나", "둘")]
    add = ("action", "add-quiz")
    site.open(f"{HOME}{course.slug}/")
    site.send(site.form(button=add), {"title_ko": "퀴즈"}, button=add)
    quiz = site.address.rstrip("/").split("/")[-1]
    add_question(site, course, quiz)
    site.open(f"{HOME}{course.slug}/preview/lessons/{lessons[0]}/")
    assert "그래서요." in site.text
    assert not Activity.objects.filter(course=course).exists()
    site.open(f"{HOME}{course.slug}/publish/")
    site.send(site.form(note="*"), {"note": "The first week", "show": "on"})
    assert "Version 1 is published." in site.messages()
    assert not Draft.objects.filter(course=course).exists()
    course.refresh_from_db()
    assert course.is_published
    before = records.read(course).published
    course_folder.export_folder(course, tmp_path)
    Course.objects.filter(pk=course.pk).update(slug="old")
    course_folder.import_folder(tmp_path, now=timezone.now())
    assert records.read(Course.objects.exclude(pk=course.pk).get(title_ko="새 강의")).published == before


def test_a_text_that_was_written_after_the_session_ended_is_still_there(site: Site, course: Course, ines: User) -> None:
    address = f"{HOME}{course.slug}/lessons/lesson-1/"
    form = site.open(address).form(body_en="*")
    site.client.logout()
    data = {**form.values, "body_en": "Written for an hour."}
    answer = site.client.post(address, data)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/?next=")
    site.client.force_login(ines)
    site.open(address)
    assert "Written for an hour." in site.form(body_en="*").values["body_en"]
    assert site.messages() == ["Your session had ended. What you wrote is here, and not saved yet."]
    assert not Draft.objects.exists()
    site.open(address)
    assert "Written for an hour." not in site.text


def test_changes_of_two_instructors_to_other_lines_are_merged(site: Site, course: Course) -> None:
    address = f"{HOME}{course.slug}/lessons/lesson-1/"
    first = site.open(address).form(body_en="*")
    site.send(first, {"body_en": "One.\n\nTwo.\n\nThree."})
    mine, theirs = site.open(address).form(body_en="*"), site.open(address).form(body_en="*")
    site.send(theirs, {"body_en": "One.\n\nTwo.\n\nThree, changed."})
    site.send(mine, {"body_en": "One, changed.\n\nTwo.\n\nThree."}, status=409)
    merged = site.form(body_en="*")
    assert merged.values["body_en"] == ["One, changed.\n\nTwo.\n\nThree, changed."]
    site.send(merged, {})
    assert records.read(course).records["edition", "lesson-1", "en"]["body"].startswith("One, changed.")


def test_the_second_of_two_changes_to_one_line_is_told_and_nothing_is_lost(site: Site, course: Course) -> None:
    address = f"{HOME}{course.slug}/lessons/lesson-1/"
    mine, theirs = site.open(address).form(body_en="*"), site.open(address).form(body_en="*")
    site.send(theirs, {"body_en": "Theirs."})
    site.send(mine, {"body_en": "Mine."}, status=409)
    assert "Theirs." in site.text
    form = site.form(body_en="*")
    assert form.values["body_en"] == ["Mine."]
    assert records.read(course).records["edition", "lesson-1", "en"]["body"] == "Theirs."
    site.send(form, {})
    assert records.read(course).records["edition", "lesson-1", "en"]["body"] == "Mine."
    site.open(f"{HOME}{course.slug}/earlier/?activity=lesson-1")
    assert "Theirs." in site.text


QUESTION = f"{HOME}statistics/quizzes/quiz/q0/"


def test_the_second_of_two_changes_to_a_question_is_told_once_and_can_be_saved(site: Site, course: Course) -> None:
    mine, theirs = (site.open(QUESTION).form_with("rows-choices") for _ in range(2))
    site.send(theirs, {"text-en": "Theirs?"})
    site.send(mine, {"text-en": "Mine?"}, status=409)
    assert records.read(course).records["question", "quiz", "q0"]["text"]["en"] == "Theirs?"
    site.send(site.form_with("rows-choices"), {})
    assert records.read(course).records["question", "quiz", "q0"]["text"]["en"] == "Mine?"


def change_quiz(course: Course) -> None:
    record = records.read(course).records["quiz", "quiz"]
    editing.save(
        course, {("quiz", "quiz"): {**record, "intro": {"en": "Theirs."}}}, editor=User.objects.get(name="Ines"),
        action=Edit.Action.CHANGE, subject="", now=timezone.now(),
    )  # fmt: skip


def test_a_fault_does_not_hide_what_somebody_else_saved_meanwhile(site: Site, course: Course) -> None:
    form = site.open(f"{HOME}statistics/quizzes/quiz/").form(pass_mark="*")
    change_quiz(course)
    site.send(form, {"pass_mark": "101"}, status=400)
    site.send(site.form(pass_mark="*"), {"pass_mark": "70"}, status=409)
    assert records.read(course).records["quiz", "quiz"]["intro"] == {"en": "Theirs."}


def test_a_sign_in_does_not_hide_what_somebody_else_saved_meanwhile(site: Site, course: Course, ines: User) -> None:
    address = f"{HOME}statistics/quizzes/quiz/"
    form = site.open(address).form(pass_mark="*")
    site.client.logout()
    site.client.post(address, {**form.values, "pass_mark": "70"})
    change_quiz(course)
    site.client.force_login(ines)
    kept = site.open(address).form(pass_mark="*")
    assert kept.values["pass_mark"] == ["70"]
    site.send(kept, {}, status=409)


def test_a_photo_of_the_draft_is_shown_beside_the_text(site: Site, course: Course) -> None:
    site.open(f"{HOME}statistics/files/")
    photo = SimpleUploadedFile("Photo.png", tiny_png(), "image/png")
    site.send(site.form(alt="*"), {"file": photo, "alt": "A photo"})
    name = next(key[1] for key in records.read(course).records if key[0] == "asset")
    text = {"body_en": f"![A photo](assets/{name})"}
    shown = site.client.post(f"{HOME}statistics/lessons/lesson-1/text/en/", text).text
    [address] = re.findall(r'<img[^>]* src="([^"]+)"', shown)
    answer = site.client.get(html.unescape(address))
    assert (answer.status_code, answer["Content-Type"]) == (200, f"image/{name.rpartition('.')[2]}")


def test_the_text_beside_the_form_needs_no_id_at_a_heading(site: Site, course: Course) -> None:
    answer = site.client.post(f"{HOME}{course.slug}/lessons/lesson-1/text/en/", {"body_en": "# Why\n\nSo."})
    assert '<h2 id="why">' in answer.text
    assert "notice" not in answer.text


def test_a_link_to_nowhere_in_a_question_is_said_at_its_text(site: Site, course: Course) -> None:
    form = site.open(QUESTION).form_with("rows-choices")
    site.send(form, {"text-en": "See [there](lesson:nowhere)."}, status=400)
    assert "leads nowhere" in site.text


def test_archiving_asks_and_is_undone(site: Site, course: Course, enrolment: Enrolment) -> None:
    site.open(f"{HOME}{course.slug}/archive/lesson-1/")
    assert "Nothing is deleted" in site.text
    site.send(site.form_to("/archive/lesson-1/"), {})
    assert records.read(course).module_of("lesson-1") is None
    edit = Edit.objects.get()
    site.send(site.form_to(f"/undo/{edit.pk}/"), {})
    assert not Draft.objects.exists()


def test_a_preview_of_an_attempt_is_graded_and_leaves_no_trace(site: Site, course: Course) -> None:
    add_question(site, course, "quiz")
    before = {model: model.objects.count() for model in (User, Enrolment, Attempt, Activity)}
    site.open(f"{HOME}{course.slug}/preview/quizzes/quiz/start/")
    assert "Look again later" not in site.text
    site.send(site.form_to("/result/"), {}, button=("submit", "1"))
    assert "Preview of the draft" in site.text
    assert "text of text-en" in site.text
    assert site.text.count("Not answered") == 4
    assert {model: model.objects.count() for model in before} == before
    assert Draft.objects.count() == 2


def test_a_preview_of_the_whole_course_has_the_text_of_the_draft(site: Site, course: Course) -> None:
    site.send(site.open(f"{HOME}{course.slug}/lessons/lesson-1/").form(body_en="*"), {"body_en": "Only in the draft."})
    site.open(f"{HOME}{course.slug}/preview/print/")
    assert "Preview of the draft" in site.text
    assert "Only in the draft." in site.text


def test_a_version_is_brought_back(site: Site, course: Course) -> None:
    form = site.open(f"{HOME}{course.slug}/lessons/lesson-1/").form(body_en="*")
    old = form.values["body_en"][0]
    site.send(form, {"body_en": "New."})
    site.open(f"{HOME}{course.slug}/publish/")
    site.send(site.form(note="*"), {})
    site.open(f"{HOME}{course.slug}/history/1/")
    site.send(site.read().forms[-1], {})
    assert records.read(course).records["edition", "lesson-1", "en"]["body"] == old
    assert Publication.objects.get().number == 1


@pytest.mark.parametrize(
    "page",
    ["", "settings/", "lessons/lesson-1/", "quizzes/quiz/", "publish/", "history/", "glossary/", "files/", "preview/"],
)
def test_another_courses_instructor_finds_nothing(otto_client: Client, course: Course, page: str) -> None:
    assert otto_client.get(f"{HOME}{course.slug}/{page}").status_code == 404
