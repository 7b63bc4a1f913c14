"""The Korean catalogues are complete, and pages are in one language unless a `lang` attribute says otherwise."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Course
from courses.summaries import content
from courses.summaries.content import Period
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from tests.course_files import sample
from tests.factories import EnrolmentFactory

CATALOGUES = [folder / "ko/LC_MESSAGES/django.po" for folder in map(Path, settings.LOCALE_PATHS)]
PLACEHOLDER = re.compile(r"%\(\w+\)[-+ #0-9.]*[a-z]|%[sd]|\{\w*(?::[^}]*)?\}")
HANGUL = re.compile("[가-힣ㄱ-ㆎ]")
LATIN = re.compile(r"[A-Za-z]{2,}")

# Latin words allowed in Korean texts: names, addresses and loanwords.
NOT_ENGLISH = {"Baeum", "English", "API", "JSON", "CSV", "PATH"}
# Messages without Korean letters.
WITHOUT_WORDS = {"  API:        %(address)s/api/v1/docs", " By %(filter_title)s "}
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "path", "source", "use", "wbr"}
UNSPOKEN = {"code", "pre", "script", "style"}
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title")


@pytest.mark.parametrize("path", CATALOGUES, ids=["ours", "packages"])
class TestCatalogue:
    def test_every_message_is_translated(self, path: Path) -> None:
        catalogue = polib.pofile(str(path))

        assert len(catalogue) > 100
        assert [entry.msgid for entry in catalogue if not entry.obsolete and not entry.translated()] == []
        assert [entry.msgid for entry in catalogue if entry.fuzzy] == []
        assert not catalogue.metadata_is_fuzzy

    def test_translations_keep_the_placeholders(self, path: Path) -> None:
        def placeholders(text: str) -> Counter[str]:
            return Counter(PLACEHOLDER.findall(text))

        assert [
            (entry.msgid, korean)
            for entry in polib.pofile(str(path))
            for korean in [entry.msgstr, *entry.msgstr_plural.values()]
            if korean and placeholders(korean) != placeholders(entry.msgid_plural or entry.msgid)
        ] == []

    def test_translations_contain_korean(self, path: Path) -> None:
        assert {
            entry.msgid
            for entry in polib.pofile(str(path))
            if LATIN.search(PLACEHOLDER.sub("", entry.msgid))
            and not any(HANGUL.search(korean) for korean in [entry.msgstr, *entry.msgstr_plural.values()])
        } <= WITHOUT_WORDS


def marked_texts() -> Iterator[tuple[str, str]]:
    """Yield (file, text) of each text that our Python code marks for translation."""
    marks = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
    for app in settings.INSTALLED_APPS:
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text)), *_]) if name in marks:
                        yield str(path.relative_to(settings.BASE_DIR)), text


def test_the_catalogue_has_every_text_that_is_marked() -> None:
    """The collector of messages does not look into f-strings."""
    known = {entry.msgid for entry in polib.pofile(str(settings.BASE_DIR / "locale/ko/LC_MESSAGES/django.po"))}
    texts = list(marked_texts())
    assert len(texts) > 500
    assert {(path, text) for path, text in texts if text not in known} == set()


class Words(HTMLParser):
    """Collects the texts and attributes of a page as [(language, words)]; the language is the nearest `lang`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.said: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # An empty `lang` means that the language is unknown.
        language = (given["lang"] or "?") if "lang" in given else self.open[-1][1] if self.open else ""
        self.said += [(language, given[name] or "") for name in SPOKEN_ATTRIBUTES if name in given]
        if tag not in VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and not UNSPOKEN & {tag for tag, _language in self.open}:
            self.said.append((self.open[-1][1] if self.open else "", words))

    def in_language(self, language: str) -> set[str]:
        return {words for said_in, words in self.said if said_in == language}


