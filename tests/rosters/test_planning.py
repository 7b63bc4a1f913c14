"""What an import would do to each person of a file and of the course. Nothing is written."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses import enrolment as enrolling
from courses.models import Cohort, Course, Enrolment
from rosters import planning
from rosters.planning import Action, Plan
from rosters.reading import columns, people, tables
from tests.factories import EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


def plan(course: Course, text: str, **more: Any) -> Plan:
    rows = tables.read(text.encode())
    return planning.plan(course, people.read(rows, columns.recognise([cells for _n, cells in rows])), **more)


def actions(found: Plan) -> dict[str, str]:
    return {row.person.email: row.action for row in found.rows}


def test_each_person_gets_an_action(course: Course, enrolment: Enrolment, bob: User) -> None:
    second = Cohort.objects.create(course=course, name="2")
    gone = EnrolmentFactory(course=course, user=UserFactory(email="gone@example.com"))
    enrolling.withdraw(enrolment=gone)
    moving = EnrolmentFactory(course=course, user=UserFactory(email="moving@example.com"), cohort=second)
    found = plan(
        course,
        "email,cohort,status,role\nnew@example.com,,,\nbob@example.com,,,\ngone@example.com,,,\nmoving@example.com,3,,\n"
        "alice@example.com,,,\nleft@example.com,,deleted,\nta@example.com,,,ta\nwrong,,,\n",
    )
    assert actions(found) == {
        "new@example.com": Action.CREATE,
        "bob@example.com": Action.ENROL,
        "gone@example.com": Action.RETURN,
        "moving@example.com": Action.MOVE,
        "alice@example.com": Action.UNCHANGED,
        "left@example.com": Action.LEFT,
        "ta@example.com": Action.STAFF,
        "wrong": Action.INVALID,
    }
    assert found.new_cohorts == ["3"]
    assert found.absent == []
    assert moving.cohort == second
    assert User.objects.filter(email="new@example.com").count() == 0


def test_who_is_missing_or_has_left_is_named(course: Course, enrolment: Enrolment, ines: User) -> None:
    left = EnrolmentFactory(course=course, user=UserFactory(email="left@example.com"))
    EnrolmentFactory(course=course, user=ines)
    misspelt = EnrolmentFactory(course=course, user=UserFactory(email="cho@example.com", name="Cho"))
    found = plan(course, "email,name,status\nleft@example.com,,inactive\ncho@example.org,Cho,\n")
    assert [(one.enrolment, one.has_left) for one in found.absent] == [
        (enrolment, False),
        (misspelt, False),
        (left, True),
    ]
    # The row that is probably misspelt says so.
    row = next(row for row in found.rows if row.person.name == "Cho")
    assert (row.action, "cho@example.com" in row.remark) == (Action.CREATE, True)


def test_a_cohort_chosen_for_all_counts_where_the_file_has_none(course: Course, enrolment: Enrolment) -> None:
    chosen = Cohort.objects.create(course=course, name="2026")
    assert actions(plan(course, "email\nalice@example.com\n", cohort=chosen)) == {"alice@example.com": Action.MOVE}
    enrolment.cohort = chosen
    enrolment.save()
    assert actions(plan(course, "email\nalice@example.com\n", cohort=chosen)) == {"alice@example.com": Action.UNCHANGED}


def test_the_fingerprint_changes_with_what_would_happen(course: Course, enrolment: Enrolment, bob: User) -> None:
    text = "email\nbob@example.com\nalice@example.com\n"
    before = plan(course, text).fingerprint
    assert plan(course, text).fingerprint == before
    EnrolmentFactory(course=course, user=bob)
    assert plan(course, text).fingerprint != before


def test_the_number_of_queries_is_constant(course: Course) -> None:
    def queries(count: int) -> int:
        text = "email\n" + "".join(f"p{number}@example.com\n" for number in range(count))
        with CaptureQueriesContext(connection) as captured:
            assert len(plan(course, text).rows) == count
        return len(captured)

    assert queries(2) == queries(2000) == 4
