"""The staff's first page: what it says of each course, to whom, and that it says what other pages, mails and files say."""

import re
from collections.abc import Sequence
from datetime import timedelta
from statistics import median_low
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEntry
from accounts.models import User
from analysis import counting, reading
from analysis.in_short import summaries
from analysis.models import QuizSummary
from courses.models import Course, CourseRole, Enrolment
from courses.overviews import answers
from courses.overviews.answers import Figure, Question
from courses.summaries import coming, deliveries
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.grading.models import Regrade
from reports.models import Export
from reports.stuck import Rules, find_stuck
from review.answers.queue import count_waiting
from tests.api import api_for
from tests.copied_rows import make_many
from tests.factories import (
    ActivityFactory,
    CourseFactory,
    CourseRoleFactory,
    EnrolmentFactory,
    QuizFactory,
    UserFactory,
)
from tests.quizzes import every_kind
from tests.quizzes.graded import choosing, graded, of_every_kind, publish
from tests.reports.test_exports import ask, made, table

pytestmark = pytest.mark.django_db
HOME = "/admin/"
ENGLISH = {"Accept-Language": "en"}


def said(reader: User, course: Course, question: Question) -> dict[str, Figure]:
    """Return {definition: the first figure with it} of one course."""
    found = answers.answer(question, reader, [course], timezone.now())[course.pk].figures
    return {figure.definition: figure for figure in reversed(found)}


def page(client: Client, query: str = "") -> str:
    answer = client.get(HOME + query, headers=ENGLISH)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def student(course: Course, name: str, *, progress: int = 50, days: int = 0) -> Enrolment:
    enrolment = EnrolmentFactory(course=course, user=UserFactory(name=name), progress_percent=progress)
    Enrolment.objects.filter(pk=enrolment.pk).update(last_seen_at=timezone.now() - timedelta(days=days))
    return enrolment


@pytest.fixture
def by_hand(quiz: Quiz) -> Quiz:
    every_kind.fill(quiz)
    publish(quiz)
    return quiz


