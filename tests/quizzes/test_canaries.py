"""No part of an answer key reaches a student too early: each part contains a canary, and all pages and the API are crawled.

The addresses come from the URL resolver, so new pages are crawled automatically. Whether a choice is right is not a text, so
the queries for students are checked too: none may read the tables of the key.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import User
from courses.models import CourseAsset, Enrolment
from courses.summaries import content
from courses.summaries.content import Period
from questions import KINDS, Spec
from quizzes.attempts.models import Attempt
from quizzes.attempts.presentation import present_attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import AcceptedAnswer, Question, Quiz
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import automatic
from quizzes.taking import start, submit
from tests.api import api_for
from tests.push.rows import notifications_of
from tests.quizzes import every_kind
from tests.quizzes.every_kind import CANARY

pytestmark = pytest.mark.django_db

# A number, its tolerance and the name of a unit cannot hold a word.
NUMBERS = ("7391.25", "0.57391", "furlong7391")
MARKS = (CANARY, *NUMBERS)
# Tables that no query for a student reads before the answers may be shown.
KEY_TABLES = re.compile(r'"quizzes_(answerkey|choice|acceptedanswer|question)"')
NAMES_OF_THE_KEY = {"correct", "is_correct", "right", "accept", "known_wrong", "tolerance", "value", "pairs", "notes"}
WRONG = {"numeric": {"text": "1"}, "short_answer": {"text": "nothing like it"}, "hand_in": {"text": ""}}


@pytest.fixture
def every(quiz: Quiz) -> Quiz:
    every_kind.fill(quiz)
    for question in quiz.questions.all():
        question.lesson = f"{CANARY}-lesson#{CANARY}"
        question.correct_feedback_ko = question.correct_feedback_en = f"{CANARY} right"
        question.incorrect_feedback_ko = question.incorrect_feedback_en = f"{CANARY} wrong"
        if question.kind == "numeric":
            question.definition = {**question.definition, "tolerance": 0.57391, "units": {"furlong7391": 1000}}
        if question.kind == "hand_in":
            question.definition = {**question.definition, "notes": {"ko": f"{CANARY} 메모", "en": f"{CANARY} notes"}}
        question.save()
        question.choices.update(lesson=f"{CANARY}-choice")
    AcceptedAnswer.objects.filter(is_correct=False).update(feedback_ko=f"{CANARY} ko", feedback_en=f"{CANARY} en")
    quiz.attempts_allowed, quiz.pass_mark = 2, 100
    quiz.due_at = timezone.now() + timedelta(days=1)
    quiz.save()
    publishing.publish(quiz)
    return quiz


def parts(value: Any) -> Iterator[Any]:
    """Every leaf of a key, but for what a student may see."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)
    else:
        yield value


def test_every_part_of_every_key_has_its_canary(every: Quiz) -> None:
    key = AnswerKey.objects.get(version=every.current_version).content
    assert {spec["kind"] for spec in key.values()} == set(KINDS)
    for spec in key.values():
        shown = {str(leaf) for leaf in parts(KINDS[spec["kind"]].public_form(spec))}
        secret = [leaf for leaf in parts(spec) if str(leaf) not in shown and leaf not in ("", True, False)]
        # What is left are words of the rules, which are the same in every quiz.
        bare = {leaf for leaf in secret if not any(mark in str(leaf) for mark in MARKS)} - {"partial", "all", "1000"}
        assert bare <= {text for text in spec["text"].values() if CANARY in text}, (spec["kind"], bare)


# --- The crawl ---


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


# The API takes every address with and without a slash at its end.
ALL = sorted({path.rstrip("/") if path.startswith("api/") else path for path in addresses(get_resolver())})
OURS = [path for path in ALL if not path.startswith(("admin/", "_allauth/", "accounts/")) and not path.endswith("$")]


