"""Names sort as Koreans expect on SQLite, and on PostgreSQL whatever collation the column has."""

import re

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from courses import access
from courses.models import Course
from tests.api import api_for
from tests.factories import EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
# By code points. `en_US.UTF-8` of glibc puts 이산 first, and languages of ICU put alice before Bob.
IN_ORDER = ["Bob", "alice", "가나", "강감찬", "김철수", "나", "남궁민수", "이산", "이순신", "홍길동"]


def other_collations() -> list[str]:
    """Return the collations that this server may have as that of a database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collname FROM pg_collation WHERE collname IN ('en_US.utf8', 'ko_KR.utf8', 'en-US-x-icu', 'ko-x-icu')"
        )
        return [name for (name,) in cursor.fetchall()]


def enrol_all(course: Course) -> None:
    for name in sorted(IN_ORDER, key=len):
        EnrolmentFactory(course=course, user=UserFactory(name=name))


def names(course: Course) -> list[str]:
    return [enrolment.user.name for enrolment in access.students(course)]


def test_students_are_in_the_order_of_the_alphabet(course: Course) -> None:
    enrol_all(course)
    assert names(course) == IN_ORDER


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_whatever_collation_the_database_has(course: Course, ines_client: Client) -> None:
    enrol_all(course)
    assert other_collations()
    for collation in other_collations():
        with connection.cursor() as cursor:
            # PostgreSQL alters no table with checks that wait for the end of the transaction.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f'ALTER TABLE accounts_user ALTER COLUMN name TYPE varchar(100) COLLATE "{collation}"')
        assert names(course) == IN_ORDER
        page = ines_client.get("/admin/reports/statistics/gradebook/").content.decode()
        shown = re.findall(r'<th scope="row">\s*<a href="[^"]*">([^<]+)<', page)
        assert shown == IN_ORDER


def test_pages_of_the_api_follow_the_same_order(course: Course, ines: User) -> None:
    enrol_all(course)
    ines_api = api_for(ines)
    found: list[str] = []
    address = "courses/statistics/roster?limit=3"
    while address:
        page = ines_api.get(address)
        found += [entry["student"]["name"] for entry in page["results"]]
        address = (page["next"] or "").removeprefix("/api/v1/")
    assert found == IN_ORDER