def student_pages(client: Client) -> Iterator[tuple[str, str]]:
    """Yield (address, page) of every page that a student visits in the sample course."""

    def get(address: str, status: int = 200) -> tuple[str, str]:
        response = client.get(address)
        assert response.status_code == status, address
        return address, response.text

    for address in (
        "/accounts/settings/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/personal-data/",
        "/accounts/audit/",
        "/notifications/",
        "/review/",
        "/courses/",
        "/courses/sample/",
        "/courses/sample/glossary/",
        "/courses/sample/lessons/making-tea/",
        "/courses/sample/lessons/making-tea/check/",
        "/courses/sample/lessons/brew-a-pot/",
        "/courses/sample/quizzes/quiz-tea/",
    ):
        yield get(address)
    yield get("/nowhere/", 404)
    for _attempt in range(2):
        client.post("/courses/sample/quizzes/quiz-tea/start/")
        attempt = Attempt.objects.latest("pk")
        yield get(f"/attempts/{attempt.uuid}/")
        client.post(f"/attempts/{attempt.uuid}/submit/", {})
        yield get(f"/attempts/{attempt.uuid}/result/")
        automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
        yield get(f"/attempts/{attempt.uuid}/result/")
        yield get("/courses/sample/quizzes/quiz-tea/")
    check = Quiz.objects.get(activity__slug="making-tea")
    asked = [str(question.uuid) for question in check.questions.all()]
    response = client.post("/courses/sample/lessons/making-tea/check/", dict.fromkeys(asked, ""), follow=True)
    assert response.status_code == 200
    yield "check answered", response.text
    response = client.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": "1", "password2": "2"})
    yield "password refused", response.text
    response = client.post("/courses/sample/lessons/making-tea/done/", {"done": "1"}, follow=True)
    yield "lesson done", response.text


def visitor_pages(client: Client) -> Iterator[tuple[str, str]]:
    Course.objects.update(is_presented=True)
    for address in (
        "/",
        "/courses/sample/first-lesson/",
        "/styleguide/",
        "/problems/",
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-abc/",
        "/accounts/confirm-email/",
        "/accounts/inactive/",
        "/problems/not-found",
    ):
        response = client.get(address)
        assert response.status_code == 200, address
        yield address, response.text
    yield "sign-in refused", client.post("/accounts/login/", {"login": "somebody", "password": ""}).text
    refused = {"email": "alice@example.com", "password1": "123", "password2": "1234"}
    yield "sign-up refused", client.post("/accounts/signup/", refused).text
    client.handler.enforce_csrf_checks = True
    yield "form without a token", client.post("/accounts/login/").text


def weekly_summary(user: User) -> Iterator[tuple[str, str]]:
    now = timezone.now()
    summary = content.find_summaries([Period(user.pk, datetime(2026, 1, 1, tzinfo=UTC), now)], now=now)[user.pk]
    message = content.write(summary, message_id="<1@x>", page_path="/", now=now)
    html = str(message.alternatives[0][0])
    yield "mail", html
    text = re.sub(r"\S*http\S*", "", f"{message.subject}\n{message.body}")
    yield "mail as text", f'<pre lang="{user.language}"></pre><div lang="{user.language}">{text}</div>'


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(language: str, alice: User) -> User:
    """Alice, enrolled in the sample course, with one of the languages."""
    sample.load(sample.SAMPLE)
    alice.language = language
    alice.save()
    EnrolmentFactory(user=alice, course=sample.course())
    return alice


def strangers(language: str, page: str) -> set[str]:
    """Return the texts of a page in `language` that are in the other language without a `lang` attribute."""
    said = Words(page).in_language(language)
    assert said
    if language == "en":
        return {words for words in said if HANGUL.search(words)}
    names = re.compile(r"\S+@\S+|\b(?:Alice|Asia/Seoul)\b|(/problems/)?not-found|" + "|".join(sorted(NOT_ENGLISH)))
    return {words for words in said if not HANGUL.search(words) and LATIN.search(names.sub("", words))}


def test_a_students_pages_and_mails_are_in_one_language(language: str, reader: User) -> None:
    client = Client(headers={"Accept-Language": language})
    client.force_login(reader)
    found = {}
    for address, page in [*student_pages(client), *weekly_summary(reader)]:
        assert f'lang="{language}"' in page, address
        found[address] = strangers(language, page)
    assert {address: words for address, words in found.items() if words} == {}


def test_a_visitors_pages_are_in_one_language(language: str, reader: User) -> None:
    client = Client(headers={"Accept-Language": language})
    found = {address: strangers(language, page) for address, page in visitor_pages(client)}
    assert {address: words for address, words in found.items() if words} == {}


def test_the_api_refuses_in_the_readers_language(language: str, reader: User) -> None:
    client = Client(headers={"Accept-Language": language})
    wrong = {"email": "nobody", "password": "123"}
    answers = [
        client.get("/api/v1/me").text,
        client.post("/_allauth/app/v1/auth/signup", wrong, "application/json").text,
    ]
    client.force_login(reader)
    answers += [
        client.get("/api/v1/nothing").text,
        client.patch("/api/v1/me", {"name": None, "language": "fr"}, "application/json").text,
    ]
    for answer in answers:
        said = answer.encode().decode("unicode_escape") if "\\u" in answer else answer
        assert bool(HANGUL.search(said)) == (language == "ko"), said