class Crawl:
    """One student's browser and app. `hits` are the addresses whose response contains a canary."""

    def __init__(self, quiz: Quiz, enrolment: Enrolment) -> None:
        self.quiz, self.enrolment = quiz, enrolment
        self.page = Client(raise_request_exception=False)
        self.page.force_login(enrolment.user)
        self.app = api_for(enrolment.user)
        self.app.client.raise_request_exception = False
        self.attempts: list[UUID] = []
        self.question = str(quiz.questions.first().uuid)  # type: ignore[union-attr]

    def address(self, path: str, attempt: UUID | None) -> str:
        for placeholder, value in {
            "<slug:slug>": "statistics",
            "<slug:lesson_slug>": "lesson-1",
            "<slug:quiz_slug>": "quiz",
            "files/<str:name>": "files/data.csv",
            "quizzes/<uuid:uuid>": f"quizzes/{self.quiz.activity.uuid}",
            "attempts/<uuid:uuid>": f"attempts/{attempt or uuid4()}",
            "<uuid:question>": self.question,
        }.items():
            path = path.replace(placeholder, value)
        path = re.sub(r"<uuid:\w+>", str(self.quiz.activity.uuid), path)
        # Of every table the first row, of the quizzes' all that there are.
        path = re.sub(r"<(path:|int:)?(\w*id)>", "1", path)
        return "/" + re.sub(r"<[^>]*>|\(\?P.*?\)[/$]*|[\^$]", "x", path)

    def answers_of(self, url: str) -> Iterator[Any]:
        for language in ("ko", "en"):
            User.objects.filter(pk=self.enrolment.user_id).update(language=language)
            headers = {"Accept-Language": language}
            if url.startswith("/api/"):
                answer = self.app.client.get(url, headers={**self.app.headers, **headers})
                yield answer
                if url.endswith("/bundle"):
                    for file in answer.json()["files"]:
                        yield self.app.client.get(file["url"], headers=self.app.headers)
                # What cannot be read, and what is not taken.
                for method in ("PUT", "PATCH"):
                    yield self.app.client.generic(
                        method, url, b"{", "application/json", headers={**self.app.headers, **headers}
                    )
            else:
                yield self.page.get(url, headers=headers)
                if "/result/" in url:
                    yield self.page.get(url, headers={**headers, "HX-Request": "true"})

    def hits(self, paths: list[str]) -> set[str]:
        found = set()
        for path in paths:
            attempts: list[UUID | None] = [*self.attempts] or [None]
            for url in {self.address(path, attempt) for attempt in attempts}:
                if any(has_a_canary(answer) for answer in self.answers_of(url)):
                    found.add(path)
        sent = {"weekly summary": self.weekly_mails(), "notification": notifications_of(self.enrolment)}
        found |= {name for name, texts in sent.items() if any(mark in text for text in texts for mark in MARKS)}
        return found

    def weekly_mails(self) -> Iterator[str]:
        for language in ("ko", "en"):
            User.objects.filter(pk=self.enrolment.user_id).update(language=language)
            user = User.objects.get(pk=self.enrolment.user_id)
            now = timezone.now()
            summary = content.find_summaries([Period(user.pk, now - timedelta(days=7), now)], now=now)[user.pk]
            if summary.skip is None:
                mail = content.write(summary, message_id="<a@b>", page_path="/", now=now)
                yield mail.message().as_string() + str(mail.body) + str(mail.alternatives)

    def start(self) -> None:
        attempt = self.app.post(f"quizzes/{self.quiz.activity.uuid}/attempts", expect=201)
        assert_names_nothing(attempt)
        self.attempts.append(UUID(attempt["uuid"]))
        for question in attempt["questions"]:
            self.save(question["uuid"], wrong_answer(question))

    def save(self, question: str, response: Any) -> None:
        self.app.put(f"attempts/{self.attempts[-1]}/answers/{question}", {"response": response})
        assert not has_a_canary(self.app.response)

    def submit(self) -> None:
        self.app.post(f"attempts/{self.attempts[-1]}/submit", expect=202)
        assert not has_a_canary(self.app.response)

    def grade(self) -> None:
        attempt = Attempt.objects.get(uuid=self.attempts[-1])
        assert automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())


def wrong_answer(question: dict[str, Any]) -> dict[str, Any]:
    if question["kind"] in WRONG:
        return WRONG[question["kind"]]
    if question["kind"] == "single_choice":
        return {"choice": question["choices"][0]["uuid"]}
    if question["kind"] == "multiple_choice":
        return {"choices": [choice["uuid"] for choice in question["choices"]]}
    body = question["body"]
    if question["kind"] == "ordering":
        return {"positions": {item["uuid"]: 1 for item in body["items"]}}
    if question["kind"] == "matching":
        return {"matches": {left["uuid"]: body["rights"][0]["uuid"] for left in body["lefts"]}}
    pieces = [piece for piece in body["pieces"] if "uuid" in piece]
    menus = {piece["uuid"]: piece["choices"][0]["uuid"] for piece in pieces if piece["type"] == "menu"}
    return {"blanks": dict.fromkeys(body["blanks"], "nothing like it") | menus}


def has_a_canary(answer: Any) -> bool:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = content.decode(errors="replace") + str(answer.headers)
    return any(mark in text for mark in MARKS)


