"""What is changed in the workspace reaches students when it is published, and what must not be changed is refused in words."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, Course, Enrolment, GlossaryTerm, GradeItem, LessonEdition
from operations.verify import grades
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.taking import start, submit
from tests.factories import right_answers
from tests.workspace.authors import Author
from tests.workspace.site import Site
from workspace.publishing.publish import Unpublishable

HOME = "/admin/workspace/"


@pytest.fixture
def author(ines: User, course: Course) -> Author:
    return Author(ines, course)


@pytest.fixture
def site(ines_client: Client) -> Site:
    return Site(ines_client)


@pytest.fixture
def graded(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    submit.submit(attempt=attempt, now=timezone.now(), answers=right_answers(quiz))
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    attempt.refresh_from_db()
    return attempt


def change_rules(author: Author, **rules: Any) -> None:
    record = author.read().records["quiz", "quiz"]
    author.save({("quiz", "quiz"): {**record, "rules": {**record["rules"], **rules}}})


def change_key(author: Author) -> None:
    """Let another choice of the first question be the right one."""
    record = author.read().records["question", "quiz", "q0"]
    choices = [
        {**choice, "correct": position == 1}
        for position, choice in enumerate(sorted(record["choices"], key=lambda choice: not choice["correct"]))
    ]
    author.save({("question", "quiz", "q0"): {**record, "choices": choices}})


def faults_of(author: Author) -> list[str]:
    with pytest.raises(Unpublishable) as refused:
        author.publish()
    return [fault.message for fault in refused.value.faults]


def test_a_changed_lesson_is_rendered_and_counts_as_another_version(
    author: Author, lesson: Activity, alice_client: Client, enrolment: Enrolment
) -> None:
    before = lesson.version
    author.change_edition("lesson-1", "en", body="A **new** text.")
    english = {"Accept-Language": "en"}
    assert "<strong>new</strong>" not in alice_client.get(lesson.get_absolute_url(), headers=english).text
    author.publish()
    lesson.refresh_from_db()
    assert lesson.version == before + 1
    assert "<strong>new</strong>" in alice_client.get(lesson.get_absolute_url(), headers=english).text


def test_a_changed_definition_is_in_every_lesson_that_names_it(author: Author, lesson: Activity) -> None:
    GlossaryTerm.objects.create(
        course=lesson.course, key="mean", activity=lesson, term_ko="평균", term_en="mean",
        definition_ko="합을 수로 나눈 값", definition_en="the sum by the count",
    )  # fmt: skip
    author.change_edition("lesson-1", "en", body="The [[mean|mean]] of it.")
    record = author.read().records["term", "mean"]
    author.save({("term", "mean"): {**record, "definition": {**record["definition"], "en": "another wording"}}})
    author.publish()
    assert "another wording" in LessonEdition.objects.get(lesson=lesson.lesson, language="en").html


def test_a_changed_answer_key_is_a_new_version_and_earlier_attempts_keep_theirs(
    author: Author, site: Site, quiz: Quiz, graded: Attempt
) -> None:
    change_key(author)
    site.open(f"{HOME}statistics/publish/")
    site.send(site.form(note="*"), {})
    assert any("attempts were graded by an earlier version" in message for message in site.messages())
    assert reverse("admin:quizzes_quiz_regrade", args=[quiz.pk]) in site.text
    quiz.refresh_from_db()
    assert quiz.current_version_id != graded.version_id
    points = graded.points
    graded.refresh_from_db()
    assert (graded.points, graded.status) == (points, "graded")
    assert list(grades.find_differences()) == []


def test_rules_that_would_lower_a_grade_are_refused_with_the_names(author: Author, graded: Attempt) -> None:
    second = start.start(quiz=graded.quiz, enrolment=graded.enrolment, now=timezone.now())
    submit.submit(attempt=second, now=timezone.now(), answers={})
    automatic.grade_attempt(attempt_id=second.pk, now=timezone.now())
    change_rules(author, counts="last")
    assert faults_of(author) == [
        "With these rules 1 student would get a lower grade or no longer pass, without having been warned: Alice. Keep "
        "the pass mark and which attempt counts."
    ]
    assert GradeItem.objects.get().grading_method == "highest"


def test_rules_that_raise_a_grade_name_the_students_before_they_are_published(
    author: Author, site: Site, graded: Attempt
) -> None:
    second = start.start(quiz=graded.quiz, enrolment=graded.enrolment, now=timezone.now())
    submit.submit(attempt=second, now=timezone.now(), answers={})
    automatic.grade_attempt(attempt_id=second.pk, now=timezone.now())
    Quiz.objects.update(grading_method="last")
    GradeItem.objects.update(grading_method="last")
    change_rules(author, counts="highest")
    assert "Alice 0% → 100%" in site.open(f"{HOME}statistics/publish/").text
    author.publish()
    assert GradeItem.objects.get().grading_method == "highest"


def test_a_late_rule_that_would_end_running_attempts_is_refused(
    author: Author, quiz: Quiz, enrolment: Enrolment
) -> None:
    start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    Quiz.objects.update(due_at=timezone.now())
    change_rules(author, late_rule="refuse")
    [message] = faults_of(author)
    assert message.startswith("1 student is in the middle of an attempt")
    assert "Alice" in message


def test_an_archived_lesson_keeps_everybodys_progress_and_grades_agree(
    author: Author, site: Site, graded: Attempt, enrolment: Enrolment
) -> None:
    enrolment.refresh_from_db()
    before = enrolment.progress_percent
    for slug in ("quiz", "lesson-1"):
        site.open(f"{HOME}statistics/archive/{slug}/")
        site.send(site.form_to(f"/archive/{slug}/"), {})
    author.publish()
    enrolment.refresh_from_db()
    assert enrolment.progress_percent >= before
    assert list(grades.find_differences()) == []
    assert Activity.objects.get(slug="quiz").archived_at is not None
    assert Attempt.objects.filter(pk=graded.pk).exists()


@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        ("time_limit", "0", "Ensure this value is greater than or equal to 1."),
        ("time_limit", "99999999999", "Ensure this value is less than or equal to 10000."),
        ("attempts_allowed", "0", "Ensure this value is greater than or equal to 1."),
        ("attempts_allowed", "1001", "Ensure this value is less than or equal to 1000."),
        ("pass_mark", "101", "Ensure this value is less than or equal to 100."),
        ("pass_mark", "x", "Enter a whole number."),
        ("grace", "601", "Ensure this value is less than or equal to 600."),
        ("counts", "best", "Select a valid choice. best is not one of the available choices."),
    ],
)
def test_a_rule_out_of_range_is_refused_at_its_place(
    site: Site, course: Course, author: Author, rule: str, value: str, sentence: str
) -> None:
    form = site.open(f"{HOME}statistics/quizzes/quiz/").form(pass_mark="*")
    site.send(form, {rule: value}, status=400)
    assert site.page.context["form"].errors == {rule: [sentence]}
    assert author.read().drafts == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title_en", "x" * 201),
        ("minutes_en", "0"),
        ("minutes_en", "1e9"),
        ("code", "3 1"),
        ("code", "1-2"),
        ("body_en", "\x01"),
    ],
)
def test_a_lesson_with_a_fault_is_shown_again_with_everything_that_was_typed(
    site: Site, course: Course, author: Author, name: str, value: str
) -> None:
    form = site.open(f"{HOME}statistics/lessons/lesson-1/").form(body_en="*")
    site.send(form, {"body_ko": "한 시간 동안 썼어요.", name: value}, status=400)
    assert list(site.page.context["form"].errors) == [name]
    assert site.form(body_en="*").values["body_ko"] == ["한 시간 동안 썼어요."]
    assert author.read().drafts == {}
