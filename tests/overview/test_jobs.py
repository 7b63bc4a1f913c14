"""The page of jobs: what it lists of whose courses, progress, results, cancel, repeat, and how many queries it takes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from announcements.models import Announcement
from common import languages
from courses.models import Course, CourseRole, Enrolment, RosterImport
from courses.overviews import answers, jobs
from courses.overviews.answers import Question
from exchange.models import QuestionImport
from mails.models import Mailing
from quizzes.authoring.models import Quiz
from quizzes.grading.models import Regrade
from reports.models import Export
from tests.factories import CourseRoleFactory, EnrolmentFactory
from tests.overview.test_home import page as home
from tests.quizzes.graded import choosing, graded, other_choice_right
from workspace.models import CourseImport

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/overview/jobs/"
ENGLISH = {"Accept-Language": "en"}


def fill(course: Course, quiz: Quiz, actor: User, *, minutes: int = 0) -> dict[str, Any]:
    """A row of each kind of long work. The later it began, the fewer `minutes` ago that was."""
    at = timezone.now() - timedelta(minutes=minutes)
    common: dict[str, Any] = {"created_by": actor, "created_at": at}
    upload = {**common, "queued_at": at, "reader_language": "en", "content": b"x"}
    assert quiz.current_version is not None
    return {
        "questions": QuestionImport.objects.create(
            **upload, course=course, slug="quiz", language="en", status="refused", error="Line 3 is no question."
        ),
        "roster": RosterImport.objects.create(
            **upload, course=course, file_name="class.xlsx", status="confirmed", done=3, total=9
        ),
        "export": Export.objects.create(**common, course=course, kind="gradebook", format="csv", language="en"),
        "mailing": Mailing.objects.create(**common, course=course, queued_at=at, status="planned"),
        "course": CourseImport.objects.create(**upload, status="planned"),
        "regrade": Regrade.objects.create(**common, quiz=quiz, version=quiz.current_version),
        "announcement": Announcement.objects.create(
            **common, course=course, title={"en": "Meeting"}, text={"en": "x"}, at=at + timedelta(seconds=1)
        ),
    }


@pytest.fixture
def rows(course: Course, quiz: Quiz, ines: User) -> dict[str, Any]:
    return fill(course, quiz, ines)


def page(client: Client, query: str = "", *, expect: int = 200) -> str:
    answer = client.get(ADDRESS + query, headers=ENGLISH)
    assert answer.status_code == expect
    return answer.content.decode()


def steer(client: Client, source: str, row: Any, action: str) -> int:
    data = {"source": source, "uuid": str(row.uuid), action: "1"}
    return client.post(ADDRESS, data, headers=ENGLISH).status_code


def test_every_kind_is_listed_with_its_state_and_result(rows: dict[str, Any], ines_client: Client) -> None:
    html = page(ines_client)
    assert set(rows) == {source.name for source in jobs.get_sources()}
    for text in ("Line 3 is no question.", "class.xlsx", 'value="3" max="9"', "gradebook", "Meeting"):
        assert text in html
    for row in rows.values():
        assert str(row.uuid) in html or f"/regrade/{row.pk}/" in html


def test_a_colleague_does_not_see_an_import_of_a_course(rows: dict[str, Any], course: Course, client: Client) -> None:
    colleague = CourseRoleFactory(course=course, user__is_staff=True).user
    client.force_login(colleague)
    html = page(client)
    assert str(rows["course"].uuid) not in html
    assert str(rows["export"].uuid) in html


@pytest.mark.parametrize("who", ["otto_client", "oscar_client", "ada_client"])
def test_others_neither_see_nor_steer_them(rows: dict[str, Any], who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    html = page(client)
    for name, row in rows.items():
        assert str(row.uuid) not in html
        assert steer(client, name, row, "cancel") == 404
        assert steer(client, name, row, "repeat") == 404
        row.refresh_from_db()
    assert (rows["roster"].status, rows["regrade"].status, rows["course"].status) == ("confirmed", "draft", "planned")


def test_students_are_sent_away(client: Client, alice_client: Client) -> None:
    for one in (client, alice_client):
        page(one, expect=302)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("roster", "cancelled"),
        ("export", "cancelled"),
        ("mailing", "cancelled"),
        ("course", "cancelled"),
        ("regrade", "discarded"),
    ],
)
def test_what_works_or_waits_is_cancelled_once(
    rows: dict[str, Any], ines_client: Client, name: str, status: str
) -> None:
    row = rows[name]
    for _click in range(2):
        assert steer(ines_client, name, row, "cancel") == 302
        row.refresh_from_db()
        assert row.status == status
    assert "That is not possible any more." in page(ines_client)


def test_a_planned_announcement_becomes_a_draft_again(rows: dict[str, Any], ines_client: Client) -> None:
    steer(ines_client, "announcement", rows["announcement"], "cancel")
    rows["announcement"].refresh_from_db()
    assert rows["announcement"].state == "draft"
    assert "Meeting" not in page(ines_client)


def test_an_export_and_a_roster_that_was_given_up_are_done_again(rows: dict[str, Any], ines_client: Client) -> None:
    Export.objects.update(status="failed")
    RosterImport.objects.update(status="refused", table=[[1, ["a@example.com"]]], counts={})
    steer(ines_client, "export", rows["export"], "repeat")
    steer(ines_client, "roster", rows["roster"], "repeat")
    assert [export.status for export in Export.objects.order_by("pk")] == ["failed", "waiting"]
    rows["roster"].refresh_from_db()
    assert rows["roster"].status == "planned"


def test_why_one_was_refused_is_said_in_the_language_of_whoever_looks(
    rows: dict[str, Any], ines_client: Client
) -> None:
    error = languages.write_in_each(lambda: f"refused <{languages.active()}>")
    for name in ("questions", "roster", "course"):
        type(rows[name]).objects.filter(pk=rows[name].pk).update(status="refused", error=error)
    for language, other in (("en", "ko"), ("ko", "en")):
        User.objects.filter(email="ines@example.com").update(language=language)
        html = page(ines_client)
        assert html.count(f"refused &lt;{language}&gt;") == 3
        assert f"&lt;{other}&gt;" not in html


def test_nothing_is_offered_again_of_a_file_that_cannot_be_read(rows: dict[str, Any], ines_client: Client) -> None:
    Mailing.objects.all().delete()
    Export.objects.all().delete()
    RosterImport.objects.update(status="refused", content=b"", table=None)
    assert 'name="repeat"' not in page(ines_client)
    RosterImport.objects.update(content=b"x")
    assert page(ines_client).count('name="repeat"') == 1


def test_a_discarded_regrade_is_made_anew_if_it_would_change_a_grade(
    rows: dict[str, Any], quiz: Quiz, enrolment: Enrolment, ines_client: Client
) -> None:
    steer(ines_client, "regrade", rows["regrade"], "cancel")
    steer(ines_client, "regrade", rows["regrade"], "repeat")
    assert "That is not possible any more." in page(ines_client)
    graded(quiz, enrolment, choosing(quiz, 1), now=timezone.now())
    other_choice_right(quiz)
    steer(ines_client, "regrade", rows["regrade"], "repeat")
    assert [one.status for one in Regrade.objects.order_by("pk")] == ["discarded", "draft"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"source": "export"},
        {"source": "nothing", "cancel": "1"},
        {"source": "export", "cancel": "1", "uuid": "x"},
        {"source": "export", "cancel": "1", "uuid": "00000000-0000-4000-8000-000000000000"},
        {"source": "questions", "repeat": "1", "uuid": "00000000-0000-4000-8000-000000000000"},
    ],
)
def test_nonsense_is_not_found(ines_client: Client, data: dict[str, str]) -> None:
    assert ines_client.post(ADDRESS, data).status_code == 404


def test_the_page_asks_again_while_something_works(rows: dict[str, Any], ines_client: Client) -> None:
    polls = 'hx-trigger="every'
    assert polls in page(ines_client)
    assert "<html" not in ines_client.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    Export.objects.update(status="made")
    RosterImport.objects.update(status="imported")
    assert polls not in page(ines_client)


def test_failed_jobs_are_counted_on_the_first_page_as_on_this_one(
    rows: dict[str, Any], course: Course, ines: User, ines_client: Client
) -> None:
    Export.objects.update(status="failed")
    [figure] = [
        figure
        for figure in answers.answer(Question.WAITS, ines, [course], timezone.now())[course.pk].figures
        if figure.definition == "failed_jobs"
    ]
    assert figure.n == page(ines_client, "?state=failed").count("desk-tag") == 2
    assert f'href="{ADDRESS}?state=failed&amp;course={course.slug}"' in home(ines_client)
    assert page(ines_client, f"?state=failed&course={course.slug}").count("desk-tag") == 2


def test_older_ones_are_on_the_next_page_and_queries_do_not_grow(
    course: Course, quiz: Quiz, ines: User, ines_client: Client
) -> None:
    def count() -> int:
        page(ines_client)
        with CaptureQueriesContext(connection) as captured:
            page(ines_client)
        return len(captured)

    for minutes in (1, 2):
        fill(course, quiz, ines, minutes=minutes)
        Regrade.objects.update(status="discarded")
    few = count()
    at = timezone.now()
    Export.objects.bulk_create(
        Export(
            course=course, kind="gradebook", format="csv", language="en", created_by=ines, status="made",
            created_at=at - timedelta(hours=number),
        )
        for number in range(1, 201)
    )  # fmt: skip
    other = CourseRoleFactory(user=ines, role=CourseRole.Role.INSTRUCTOR).course
    EnrolmentFactory(course=other)
    assert count() == few
    first = page(ines_client)
    assert first.count("desk-tag") == 30
    [older] = {part.split('"')[0] for part in first.split('href="?')[1:]}
    second = page(ines_client, "?" + older.replace("&amp;", "&"))
    assert second.count("desk-tag") == 30
    assert not {part[:36] for part in first.split("/exports/")[1:]} & {
        part[:36] for part in second.split("/exports/")[1:]
    }


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=2026-13-45", "?before=2026-01-01T00:00", "?course=none&state=x"]
)
def test_an_address_that_says_nothing_shows_the_newest(rows: dict[str, Any], ines_client: Client, query: str) -> None:
    assert "class.xlsx" in page(ines_client, query)