def assert_names_nothing(value: Any) -> None:
    """No name in the JSON of an attempt is one of the key's."""
    if isinstance(value, dict):
        assert not NAMES_OF_THE_KEY & set(value), NAMES_OF_THE_KEY & set(value)
        for inner in value.values():
            assert_names_nothing(inner)
    elif isinstance(value, list):
        for inner in value:
            assert_names_nothing(inner)


@pytest.fixture
def crawl(every: Quiz, enrolment: Enrolment) -> Crawl:
    CourseAsset.objects.create(course=enrolment.course, name="data.csv", content=b"a,b\n")
    return Crawl(every, enrolment)


# The page of an appeal shows the question as the result does.
APPEAL = "attempts/<uuid:uuid>/questions/<uuid:question>/appeal/"
RESULTS = {"attempts/<uuid:uuid>/result/", "api/v1/attempts/<uuid:uuid>/result", APPEAL}


@pytest.mark.parametrize("policy", Quiz.ShowAnswers.values)
def test_the_answer_key_is_shown_only_when_the_policy_allows_it(crawl: Crawl, policy: str) -> None:
    # Where answers are never shown, every address there is; the admin's and the sign-in's do not know the policy.
    paths = ALL if policy == Quiz.ShowAnswers.NEVER else OURS
    Quiz.objects.filter(pk=crawl.quiz.pk).update(show_answers=policy)
    with CaptureQueriesContext(connection) as queries:
        assert crawl.hits(paths) == set(), "before an attempt"
        crawl.start()
        assert crawl.hits(paths) == set(), "during the attempt"
        crawl.submit()
        assert crawl.hits(OURS) == set(), "handed in"
    asked = [query["sql"] for query in queries if KEY_TABLES.search(query["sql"])]
    assert [sql for sql in asked if "canary" not in sql and not is_the_tests_own(sql) and not reads_no_key(sql)] == []
    crawl.grade()
    assert crawl.hits(paths) == set(), "graded, with an attempt left"
    crawl.start()
    assert crawl.hits(OURS) == set(), "during the last attempt"
    if policy == Quiz.ShowAnswers.AT_ONCE:
        number = crawl.quiz.questions.get(kind="numeric").uuid
        crawl.app.post(f"attempts/{crawl.attempts[-1]}/answers/{number}/check")
        assert has_a_canary(crawl.app.response)
        short = crawl.quiz.questions.get(kind="short_answer").uuid
        open_page = crawl.page.get(f"/attempts/{crawl.attempts[-1]}/").text
        assert "7391.25" in open_page
        assert f"{CANARY} accepted" not in open_page
        assert str(short) in open_page
    crawl.submit()
    crawl.grade()
    if policy == Quiz.ShowAnswers.AFTER_DUE:
        assert crawl.hits(OURS) == set(), "no attempt left, before the due date"
        Quiz.objects.filter(pk=crawl.quiz.pk).update(due_at=timezone.now())
    expected = set() if policy == Quiz.ShowAnswers.NEVER else RESULTS
    if policy == Quiz.ShowAnswers.AT_ONCE:
        # The question that was checked.
        expected = expected | {"api/v1/attempts/<uuid:uuid>"}
    assert crawl.hits(OURS) == expected
    if expected:
        page = crawl.page.get(f"/attempts/{crawl.attempts[-1]}/result/").text
        marks = [f"{CANARY} {word}" for word in ("accepted", "a", "b", "wrong", "several")]
        assert [mark for mark in [*marks, "7391.25"] if mark not in page] == []
        # An instructor's notes and the names of parts are never shown, whatever the policy.
        assert f"{CANARY} notes" not in page
        assert f"{CANARY}-c" not in page.replace(f"{CANARY}-choice", "")
    else:
        assert crawl.hits(paths) == set()


def reads_no_key(sql: str) -> bool:
    """A report asks which quizzes have hand-ins. It reads their numbers only."""
    return bool(re.match(r'SELECT (DISTINCT )?"quizzes_question"\."quiz_id" AS "quiz" FROM ', sql))


def is_the_tests_own(sql: str) -> bool:
    """The crawler looks the first question up to fill addresses."""
    return 'FROM "quizzes_question"' in sql and "LIMIT 1" in sql


