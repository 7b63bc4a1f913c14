"""The admin: every list and form opens, instructors see only their courses, and edits have their effects."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.admin.classes import CourseScopedAdmin
from courses.models import (
    Cohort,
    Course,
    Enrolment,
    GlossaryTerm,
    SummaryDelivery,
)
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.authoring.models import Quiz, QuizOverride
from quizzes.grading import automatic
from quizzes.grading.models import GradeNotice, Regrade
from quizzes.taking import start, submit
from tests.copied_rows import make_many
from tests.factories import ActivityFactory, EnrolmentFactory, LessonFactory, QuizFactory, right_answers

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
NAMES = sorted(model._meta.label_lower for model in admin.site._registry)
OURS = sorted(
    model._meta.label_lower for model, one in admin.site._registry.items() if isinstance(one, CourseScopedAdmin)
)


def address(label: str, page: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "x"))
    return client


@pytest.fixture
def graded(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    submit.submit(attempt=attempt, now=timezone.now(), answers=right_answers(quiz))
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    attempt.refresh_from_db()
    add_what_seldom_happens(attempt)
    return attempt


def add_what_seldom_happens(attempt: Attempt) -> None:
    """Create a row in each table that an ordinary attempt leaves empty."""
    now = timezone.now()
    student, quiz = attempt.enrolment, attempt.quiz
    Cohort.objects.get_or_create(course=student.course, name="1")
    QuizOverride.objects.create(quiz=quiz, enrolment=student, reason="ill")
    LateAnswer.objects.create(attempt=attempt, question=uuid4(), response={"text": "late"}, received_at=now)
    Regrade.objects.create(quiz=quiz, version=attempt.version, created_at=now)
    grade = attempt.grades.get()
    GradeNotice.objects.create(attempt=attempt, grade=grade, old_points=0, old_max_points=1, created_at=now)


def first_of(label: str) -> Any:
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    return model._default_manager.first()


@pytest.mark.parametrize("label", NAMES)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_list_and_form_opens(root: Client, graded: Attempt, label: str, language: str) -> None:
    root.cookies["django_language"] = language
    assert root.get(address(label)).status_code == 200
    assert root.get(address(label), {"q": "가 a'\""}).status_code == 200
    assert root.get(address(label, "add")).status_code in (200, 403)
    if row := first_of(label):
        assert root.get(address(label, "change", row.pk)).status_code == 200


def fill(course: Course, name: str) -> None:
    module = course.modules.get()
    lesson = LessonFactory(activity=ActivityFactory(module=module, slug=f"more-{name}"))
    # One question is enough: it is 200 rows in the list of questions.
    quiz = QuizFactory(activity=ActivityFactory(module=module, slug=f"quiz-{name}", kind="quiz"), questions=0)
    GlossaryTerm.objects.create(course=course, key=name, activity=lesson.activity, term_ko="말", definition_ko="뜻")
    attempt = start.start(quiz=quiz, enrolment=EnrolmentFactory(course=course), now=timezone.now())
    submit.submit(attempt=attempt, now=timezone.now(), answers=right_answers(quiz))
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    add_what_seldom_happens(attempt)


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_query_counts_of_the_lists_do_not_grow(
    root: Client, ines_client: Client, course: Course, graded: Attempt
) -> None:
    students = reverse("admin:courses_course_students", args=[course.pk])
    asked = [
        (client, page) for client in (root, ines_client) for page in (*(address(label) for label in OURS), students)
    ]
    make_many(lambda: fill(course, "few"), 2)
    # The first request of each page fills caches of the process.
    for client, page in asked:
        client.get(page)
    few = [(page, queries_of(client, page)) for client, page in asked]
    make_many(lambda: fill(course, "many"), 198)
    assert [(page, queries_of(client, page)) for client, page in asked] == few
    assert max(count for _page, count in few) <= 20
    assert (Attempt.objects.count(), Quiz.objects.count(), Enrolment.objects.count()) == (201, 201, 201)


@pytest.mark.parametrize("label", OURS)
def test_an_instructor_sees_only_their_own_course(
    ines_client: Client, otto_client: Client, graded: Attempt, label: str
) -> None:
    GlossaryTerm.objects.create(course=graded.quiz.activity.course, key="t", term_ko="말", definition_ko="뜻")
    row = graded.quiz.activity.course if label == "courses.course" else first_of(label)
    change = address(label, "change", row.pk)
    assert ines_client.get(change).status_code == 200
    # The answer is that for a row that does not exist: a redirect to the start page.
    for address_of_it in (change, address(label, "history", row.pk), address(label, "delete", row.pk)):
        assert otto_client.get(address_of_it).status_code in (302, 403, 404)
    assert otto_client.post(change, {}).status_code in (302, 403, 404)
    listed = otto_client.get(address(label)).text
    assert change not in listed
    # The filters of the list do not show it either.
    assert "활동 quiz" not in listed
    assert "통계" not in listed
    assert ines_client.post(address(label, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_the_pages_of_a_course_open_only_for_its_instructors(
    ines_client: Client, otto_client: Client, course: Course
) -> None:
    for name in ("students", "people", "roster"):
        url = reverse(f"admin:courses_course_{name}", args=[course.pk])
        assert ines_client.get(url).status_code == 200
        assert otto_client.get(url).status_code == 404
        assert otto_client.post(url, {"text": "email\na@example.com", "confirm": "1"}).status_code in (404, 405)


def test_a_student_has_no_access(alice_client: Client, course: Course) -> None:
    for label in NAMES:
        assert alice_client.get(address(label)).status_code == 302
    assert alice_client.get(reverse("admin:courses_course_students", args=[course.pk])).status_code == 302


@pytest.mark.parametrize("label", ["quizzes.attempt", "courses.gradechange", "courses.summarydelivery"])
def test_records_of_events_cannot_be_edited(root: Client, graded: Attempt, label: str) -> None:
    assert root.get(address(label, "add")).status_code == 403
    if row := first_of(label):
        assert root.post(address(label, "change", row.pk), {"points": "99"}).status_code == 403
        assert root.post(address(label, "delete", row.pk), {"post": "yes"}).status_code == 403


# --- effects of edits -----------------------------------------------------------------------------------


def data_of(page: Any) -> dict[str, Any]:
    """Return what the browser would send for the unchanged form."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = "on" if value is True else value
    return data