def hand_in(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    attempt = Attempt(version=quiz.current_version, quiz=quiz)
    return graded(quiz, enrolment, of_every_kind(attempt), now=timezone.now())


def unanswered(quiz: Quiz, *, but: str = "") -> dict[UUID, Any]:
    """No answer to any choice question, but the right one to that with this key."""
    right = choosing(quiz, 0)
    return {
        question.uuid: right[question.uuid] if question.key == but else {"choice": None}
        for question in quiz.questions.filter(kind="single_choice")
    }


# --- What it says ------------------------------------------------------------------------------------------------------


def test_who_is_stuck_is_counted_and_the_worst_are_named_with_the_reason(course: Course, ines_client: Client) -> None:
    for name, days in (("Away", 9), ("Here", 0)):
        student(course, name, days=days)
    html = page(ines_client)
    assert "Away: not here for 9 days" in html
    assert "of 2 students" in html
    assert "Here:" not in html
    assert AuditEntry.objects.filter(model="courses.enrolment", subject__name="Away").exists()


@pytest.mark.parametrize(
    ("left", "text"),
    [(0, "students: nobody is enrolled yet"), (1, "students: 1 student has left"), (2, "students: all 2 have left")],
)
def test_a_course_without_students_says_why(course: Course, ines_client: Client, left: int, text: str) -> None:
    for _number in range(left):
        EnrolmentFactory(course=course, status=Enrolment.Status.WITHDRAWN)
    assert text in page(ines_client)


def test_without_a_course_it_says_what_to_do(client: Client, db: None) -> None:
    client.force_login(UserFactory(is_staff=True))
    assert "You have no course yet." in page(client)
    assert "Whoever teaches one can give you a role in it." in page(client)


def test_it_names_the_courses_of_the_reader_only(course: Course, otto_client: Client) -> None:
    student(course, "Quillfeather", days=9)
    html = page(otto_client)
    assert "Quillfeather" not in html
    assert "Statistics" not in html


def test_an_observer_is_not_told_what_only_graders_decide_on(
    by_hand: Quiz, course: Course, oscar_client: Client, ada_client: Client
) -> None:
    hand_in(by_hand, student(course, "Hana"))
    assert "Nothing waits for you." in page(oscar_client)
    assert "hand-in to grade" in page(ada_client)


def test_what_waits_is_told_apart_and_dated(by_hand: Quiz, course: Course, ines: User) -> None:
    attempt = hand_in(by_hand, student(course, "Hana"))
    failed = graded(by_hand, student(course, "Max"), {})
    Attempt.objects.filter(pk=failed.pk).update(status=Attempt.Status.NEEDS_ATTENTION)
    LateAnswer.objects.create(attempt=attempt, question=attempt.uuid, response={}, received_at=timezone.now())
    assert by_hand.current_version is not None
    Regrade.objects.create(quiz=by_hand, version=by_hand.current_version, created_at=timezone.now())
    found = said(ines, course, Question.WAITS)
    assert {name: figure.n for name, figure in found.items()} == {
        "hand_ins_waiting": 1,
        "late_waiting": 1,
        "not_graded": 1,
        "dry_runs": 1,
    }
    assert found["hand_ins_waiting"].since == attempt.submitted_at
    Enrolment.objects.filter(pk=attempt.enrolment_id).update(status=Enrolment.Status.WITHDRAWN)
    assert said(ines, course, Question.WAITS).keys() == {"not_graded", "dry_runs"}


def test_a_quiz_without_files_has_answers_and_no_hand_ins(by_hand: Quiz, course: Course, ines: User) -> None:
    hand_in(by_hand, student(course, "Hana"))
    by_hand.questions.filter(kind="hand_in").update(archived_at=timezone.now())
    assert list(said(ines, course, Question.WAITS)) == ["answers_waiting"]


def test_what_goes_out_in_the_next_seven_days_stands_in_its_order(
    course: Course, quiz: Quiz, ines_client: Client
) -> None:
    now = timezone.now()
    Quiz.objects.filter(pk=quiz.pk).update(
        opens_at=now - timedelta(days=1), due_at=now + timedelta(days=6), closes_at=now + timedelta(days=8)
    )
    for title, days in (("Soon", 2), ("Later", 9)):
        course.announcements.create(
            title={"en": title}, text={"en": "x"}, created_at=now, at=now + timedelta(days=days)
        )
    html = page(ines_client)
    assert html.index("Announcement “Soon”") < html.index(f"{quiz} is due")
    assert "Later" not in html
    assert f"{quiz} opens" not in html
    assert f"{quiz} closes" not in html


# --- It agrees with what others say --------------------------------------------------------------------------------------


def test_the_number_of_those_who_are_stuck_is_that_of_their_page(course: Course, quiz: Quiz, ines: User) -> None:
    for number in range(6):
        student(course, f"S{number}", progress=number * 20, days=number * 3)
    wrong = student(course, "Wrong")
    for _attempt in range(2):
        graded(quiz, wrong, unanswered(quiz))
    listed = find_stuck(course, Rules(), now=timezone.now())
    figure = said(ines, course, Question.STUCK)["stuck"]
    assert figure.n == len(listed) > 3
    names = dict(course.enrolments.values_list("pk", "user__name"))
    expected = [f"{names[one.enrolment]}: {'; '.join(one.reasons)}" for one in listed[:3]]
    assert list(figure.notes) == expected


def test_students_and_their_progress_are_those_of_the_export_and_of_the_api(course: Course, ines: User) -> None:
    for number, progress in enumerate((100, 40, 5)):
        student(course, f"S{number}", progress=progress)
    EnrolmentFactory(course=course, status=Enrolment.Status.WITHDRAWN)
    export = made(ask(course, ines, Export.Format.CSV, "completion"))
    _head, *rows = table(export.content, "utf-8-sig")
    found = said(ines, course, Question.STUCK)
    assert f"of {len(rows)} students" in found["stuck"].text
    assert found["median_progress"].n == median_low(int(row[3]) for row in rows)
    listed = api_for(ines).get(f"/api/v1/courses/{course.slug}/roster")
    assert sorted(each["progress_percent"] for each in listed["results"]) == sorted(int(row[3]) for row in rows)


def test_what_waits_is_what_the_queue_the_sidebar_and_the_api_count(
    by_hand: Quiz, course: Course, ines: User, ines_client: Client
) -> None:
    for name in ("Hana", "Max"):
        hand_in(by_hand, student(course, name))
    found = said(ines, course, Question.WAITS)
    waiting = found["hand_ins_waiting"].n
    assert waiting == count_waiting(ines) == len(api_for(ines).get("/api/v1/grading-queue")["results"]) == 2


def test_questions_to_look_at_and_the_lowest_alpha_are_those_of_the_page_of_the_quiz(
    course: Course, quiz: Quiz, ines: User
) -> None:
    # The best students take another choice than the key of the first question.
    for number in range(24):
        graded(
            quiz,
            student(course, f"S{number}"),
            choosing(quiz, int(number % 5 > 0)) if number % 2 else unanswered(quiz, but="q0"),
        )
    counting.count_graded()
    summaries.refresh()
    figures = reading.get_figures(quiz)
    found = said(ines, course, Question.QUALITY)
    assert found["flagged_questions"].n == figures.by_warning.total() > 0
    assert figures.alpha is not None
    assert found["lowest_alpha"].shown == f"{figures.alpha:.2f}"


def test_the_questions_to_look_at_are_named(course: Course, quiz: Quiz, ines: User, ines_client: Client) -> None:
    for number in range(24):
        graded(quiz, student(course, f"S{number}"), choosing(quiz, 1, "q1"))
    counting.count_graded()
    summaries.refresh()
    flagged = [each for each in reading.get_figures(quiz).questions if each.warning]
    assert "Question 2, “Question q1”: too hard" in page(ines_client)
    ines.language = "ko"
    ines.save()
    korean = ines_client.get(HOME, headers={"Accept-Language": "ko"}).content.decode()
    assert "질문 q1" in korean
    assert len(quiz.figures_summary.named or []) == min(len(flagged), summaries.NAMED)


def test_a_summary_from_before_questions_were_named_is_computed_again(course: Course, quiz: Quiz) -> None:
    graded(quiz, student(course, "Hana"))
    counting.count_graded()
    summaries.refresh()
    QuizSummary.objects.update(named=None)
    assert summaries.refresh() == 1


def test_a_number_of_nought_is_said(course: Course, quiz: Quiz, ines_client: Client) -> None:
    graded(quiz, student(course, "Hana"))
    counting.count_graded()
    summaries.refresh()
    html = page(ines_client)
    assert '<strong class="">0</strong> questions to look at' in html
    assert re.search(r'<strong class="">0</strong> <a href="[^"]*stuck/">of 1 student', html)


def test_a_summary_follows_its_quiz(course: Course, quiz: Quiz, ines: User) -> None:
    for number in range(2):
        graded(quiz, student(course, f"S{number}"))
        counting.count_graded()
        assert summaries.refresh() == 1
        assert summaries.refresh() == 0
        assert reading.get_figures(quiz).n == quiz.figures_summary.n == number + 1
        quiz.refresh_from_db()
    publish(quiz)
    quiz.questions.update(points=3)
    publish(quiz)
    assert summaries.refresh() == 1


def test_sums_from_before_there_were_summaries_get_one(course: Course, quiz: Quiz) -> None:
    graded(quiz, student(course, "Hana"))
    counting.count_graded()
    quiz.figures_summary.delete()
    assert summaries.refresh() == 1


def test_the_weekly_mail_goes_out_then_and_to_so_many(course: Course, ines: User) -> None:
    now = timezone.now()
    for _number in range(3):
        EnrolmentFactory(course=course)
    User.objects.filter(enrolments__course=course).update(time_zone=ines.time_zone)
    User.objects.filter(pk=course.enrolments.latest("pk").user_id).update(wants_weekly_summary=False)
    figure = said(ines, course, Question.WEEK)["weekly_mail"]
    assert figure.since is not None
    assert now < figure.since <= now + timedelta(days=7)
    assert deliveries.queue_due(now=figure.since - timedelta(seconds=1)) == [] or now.weekday() == 0
    assert f"to {len(deliveries.queue_due(now=figure.since))} students" in figure.text


def test_the_next_weekly_mail_is_after_this_moment(ines: User) -> None:
    first = coming.next_due(ines.zone, timezone.now())
    assert coming.next_due(ines.zone, first - timedelta(seconds=1)) == first
    assert coming.next_due(ines.zone, first) == first + timedelta(days=7)


# --- Queries -------------------------------------------------------------------------------------------------------------


def count_queries(client: Client) -> int:
    page(client)
    with CaptureQueriesContext(connection) as captured:
        page(client)
    return len(captured)


def test_queries_grow_neither_with_students_nor_with_courses(
    course: Course, quiz: Quiz, ines: User, ines_client: Client
) -> None:
    def enrol() -> None:
        graded(quiz, student(course, "Copied", days=9))

    make_many(enrol, 2)
    counting.count_graded()
    summaries.refresh()
    few = count_queries(ines_client)
    make_many(enrol, 1_998)
    for number in range(19):
        other = CourseFactory(slug=f"other-{number}")
        CourseRoleFactory(course=other, user=ines, role=CourseRole.Role.INSTRUCTOR)
        QuizFactory(activity=ActivityFactory(module__course=other, kind="quiz"))
        student(other, f"In {number}", days=9)
    assert count_queries(ines_client) == few
    assert few <= 45
    assert "1 / 2" in page(ines_client)
    assert "2 / 2" in page(ines_client, "?page=2")


def test_an_unknown_page_is_the_nearest_one(course: Course, ines_client: Client) -> None:
    pages: Sequence[str] = ("?page=99", "?page=x", "?page=-1")
    for query in pages:
        assert "Statistics" in page(ines_client, query)
