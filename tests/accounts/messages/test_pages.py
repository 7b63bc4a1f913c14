"""The bell, its count on every page, and the links in mails that switch a kind off."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.messages import bell, sending, switches
from accounts.models import MailSwitch, Message, User
from common.messages.kinds import KINDS
from courses.models import Course, Enrolment
from tests.accounts.messages.kinds import CourseNews
from tests.factories import CourseFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db
URL = "/notifications/"
NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture
def message(news: CourseNews, enrolment: Enrolment) -> Message:
    sending.notify(news.name, about=enrolment.course, now=NOW)
    return Message.objects.get()


def test_without_messages_the_page_says_so(alice_client: Client) -> None:
    page = alice_client.get(URL).text
    assert "No messages yet" in page
    assert "Mark all as read" not in page
    assert "Messages, 0 unread" in page
    assert "bell-count" not in page


def test_the_count_is_on_every_page_and_goes_when_a_message_is_opened(alice_client: Client, message: Message) -> None:
    page = alice_client.get("/courses/").text
    assert "Messages, 1 unread" in page
    assert '<span class="bell-count" aria-hidden="true">1</span>' in page
    address = f"{URL}{message.uuid}/"
    assert address in alice_client.get(URL).text
    assert alice_client.get(address).headers["Location"] == "/courses/statistics/"
    page = alice_client.get(URL).text
    assert "Messages, 0 unread" in page
    assert "Alice: news of Statistics" in page
    assert ">New<" not in page


def test_opening_a_message_again_keeps_the_time_at_which_it_was_read(message: Message) -> None:
    for later in (timedelta(0), timedelta(hours=1)):
        assert bell.open_message(user=message.user, uuid=message.uuid, now=NOW + later)
    message.refresh_from_db()
    assert message.read_at == NOW


def test_all_are_marked_as_read_only_by_a_post_and_only_ones_own(
    alice_client: Client, bob: User, news: CourseNews, course: Course
) -> None:
    EnrolmentFactory(user=bob, course=course)
    sending.notify(news.name, about=course, now=NOW)
    assert alice_client.get(f"{URL}read/").status_code == 405
    assert alice_client.post(f"{URL}read/").headers["Location"] == URL
    assert list(Message.objects.unread().values_list("user__email", flat=True)) == ["bob@example.com"]


def test_the_newest_come_first_twenty_on_a_page(alice_client: Client, news: CourseNews, alice: User) -> None:
    for number in range(21):
        course = EnrolmentFactory(user=alice, course=CourseFactory(slug=f"c-{number:02}")).course
        sending.notify(news.name, about=course, now=NOW + timedelta(minutes=number))
    first, second = alice_client.get(URL).text, alice_client.get(f"{URL}?page=2").text
    assert first.index("Course c-20") < first.index("Course c-01")
    assert "Course c-00" not in first
    assert "Course c-00" in second
    assert "Older" in first
    assert "Newer" in second


@pytest.mark.parametrize("page", ["0", "x", "99999999999999999999", "-1"])
def test_a_page_that_does_not_exist_is_the_first_or_the_last(alice_client: Client, message: Message, page: str) -> None:
    assert "news of Statistics" in alice_client.get(URL, {"page": page}).text


def test_messages_of_a_removed_kind_stay_in_the_list(
    alice_client: Client, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(KINDS, "course-news")
    assert "can no longer be shown" in alice_client.get(URL).text
    assert alice_client.get(f"{URL}{message.uuid}/").headers["Location"] == URL
    assert "Messages, 0 unread" in alice_client.get(URL).text


def test_what_one_may_no_longer_see_is_not_shown(alice_client: Client, message: Message) -> None:
    Enrolment.objects.all().delete()
    page = alice_client.get(URL).text
    assert "can no longer be shown" in page
    assert "Statistics" not in page


@pytest.mark.parametrize("size", [2, 200])
def test_query_counts_do_not_grow(
    alice_client: Client, alice: User, news: CourseNews, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    courses = [CourseFactory() for _ in range(size)]
    for course in courses:
        EnrolmentFactory(user=alice, course=course)
        sending.notify(news.name, about=course, now=NOW)
    # Session, user with the count, number of messages, messages, what they are about.
    with django_assert_num_queries(5):
        assert f"Messages, {size} unread" in alice_client.get(URL).text
    # The count in the header needs no query of its own: session and user are read anyway.
    with django_assert_num_queries(2):
        page = alice_client.get("/accounts/password/change/").text
    assert ("99+" if size > 99 else f">{size}<") in page


def test_visitors_see_no_bell(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert "bell" not in client.get("/accounts/login/").text


def test_the_bell_speaks_korean(alice_client: Client, message: Message) -> None:
    User.objects.update(language="ko")
    page = alice_client.get(URL).text
    assert "알림, 읽지 않음 1개" in page
    assert "모두 읽음으로 표시" in page


class TestSwitchInAMail:
    def test_one_click_switches_the_kind_off_without_signing_in(self, client: Client, message: Message) -> None:
        client = Client(enforce_csrf_checks=True)
        kind = KINDS["course-news"]
        url = f"{URL}mails/{switches.token(message.user, kind)}/off/"
        assert switches.off_url(message.user, kind).endswith(url)
        assert "Switch it off" in client.get(url).text
        assert not MailSwitch.objects.exists()
        assert client.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert not switches.is_on(message.user, kind)
        page = client.post(url.replace("/off/", "/on/")).text
        assert "go to alice@example.com again" in page
        assert switches.is_on(message.user, kind)
        assert "Switch it on" in client.get(url.replace("/off/", "/on/")).text

    def test_the_page_is_in_the_readers_language(self, client: Client, message: Message) -> None:
        User.objects.update(language="ko")
        page = client.get(f"{URL}mails/{switches.token(message.user, KINDS['course-news'])}/off/").text
        assert '<html lang="ko" data-theme="">' in page

    def test_the_switch_of_the_summary_is_the_one_of_the_account(self, client: Client, alice: User) -> None:
        kind = KINDS["weekly-summary"]
        client.post(f"{URL}mails/{switches.token(alice, kind)}/off/")
        alice.refresh_from_db()
        assert not alice.wants_weekly_summary
        assert not switches.is_on(alice, kind)

    @pytest.mark.parametrize("name", ["grade-changed", "no-such-kind", ""])
    def test_a_kind_without_a_switch_is_not_found(self, client: Client, alice: User, name: str) -> None:
        token = switches._signer.sign(f"{alice.uuid}.{name}")
        assert client.post(f"{URL}mails/{token}/off/").status_code == 404

    def test_a_forged_token_and_one_of_a_deleted_account_are_not_found(self, client: Client, message: Message) -> None:
        token = switches.token(message.user, KINDS["course-news"])
        assert client.post(f"{URL}mails/{token}x/off/").status_code == 404
        message.user.delete()
        assert client.post(f"{URL}mails/{token}/off/").status_code == 404


def test_an_essential_kind_is_always_on(alice: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    MailSwitch.objects.create(user=alice, kind="grade-changed", is_on=False)
    with django_assert_num_queries(0):
        assert switches.is_on(alice, KINDS["grade-changed"])


def test_my_account_lists_what_always_comes(alice_client: Client) -> None:
    page = alice_client.get("/accounts/settings/").text
    assert "Messages that always come" in page
    assert "Changed grades" in page
    assert "New password" in page


def test_an_administrator_can_send_a_failed_mail_again(admin_client: Client, message: Message) -> None:
    Message.objects.update(status="failed", created_at=timezone.now())
    data = {"action": "send_again", "_selected_action": [message.pk]}
    admin_client.post("/admin/accounts/message/", data)
    message.refresh_from_db()
    assert message.status == "sent"
    assert "course-news" in admin_client.get("/admin/accounts/message/").text


def test_staff_see_the_count_beside_the_lists_of_the_admin(ines_client: Client, ines: User, course: Course) -> None:
    def entry() -> str:
        page = ines_client.get("/admin/", headers={"Accept-Language": "en"}).text
        start = page.index(f'href="{URL}"')
        return page[start : page.index("</a>", start)]

    assert "Messages" in entry()
    assert ">1<" not in "".join(entry().split())
    Message.objects.create(user=ines, kind="publication-failed", about="0", created_at=NOW, due_at=NOW)
    assert ">1<" in "".join(entry().split())
