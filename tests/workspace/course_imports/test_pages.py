"""A course is imported from a zip file: plan first, into the draft, by the worker, and never over answers of students."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Course, CourseRole, Enrolment, GradeCategory, GradeItem
from quizzes.authoring.models import Quiz
from quizzes.taking import start, submit
from tests.factories import right_answers
from tests.workspace.authors import Author
from workspace.course_imports import jobs
from workspace.drafts import files, outline, records
from workspace.models import CourseImport, Draft

FORM = "/admin/workspace/+import/"


@pytest.fixture
def author(ines: User, course: Course, quiz: Quiz) -> Author:
    """The author of a published course with a figure."""
    author = Author(ines, course)
    author.change_edition("lesson-1", "en", body="Published.")
    files.add(course, "table.csv", b"a,b", editor=ines, now=timezone.now())
    author.publish()
    return author


def exported(client: Client, slug: str = "statistics") -> bytes:
    return bytes(client.get(f"/admin/workspace/{slug}/export/").content)


def without(content: bytes, *names: str, replace: tuple[str, str] = ("", "")) -> bytes:
    """Return the archive without some files, and with one text replaced by another."""
    result = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(result, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if not name.endswith(names or ("\0",)):
                new.writestr(name, old.read(name).replace(replace[0].encode(), replace[1].encode()))
    return result.getvalue()


def upload(client: Client, content: bytes, **fields: str) -> Any:
    """Upload an archive, let the worker read it, and return the page that shows its plan."""
    page = client.post(FORM, {"file": SimpleUploadedFile("course.zip", content), **fields}, follow=True)
    assert page.status_code == 200
    return worked(client, page.request["PATH_INFO"])


def worked(client: Client, path: str) -> Any:
    jobs.run(import_id=CourseImport.objects.latest("pk").pk, now=timezone.now())
    return client.get(path)


def confirm(client: Client, page: Any) -> Any:
    path = page.request["PATH_INFO"]
    confirmed = client.post(path, {"plan": page.context["plan"]["fingerprint"]}, follow=True)
    assert "hx-get" in confirmed.text
    return worked(client, path)


def state() -> CourseImport:
    return CourseImport.objects.latest("pk")


def test_an_empty_site_gets_the_same_course(author: Author, ines: User, ines_client: Client) -> None:
    content, before = exported(ines_client), author.read().published
    Course.objects.filter(pk=author.course.pk).update(slug="the-first")
    page = upload(ines_client, content)
    assert "This becomes a new course" in page.text
    assert not Course.objects.filter(slug="statistics").exists()
    assert "Look at the course" in confirm(ines_client, page).text
    course = Course.objects.get(slug="statistics")
    assert not course.is_published
    assert CourseRole.objects.get(course=course).user == ines
    assert records.read(course).records == before
    Author(ines, course).publish()
    assert records.read(course).published == before
    assert exported(ines_client) == content


def test_a_large_archive_waits_for_the_worker_and_its_page_polls(author: Author, ines_client: Client) -> None:
    file = SimpleUploadedFile("course.zip", exported(ines_client))
    page = ines_client.post(FORM, {"file": file}, follow=True)
    path = page.request["PATH_INFO"]
    assert f'hx-get="{path}"' in page.text
    assert '<meta http-equiv="refresh"' in page.text
    assert "HX-Refresh" not in ines_client.get(path, headers={"HX-Request": "true"}).headers
    worked(ines_client, path)
    assert ines_client.get(path, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_the_same_archive_changes_nothing(author: Author, ines_client: Client) -> None:
    page = upload(ines_client, exported(ines_client))
    assert "There is nothing to change" in page.text
    assert 'name="plan"' not in page.text


def test_what_differs_becomes_the_draft_and_can_be_undone(author: Author, ines_client: Client) -> None:
    content = without(exported(ines_client), replace=("Published.", "Written elsewhere."))
    page = upload(ines_client, content)
    assert "0 added, 1 changed, 0 archived, 0 removed" in page.text
    confirm(ines_client, page)
    drafted = author.read()
    assert drafted.records["edition", "lesson-1", "en"]["body"] == "Written elsewhere."
    assert drafted.published["edition", "lesson-1", "en"]["body"] == "Published."
    author.undo(author.course.edits.latest("pk"))
    assert not Draft.objects.filter(course=author.course).exists()


def test_what_the_archive_does_not_have_is_archived_or_removed(author: Author, ines: User, ines_client: Client) -> None:
    older = exported(ines_client)
    published = author.add_lesson("Published later", body="Text.")
    author.publish()
    drafted_only = author.add_quiz("Drafted later")
    page = upload(ines_client, older)
    assert page.context["plan"]["counts"] == {"added": 0, "changed": 1, "archived": 1, "removed": 2}
    confirm(ines_client, page)
    activities = {key[1]: fields for key, fields in author.read().records.items() if key[0] == "activity"}
    assert activities[published]["archived"]
    assert drafted_only not in activities
    author.publish()
    assert exported(ines_client) == older


def test_an_archive_without_answered_questions_is_refused_with_their_list(
    author: Author, ines_client: Client, enrolment: Enrolment, quiz: Quiz
) -> None:
    now = timezone.now()
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    submit.submit(attempt=attempt, now=now, answers=right_answers(quiz))
    content = without(exported(ines_client), "quizzes/quiz.yaml", replace=("- quiz: quiz\n", ""))
    page = upload(ines_client, content)
    drafted = author.read()
    assert "students have answered" in page.text
    for key in drafted.records["quiz", "quiz"]["questions"]:
        assert drafted.title(("question", "quiz", key)) in page.text
    assert (state().status, bytes(state().content)) == ("refused", b"")
    # Who takes the quiz out first, having seen what that touches, may import.
    author.save(outline.archive(drafted, "quiz"))
    assert "There is nothing to change" in upload(ines_client, content).text


def test_a_course_that_changed_after_the_plan_shows_the_new_plan(author: Author, ines_client: Client) -> None:
    content = without(exported(ines_client), replace=("Published.", "Written elsewhere."))
    page = upload(ines_client, content)
    author.change_edition("lesson-1", "en", body="Written meanwhile.")
    again = confirm(ines_client, page)
    assert "The course has changed since you looked." in again.text
    assert author.read().records["edition", "lesson-1", "en"]["body"] == "Written meanwhile."
    assert "Look at the course" in confirm(ines_client, again).text
    assert author.read().records["edition", "lesson-1", "en"]["body"] == "Written elsewhere."


def test_a_cancelled_import_changes_nothing(author: Author, ines_client: Client) -> None:
    page = upload(ines_client, without(exported(ines_client), replace=("Published.", "Written elsewhere.")))
    path = page.request["PATH_INFO"]
    ines_client.post(path, {"cancel": "1"})
    ines_client.post(path, {"plan": page.context["plan"]["fingerprint"]})
    worked(ines_client, path)
    assert (state().status, bytes(state().content)) == ("cancelled", b"")
    assert not Draft.objects.filter(course=author.course).exists()


def test_a_course_of_others_is_refused_and_may_be_copied(
    author: Author, ines_client: Client, otto: User, otto_client: Client
) -> None:
    content = exported(ines_client)
    page = upload(otto_client, content)
    assert "that you do not write" in page.text
    assert not Draft.objects.filter(course=author.course).exists()
    confirm(otto_client, upload(otto_client, content, copy="on"))
    copy = Course.objects.get(slug="statistics-2")
    assert CourseRole.objects.get(course=copy).user == otto
    assert records.read(copy).records == author.read().records
    assert not Draft.objects.filter(course=author.course).exists()


@pytest.mark.parametrize("who", ["ada_client", "oscar_client", "alice_client", "client"])
def test_only_those_who_write_courses_import_them(author: Author, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    expected = 403 if who in ("ada_client", "oscar_client") else 302
    assert client.get(FORM).status_code == expected
    assert client.post(FORM, {"file": SimpleUploadedFile("x", b"x")}).status_code == expected
    assert not CourseImport.objects.exists()


def test_an_import_of_somebody_else_is_not_found(author: Author, ines_client: Client, otto_client: Client) -> None:
    path = upload(ines_client, exported(ines_client)).request["PATH_INFO"]
    assert otto_client.get(path).status_code == 404
    assert otto_client.post(path, {"cancel": "1"}).status_code == 404
    assert path not in otto_client.get(FORM).text
    assert path in ines_client.get(FORM).text


def test_a_person_who_lost_the_role_meanwhile_imports_nothing(
    author: Author, ines: User, ines_client: Client, otto: User
) -> None:
    page = upload(ines_client, without(exported(ines_client), replace=("Published.", "Written elsewhere.")))
    ines_client.post(page.request["PATH_INFO"], {"plan": page.context["plan"]["fingerprint"]})
    CourseRole.objects.filter(user=ines).delete()
    jobs.run(import_id=state().pk, now=timezone.now())
    assert state().status == "refused"
    assert not Draft.objects.filter(course=author.course).exists()


def test_the_pages_of_courses_lead_to_the_import(author: Author, ines_client: Client) -> None:
    for page in (reverse("workspace:course-list"), reverse("workspace:settings", args=["statistics"])):
        assert f'href="{FORM}"' in ines_client.get(page).text


def test_a_missing_file_is_asked_for(author: Author, ines_client: Client) -> None:
    answer = ines_client.post(FORM, {})
    assert (answer.status_code, "Choose a file." in answer.text) == (400, True)


def test_weights_come_with_the_draft_and_count_when_it_is_published(author: Author, ines_client: Client) -> None:
    category = b"grade_categories:\n  - name: Quizzes\n    weight: 40\n    drop_lowest: 1\nmodules:"
    content = without(exported(ines_client), replace=("modules:", category.decode()))
    content = without(content, replace=("quiz: quiz", "quiz: quiz\n        weight: 2\n        category: Quizzes"))
    page = upload(ines_client, content)
    assert page.context["plan"]["counts"]["added"] == 1
    ines_client.post(page.request["PATH_INFO"], {"plan": page.context["plan"]["fingerprint"]})
    worked(ines_client, page.request["PATH_INFO"])
    assert [draft.key for draft in Draft.objects.all()] == ["grading"]
    publish = ines_client.get("/admin/workspace/statistics/publish/", headers={"Accept-Language": "en"})
    assert "Weights" in publish.text
    assert "category 1 · lowest grades that do not count: 1" in publish.text
    assert "/admin/reports/statistics/gradebook/weights/" in publish.text
    author.publish()
    item = GradeItem.objects.select_related("category").get(activity__slug="quiz")
    assert (item.weight, str(item.category), GradeCategory.objects.get().drop_lowest) == (2, "Quizzes", 1)
    # What is downloaded again says the same, and a folder that says nothing of weights leaves them.
    assert upload(ines_client, content).context["plan"]["changes_nothing"]
    assert b"weight: 2" in ZipFile(BytesIO(exported(ines_client))).read("statistics/course.yaml")
    silent = without(content, replace=("\n        weight: 2\n        category: Quizzes", ""))
    silent = without(silent, replace=(category.decode(), "modules:"))
    assert upload(ines_client, silent).context["plan"]["changes_nothing"]


def test_weights_of_the_gradebook_are_in_the_export_at_once(author: Author, ines_client: Client) -> None:
    assert b"weight" not in ZipFile(BytesIO(exported(ines_client))).read("statistics/course.yaml")
    item = GradeItem.objects.get(activity__slug="quiz")
    form = {f"weight-{item.pk}": "2.5", f"category-{item.pk}": "", "name-new": "", "share-new": "1", "drop-new": "0"}
    assert ines_client.post("/admin/reports/statistics/gradebook/weights/", form).status_code == 302
    assert b"weight: 2.5" in ZipFile(BytesIO(exported(ines_client))).read("statistics/course.yaml")
