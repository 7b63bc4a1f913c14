"""The development inbox: what it shows, to whom, and what a mail may not do in it."""

from datetime import UTC, datetime
from email.mime.image import MIMEImage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from common.mail import sending
from common.mail.inbox import messages

RESET_LINK = "http://127.0.0.1:8000/password/reset/key/1-abc/"


class Page(HTMLParser):
    """The links and frames of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.frames: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")
        if tag == "iframe":
            self.frames.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(autouse=True)
def inbox(settings: Settings, tmp_path: Path, db: None) -> Path:
    settings.INBOX = True
    settings.INBOX_HOME = tmp_path / "inbox"
    settings.EMAIL_BACKEND = "common.mail.sending.InboxBackend"
    home: Path = settings.INBOX_HOME
    return home


def send(subject: str = "새 비밀번호", text: str = f"여기를 누르세요: {RESET_LINK}", html: str | None = None) -> str:
    """Put a message into the inbox. Return its name."""
    message = EmailMultiAlternatives(subject, text, None, ["alice@example.com"], headers={"Content-Language": "ko"})
    if html is not None:
        message.attach_alternative(html, "text/html")
    sending.deliver(message)
    return messages.entries()[0].name


def get(client: Client, name: str, *args: str, **kwargs: Any) -> Page:
    response = client.get(reverse(f"inbox:{name}", args=args), **kwargs)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    return Page(response.content.decode())


class TestAccess:
    @pytest.fixture(params=["message-list", "message-detail", "message-html"])
    def address(self, request: pytest.FixtureRequest) -> str:
        name = send(html="<p>secret</p>")
        return reverse(f"inbox:{request.param}", args=[] if request.param == "message-list" else [name])

    @pytest.mark.parametrize("remote", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
    def test_this_machine_sees_the_inbox(self, client: Client, address: str, remote: str) -> None:
        assert client.get(address, REMOTE_ADDR=remote).status_code == 200

    @pytest.mark.parametrize("remote", ["192.168.1.20", "10.0.0.1", "2001:db8::1", "::ffff:8.8.8.8", "", "unix:"])
    def test_other_machines_do_not_see_the_inbox(self, client: Client, address: str, remote: str) -> None:
        assert client.get(address, REMOTE_ADDR=remote).status_code == 404

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
    def test_visitors_behind_a_proxy_do_not_see_the_inbox(self, client: Client, address: str, header: str) -> None:
        assert client.get(address, headers={header: "for=127.0.0.1"}).status_code == 404

    def test_there_is_no_inbox_where_mails_are_really_sent(
        self, client: Client, address: str, settings: Settings
    ) -> None:
        settings.INBOX = False
        assert client.get(address).status_code == 404

    def test_the_inbox_is_read_only(self, client: Client, address: str) -> None:
        assert client.post(address).status_code == 405


def test_an_empty_inbox_says_how_to_fill_it(client: Client) -> None:
    assert "send_weekly_summaries --to" in get(client, "message-list").text


def test_the_list_is_newest_first_and_decoded(client: Client) -> None:
    names = [send(subject) for subject in ("첫째 편지", "Second", "")]
    page = get(client, "message-list", HTTP_ACCEPT_LANGUAGE="en")
    assert page.text.index("(no subject)") < page.text.index("Second") < page.text.index("첫째 편지")
    assert "alice@example.com" in page.text
    assert [link for link in page.links if "/inbox/0" in link] == [f"/inbox/{name}/" for name in reversed(names)]


def test_other_files_are_ignored(inbox: Path, client: Client) -> None:
    send()
    (inbox / "notes.eml").write_text("Subject: mine\n\n")
    (inbox / ".half.eml").write_text("Subject: half\n\n")
    assert [entry.subject for entry in messages.entries()] == ["새 비밀번호"]
    assert client.get("/inbox/notes/").status_code == 404


def test_a_message_that_was_pruned_meanwhile_is_skipped(inbox: Path) -> None:
    name = send()
    (inbox / f"{name}.eml").unlink()
    (inbox / f"{name}.eml").symlink_to(inbox / "gone")
    assert messages.entries() == []
    assert messages.read(name) is None


def test_a_text_mail_is_shown_with_a_link_to_click(client: Client) -> None:
    page = get(client, "message-detail", send())
    assert RESET_LINK in page.links
    assert "새 비밀번호" in page.text
    assert page.frames == []
    assert "Content-Language" in page.text
    assert client.get(f"/inbox/{messages.entries()[0].name}/html/").status_code == 404


def test_the_text_of_a_mail_is_escaped(client: Client) -> None:
    response = client.get(reverse("inbox:message-detail", args=[send("<b>x</b>", "<script>alert(1)</script>")]))
    assert b"<script>alert" not in response.content
    assert b"<b>x</b>" not in response.content


def test_html_is_shown_in_a_sandbox(client: Client) -> None:
    name = send(html=f'<html><head lang="ko"><title>t</title></head><body><a href="{RESET_LINK}">go</a></body></html>')
    frame, dark = get(client, "message-detail", name).frames
    assert dark["src"] == f"/inbox/{name}/html/?dark"
    assert frame["src"] == f"/inbox/{name}/html/"
    assert frame["sandbox"] == "allow-top-navigation-by-user-activation"
    response = client.get(frame["src"])
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-top-navigation-by-user-activation; default-src 'none';")
    assert "script" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert b'<head lang="ko"><base target="_top">' in response.content


def test_links_of_html_without_a_head_leave_the_frame_too(client: Client) -> None:
    name = send(html="<p>short</p>")
    assert client.get(f"/inbox/{name}/html/").content == b'<base target="_top"><p>short</p>'


def test_unknown_messages_are_not_found(client: Client) -> None:
    for name in ("00000000000000000000-00000000", "secret_key", "x"):
        assert client.get(f"/inbox/{name}/").status_code == 404
        assert client.get(f"/inbox/{name}/html/").status_code == 404


def test_the_name_of_a_message_contains_its_time() -> None:
    before = datetime.now(UTC)
    sending.deliver(EmailMessage("x", "", None, ["alice@example.com"]))
    [entry] = messages.entries()
    assert before <= entry.at <= datetime.now(UTC)
    message = messages.read(entry.name)
    assert message
    assert message.text.strip() == ""


def test_both_themes_and_the_pictures_of_a_mail_are_shown(client: Client) -> None:
    html = (
        "<meta name='color-scheme' content=\"light dark\">"
        "<style>@media (prefers-color-scheme: dark) { p { color: red } }</style><img src='cid:ring@baeum'>"
    )
    message = EmailMultiAlternatives("x", "x", None, ["alice@example.com"])
    message.attach_alternative(html, "text/html")
    picture = MIMEImage(b"PNG", "png")
    picture.add_header("Content-ID", "<ring@baeum>")
    message.attach(picture)
    sending.deliver(message)
    address = f"/inbox/{messages.entries()[0].name}/html/"
    light, dark = client.get(address).text, client.get(f"{address}?dark").text
    assert "src='data:image/png;base64,UE5H'" in light
    assert "src='data:image/png;base64,UE5H'" in dark
    # Whatever theme the reader's own browser has.
    assert "@media not all { p { color: red } }" in light
    assert "@media all { p { color: red } }" in dark
    assert 'content="light"' in light
    assert 'content="dark"' in dark
