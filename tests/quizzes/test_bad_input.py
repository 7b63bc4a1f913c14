"""Invalid input gets a clear error in the reader's language from page and API, and the other answers stay saved."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts.models import Answer, Attempt, HandInFile, LateAnswer
from quizzes.authoring import publishing
from quizzes.authoring.models import Choice, Quiz
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import automatic
from quizzes.taking import save, start, submit, uploads
from tests.api import Api
from tests.quizzes import every_kind

LANGUAGES = ["en", "ko"]


def archive(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return packed.getvalue()


BOMB = archive("zeros", b"0" * 20_000_000)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, alice: User) -> str:
    """What Alice reads."""
    User.objects.filter(pk=alice.pk).update(language=request.param)
    return str(request.param)


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    return start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())


@pytest.fixture
def spec(attempt: Attempt) -> Callable[[str], dict[str, Any]]:
    """The full spec of the attempt's question of a kind."""
    content = AnswerKey.objects.get(version=attempt.version).content
    return lambda kind: next(dict(spec) for spec in content.values() if spec["kind"] == kind)


def state() -> list[Any]:
    """Everything that a refused request could have changed."""
    return [list(model.objects.order_by("pk").values()) for model in (Attempt, Answer, LateAnswer, HandInFile)]


# By name: the kind, the value of the form's field, the JSON (made of a choice of another question and a part of this one),
# the problem, the sentence by language.
WRONG: dict[str, tuple[str, str, Callable[[str, str], Any], str, dict[str, str]]] = {
    "another question's choice": (
        "single_choice", "OTHER", lambda other, _part: {"choice": other}, "unknown-choice",
        {"en": "This choice does not belong to the question.", "ko": "이 문항에 없는 보기예요."},
    ),
    "no place at all": (
        "ordering", "9" * 5000, lambda _other, part: {"positions": {part: "first"}}, "invalid-response",
        {"en": "The answer does not have the form this question asks for.", "ko": "답의 형식이 문항에 맞지 않아요."},
    ),
    "a very long text": (
        "short_answer", "x" * 1_000_000, lambda _other, _part: {"text": "x" * 1_000_000}, "too-long",
        {
            "en": "The answer is too long: it has 1000000 characters, and at most 500 are possible.",
            "ko": "답이 너무 길어요. 1000000자인데, 최대 500자까지 쓸 수 있어요.",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_an_invalid_answer_is_refused(
    alice_client: Client, alice_api: Api, attempt: Attempt, spec: Any, language: str, name: str
) -> None:
    kind, field, body, slug, sentences = WRONG[name]
    asked, other = spec(kind), spec("multiple_choice")["choices"][0]["uuid"]
    part = asked["items"][0]["uuid"] if kind == "ordering" else ""
    form = {asked["uuid"] + (f":{part}" if part else ""): other if field == "OTHER" else field}
    given = body(other, part)
    before = state()
    base = f"/attempts/{attempt.uuid}/answers/"
    saved = alice_client.post(base, {"question": asked["uuid"], "sequence": "1", **form})
    assert saved.status_code == 400
    assert saved.json()["type"] == f"/problems/{slug}"
    assert saved.json()["title"] == sentences[language]
    refused = alice_api.put(
        f"attempts/{attempt.uuid}/answers/{asked['uuid']}", {"response": given}, expect=400,
        headers={"Accept-Language": language},
    )  # fmt: skip
    assert refused["type"] == f"/problems/{slug}"
    assert refused["title"] == sentences[language]
    assert state() == before
    # The same in a whole form: named on the page, and the attempt goes on.
    page = alice_client.post(f"/attempts/{attempt.uuid}/submit/", {**form, "changed": asked["uuid"]})
    assert page.status_code == 400
    assert sentences[language] in page.text
    assert state() == before


def test_a_text_of_10_mb_is_refused(
    alice_client: Client, alice_api: Api, attempt: Attempt, spec: Any, language: str
) -> None:
    asked, text = spec("hand_in")["uuid"], "가" * 3_500_000
    before = state()
    sentence = {
        "en": "The request is larger than this site accepts.",
        "ko": "요청이 이 사이트에서 받을 수 있는 크기보다 커요.",
    }
    for address in (f"/attempts/{attempt.uuid}/answers/", f"/attempts/{attempt.uuid}/submit/"):
        page = alice_client.post(address, {"question": asked, asked: text})
        assert page.status_code == 413
        assert sentence[language] in page.text
    refused = alice_api.put(
        f"attempts/{attempt.uuid}/answers/{asked}", {"response": {"text": text}}, expect=413,
        headers={"Accept-Language": language},
    )  # fmt: skip
    assert refused["title"] == sentence[language]
    assert state() == before


# By name: the file, the status, the sentence by language.
FILES: dict[str, tuple[str, bytes, int, dict[str, str]]] = {
    "zip bomb": (
        "work.zip", BOMB, 400,
        {"en": "The archive contains too much data or too many files.", "ko": "압축 파일에 든 것이 너무 많아요."},
    ),
    "executable": (
        "work.exe", b"MZ\x90\x00", 400,
        {"en": "This type of file is not accepted here. Accepted types: txt, pdf, zip.",
         "ko": "이 형식의 파일은 낼 수 없어요. 낼 수 있는 형식: txt, pdf, zip."},
    ),
    "executable by another name": (
        "work.pdf", b"MZ\x90\x00", 400,
        {"en": "The content of the file is not what its name says.", "ko": "파일 내용이 확장자와 달라요."},
    ),
    "archive with a program": (
        "work.zip", archive("a/Setup.EXE", b"MZ"), 400,
        {"en": "The archive contains a program.", "ko": "압축 파일에 실행 파일이 들어 있어요."},
    ),
    "more than 10 MB": (
        "work.txt", b"x" * (uploads.SIZE_LIMIT + 1), 413,
        {"en": "The file is too large: at most 10 MB.", "ko": "파일이 너무 커요. 10MB까지 낼 수 있어요."},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_an_unacceptable_file_is_refused(
    alice_client: Client, alice_api: Api, attempt: Attempt, spec: Any, language: str, name: str, settings: Any,
    tmp_path: Any,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    file, content, status, sentences = FILES[name]
    asked = spec("hand_in")["uuid"]
    before = state()
    answer = alice_client.post(
        f"/api/v1/attempts/{attempt.uuid}/answers/{asked}/files",
        {"file": SimpleUploadedFile(file, content)},
        headers={**alice_api.headers, "Accept-Language": language},
    )
    assert answer.status_code == status
    assert sentences[language] in answer.json()["title"]
    for address in (f"answers/{asked}/files/", "submit/"):
        form = {f"{asked}:files": SimpleUploadedFile(file, content), "changed": ""}
        page = alice_client.post(f"/attempts/{attempt.uuid}/{address}", form)
        assert page.status_code == 400
        assert sentences[language] in page.text
    assert state() == before
    assert list(tmp_path.rglob("*.*")) == []


def test_a_submit_after_the_deadline_keeps_its_answers_as_late_answers(
    alice_client: Client, alice_api: Api, attempt: Attempt, spec: Any, language: str
) -> None:
    asked = spec("short_answer")["uuid"]
    save.save_answer(attempt=attempt, question=UUID(asked), response={"text": "saved"}, now=timezone.now())
    deadline = timezone.now() - timedelta(hours=1)
    Attempt.objects.update(deadline=deadline)
    sentence = {"en": "The time is up. What was saved by then has been submitted;", "ko": "시간이 끝났어요."}[language]
    refused = alice_api.post(
        f"attempts/{attempt.uuid}/submit", {"answers": {asked: {"text": "app"}}}, expect=409,
        headers={"Accept-Language": language},
    )  # fmt: skip
    assert refused["type"] == "/problems/deadline-passed"
    assert refused["title"].startswith(sentence)
    page = alice_client.post(f"/attempts/{attempt.uuid}/submit/", {asked: "page"}, follow=True)
    assert sentence in page.text
    attempt.refresh_from_db()
    assert attempt.status == "submitted"
    assert attempt.submitted_at == deadline
    assert attempt.is_expired is True
    assert attempt.answers.get().response == {"text": "saved"}
    assert [late.response["text"] for late in LateAnswer.objects.all()] == ["app", "page"]
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    User.objects.update(language="en")
    assert "2 answers came after the time was up." in alice_client.get(f"/attempts/{attempt.uuid}/result/").text


def test_a_start_after_the_allowed_attempts_is_refused(
    alice_client: Client, alice_api: Api, quiz: Quiz, attempt: Attempt, language: str
) -> None:
    Quiz.objects.update(attempts_allowed=1)
    submit.submit(attempt=attempt, now=timezone.now())
    before = state()
    sentence = {"en": "You have used all the attempts this quiz allows.", "ko": "이 퀴즈의 응시 횟수를 모두 썼어요."}
    refused = alice_api.post(
        f"quizzes/{quiz.activity.uuid}/attempts", expect=409, headers={"Accept-Language": language}
    )
    assert refused["type"] == "/problems/no-attempts-left"
    assert refused["title"] == sentence[language]
    page = alice_client.post("/courses/statistics/quizzes/quiz/start/", follow=True)
    assert sentence[language] in page.text
    assert state() == before


def test_an_attempt_keeps_its_questions_while_the_quiz_is_edited(
    alice_client: Client, alice_api: Api, quiz: Quiz, attempt: Attempt, spec: Any, enrolment: Enrolment
) -> None:
    """The attempt ends on the questions and the key that it began with; the next one gets the new ones."""
    asked = spec("single_choice")
    right = every_kind.right(asked)
    before = alice_api.get(f"attempts/{attempt.uuid}")
    Choice.objects.filter(question__uuid=asked["uuid"]).update(is_correct=False, text_en="Rewritten", text_ko="고침")
    Choice.objects.filter(question__uuid=asked["uuid"]).exclude(uuid=right["choice"]).first().delete()  # type: ignore[union-attr]
    Choice.objects.filter(question__uuid=asked["uuid"]).exclude(uuid=right["choice"]).update(is_correct=True)
    quiz.questions.exclude(uuid=asked["uuid"]).update(archived_at=timezone.now())
    publishing.publish(quiz)
    after = alice_api.get(f"attempts/{attempt.uuid}")
    assert after | {"server_time": None} == before | {"server_time": None}
    page = alice_client.get(f"/attempts/{attempt.uuid}/").text
    assert "Rewritten" not in page
    alice_client.post(f"/attempts/{attempt.uuid}/submit/", {asked["uuid"]: right["choice"]})
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    result = alice_api.get(f"attempts/{attempt.uuid}/result")
    assert {q["uuid"]: q["outcome"] for q in result["questions"]}[asked["uuid"]] == "correct"
    assert len(result["questions"]) == len(before["questions"])
    anew = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)
    assert [choice["text"] for choice in anew["questions"][0]["choices"]] == ["Rewritten", "Rewritten"]
    alice_api.put(
        f"attempts/{anew['uuid']}/answers/{spec('short_answer')['uuid']}", {"response": {"text": "x"}}, expect=400
    )


def test_an_unknown_question_is_refused(alice_client: Client, attempt: Attempt, language: str) -> None:
    sentence = {"en": "This question is not part of the attempt.", "ko": "이 응시에 없는 문항이에요."}
    before = state()
    saved = alice_client.post(f"/attempts/{attempt.uuid}/answers/", {"question": str(uuid4())})
    assert saved.status_code == 400
    assert saved.json()["title"] == sentence[language]
    assert state() == before
