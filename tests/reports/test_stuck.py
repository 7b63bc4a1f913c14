"""Who may need help: each rule, its bounds, and the way to a message."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Course, Enrolment
from quizzes.authoring.models import Quiz
from reports.stuck import Rules, find_stuck
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.graded import choosing, graded

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/reports/statistics/stuck/"
OFF = Rules(away=0, behind=0, failed=0)


def student(course: Course, name: str, *, days: int | None = 0, progress: int = 50) -> Enrolment:
    """A student whose last visit was so many days ago (None: never), and who was enrolled ten days ago."""
    now = timezone.now()
    enrolment = EnrolmentFactory(course=course, user=UserFactory(name=name), progress_percent=progress)
    seen = None if days is None else now - timedelta(days=days)
    Enrolment.objects.filter(pk=enrolment.pk).update(last_seen_at=seen, created_at=now - timedelta(days=10))
    return enrolment


def found(course: Course, rules: Rules) -> dict[str, list[str]]:
    stuck = find_stuck(course, rules, now=timezone.now())
    names = dict(Enrolment.objects.values_list("pk", "user__name"))
    return {names[one.enrolment]: one.reasons for one in stuck}


def test_who_has_not_been_here_for_so_many_days(course: Course) -> None:
    for name, days in (("six", 6), ("seven", 7), ("never", None)):
        student(course, name, days=days)
    reasons = found(course, Rules(away=7, behind=0, failed=0))
    assert reasons == {"seven": ["not here for 7 days"], "never": ["enrolled 10 days ago, and never here"]}


def test_who_is_far_behind_the_median_of_the_cohort(course: Course) -> None:
    for name, progress in (("a", 60), ("b", 60), ("c", 41), ("d", 40)):
        student(course, name, progress=progress)
    assert found(course, Rules(away=0, behind=1, failed=0)) == {"d": ["40% done; half of the cohort has at least 41%"]}
    assert found(course, Rules(away=0, behind=2, failed=0)) == {}


def test_who_has_tried_a_quiz_often_without_passing(quiz: Quiz, course: Course) -> None:
    once, twice, passed = (student(course, name) for name in ("once", "twice", "passed"))
    wrong = {question.uuid: {"choice": None} for question in quiz.questions.filter(kind="single_choice")}
    for enrolment in (once, twice, twice, passed):
        graded(quiz, enrolment, wrong)
    graded(quiz, passed, choosing(quiz, 0))
    assert list(found(course, Rules(away=0, behind=0, failed=2))) == ["twice"]


def test_who_has_finished_is_not_stuck(course: Course) -> None:
    student(course, "done", days=300, progress=100)
    assert found(course, Rules()) == {}


def test_without_rules_nobody_is_stuck(course: Course) -> None:
    student(course, "away", days=300, progress=0)
    assert found(course, OFF) == {}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Rules()),
        ({"away": "3"}, Rules(away=3)),
        ({"away": "-1", "behind": "x", "failed": "9999"}, Rules()),
        ({"away": "0"}, Rules(away=0)),
    ],
)
def test_rules_are_read_from_the_address(given: dict[str, str], expected: Rules) -> None:
    assert Rules.read(given) == expected


def test_the_page_leads_to_a_message_to_the_chosen(course: Course, ines_client: Client) -> None:
    away = student(course, "Away", days=30)
    text = ines_client.get(ADDRESS, headers={"Accept-Language": "en"}).content.decode()
    assert "not here for 30 days" in text
    form = ines_client.get(f"/admin/announcements/statistics/new/?to={away.pk}&to=5", headers={"Accept-Language": "en"})
    assert f'value="{away.pk},5"' in form.content.decode()
    assert "It goes to 2 chosen students." in " ".join(form.content.decode().split())


def test_queries_do_not_grow(course: Course, ines_client: Client) -> None:
    counts = []
    for number in (2, 60):
        for index in range(number):
            student(course, f"{number}-{index}", days=30)
        ines_client.get(ADDRESS)
        with CaptureQueriesContext(connection) as captured:
            ines_client.get(ADDRESS)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_students_are_loaded_for_one_page_only(
    course: Course, ines_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        student(course, name, days=30)
    monkeypatch.setattr("reports.pages.stuck.PAGE_SIZE", 1)
    made: list[Enrolment] = []

    def note(sender: object, instance: Enrolment, **_: object) -> None:
        made.append(instance)

    post_init.connect(note, sender=Enrolment)
    try:
        text = ines_client.get(ADDRESS, {"page": "2"}).content.decode()
    finally:
        post_init.disconnect(note, sender=Enrolment)
    assert "b" in {each.user.name for each in made}
    assert len(made) == 1
    assert "not here for 30 days" in text