def change(client: Client, label: str, pk: int, **edits: Any) -> Any:
    """Open the form, change the fields whose names end with the given names, and save."""
    url = address(label, "change", pk)
    data = data_of(client.get(url))
    for ending, value in edits.items():
        [name] = [name for name in data if name.endswith(ending)] or [ending]
        data[name] = value
    return client.post(url, data)


def test_the_page_of_students_shows_progress_and_grades(ines_client: Client, course: Course, graded: Attempt) -> None:
    page = ines_client.get(reverse("admin:courses_course_students", args=[course.pk])).text
    assert "alice@example.com" in page
    assert re.search(r">\s*100%", page)
    nobody = ines_client.get(reverse("admin:courses_course_students", args=[course.pk]), {"q": "nobody"}).text
    assert "alice@example.com" not in nobody


def test_an_administrator_can_send_an_uncertain_summary_again(
    root: Client, enrolment: Enrolment, mailoutbox: list[Any]
) -> None:
    due = timezone.now()
    delivery = SummaryDelivery.objects.create(
        user=enrolment.user, iso_year=2026, iso_week=47, due_at=due, status=SummaryDelivery.Status.UNCERTAIN
    )
    sent = {"action": "send_again", "_selected_action": [delivery.pk]}
    for count in (1, 0):
        answer = root.post(address("courses.summarydelivery"), sent, follow=True, headers={"Accept-Language": "en"})
        assert f"{count} mail" in answer.text
    delivery.refresh_from_db()
    assert delivery.status == SummaryDelivery.Status.SENT
    assert len(mailoutbox) == 1


def test_an_administrator_can_send_an_uncertain_notice_again(
    ines_client: Client, graded: Attempt, mailoutbox: list[Any]
) -> None:
    notice = GradeNotice.objects.get()
    GradeNotice.objects.update(status=GradeNotice.Status.UNCERTAIN)
    sent = {"action": "send_again", "_selected_action": [notice.pk]}
    for count in (1, 0):
        answer = ines_client.post(address("quizzes.gradenotice"), sent, follow=True, headers=ENGLISH)
        assert f"{count} mail" in answer.text
    assert len(mailoutbox) == 1


def test_late_answers_are_decided_on_from_their_list(ines_client: Client, graded: Attempt) -> None:
    late = LateAnswer.objects.get()
    LateAnswer.objects.update(question=graded.public_questions[0]["uuid"])
    question = graded.public_questions[1]["uuid"]
    other = LateAnswer.objects.create(attempt=graded, question=question, response={}, received_at=timezone.now())
    for name, row in (("accept", late), ("decline", other)):
        data = {"action": name, "_selected_action": [row.pk]}
        assert ines_client.post(address("quizzes.lateanswer"), data, follow=True).status_code == 200
    assert list(LateAnswer.objects.order_by("pk").values_list("verdict", flat=True)) == ["accepted", "declined"]