@pytest.mark.parametrize("language", ["ko", "en"])
def test_error_responses_contain_nothing_of_the_answer_key(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    crawl.start()
    base, question = f"attempts/{crawl.attempts[-1]}", crawl.quiz.questions.get(kind="short_answer").uuid
    headers = {**crawl.app.headers, "Accept-Language": language}

    def fails(*args: object, **kwargs: object) -> object:
        raise RuntimeError(f"{AnswerKey.objects.values_list('content').get()}")

    bodies = [b"{", b"[]", b'{"response": 5}', b'{"response": {"text": "' + b"x" * 3_000_000 + b'"}}']
    answers = [
        crawl.app.client.generic("PUT", f"/api/v1/{base}/answers/{question}", body, "application/json", headers=headers)
        for body in bodies
    ]
    answers.append(crawl.app.client.get(f"/api/v1/{base}/nothing", headers=headers))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(crawl.enrolment.user)
    answers.append(strict.post(f"/{base}/submit/", headers={"Accept-Language": language}))
    answers.append(crawl.page.get(f"/{base}/nothing/", headers={"Accept-Language": language}))
    answers.append(crawl.page.post(f"/{base}/answers/", {"question": "x"}, headers={"Accept-Language": language}))
    monkeypatch.setattr(submit, "expire", fails)
    answers.append(crawl.page.get(f"/{base}/", headers={"Accept-Language": language}))
    answers.append(crawl.app.client.get(f"/api/v1/{base}/result", headers=headers))
    assert {400, 403, 404, 413, 500} <= {answer.status_code for answer in answers}
    assert not any(has_a_canary(answer) for answer in answers)


# --- What could be concluded ---


def other_blank(blank: Spec) -> Spec:
    if "choices" in blank:
        choices = [{**choice, "correct": not choice["correct"]} for choice in blank["choices"]]
        return {**blank, "choices": choices}
    return {**blank, "value": "1", "tolerance": "0"} if "value" in blank else {**blank, "accept": ["x"]}


def other_key(spec: Spec) -> Spec:  # noqa: PLR0911 (one for each kind)
    """A question that looks the same to students and has another right answer."""
    match spec["kind"]:
        case "single_choice" | "multiple_choice":
            choices = [{**choice, "correct": not choice["correct"], "feedback": {}} for choice in spec["choices"]]
            return {**spec, "choices": choices}
        case "short_answer":
            return {**spec, "accept": ["x"], "known_wrong": []}
        case "numeric":
            return {**spec, "value": "1", "tolerance": "0", "units": {}}
        case "ordering":
            return {**spec, "items": spec["items"][::-1]}
        case "matching":
            rights = [pair["right"] for pair in spec["pairs"]]
            turned = [*rights[1:], *spec["distractors"], rights[0]]
            pairs = [{**pair, "right": right} for pair, right in zip(spec["pairs"], turned, strict=False)]
            return {**spec, "pairs": pairs, "distractors": turned[len(pairs) :]}
        case "fill_in":
            return {**spec, "blanks": [other_blank(blank) for blank in spec["blanks"]]}
        case "hand_in":
            return {**spec, "notes": {}}
    pytest.fail(f"{spec['kind']}: what would another key be?")


def test_a_question_looks_the_same_whatever_its_answer_key(every: Quiz) -> None:
    for spec in AnswerKey.objects.get(version=every.current_version).content.values():
        kind = KINDS[spec["kind"]]
        other = {**other_key(spec), "lesson": "", "feedback": {}}
        assert other != spec
        assert json.dumps(kind.public_form(other)) == json.dumps(kind.public_form(spec)), spec["kind"]


def test_uuids_cannot_be_computed_from_what_is_shown(crawl: Crawl) -> None:
    crawl.start()
    seen = crawl.app.get(f"attempts/{crawl.attempts[-1]}")
    uuids = {UUID(found) for found in re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", json.dumps(seen))}
    keys = [f"{CANARY}-{letter}" for letter in "abcd"] + ["reasons", "figures"]
    prefixes = ("", "item/", "left/", "right/", "distractor/", "blank/", "criterion/")
    made = {uuid5(space, f"{prefix}{key}") for space in uuids for prefix in prefixes for key in keys}
    assert not made & uuids
    salts = set(Question.objects.values_list("salt", flat=True))
    assert not salts & uuids
    # With the salt they can be computed, so the search above uses the right names.
    assert {uuid5(salt, f"item/{CANARY}-a") for salt in salts} & uuids


def test_the_shown_order_of_items_does_not_reveal_the_right_order(every: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.filter(pk=every.pk).update(attempts_allowed=None)
    every.refresh_from_db()
    spec = next(
        s for s in AnswerKey.objects.get(version=every.current_version).content.values() if s["kind"] == "ordering"
    )
    view = KINDS["ordering"].public_form(spec)
    firsts = set()
    for _ in range(40):
        attempt = start.start(quiz=every, enrolment=enrolment, now=timezone.now())
        shown = next(question for question in present_attempt(attempt) if question.kind == "ordering")
        firsts.add(shown.body["items"][0]["uuid"])
        submit.submit(attempt=attempt, now=timezone.now())
    assert firsts == {item["uuid"] for item in view["items"]}
