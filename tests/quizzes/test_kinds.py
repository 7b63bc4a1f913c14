"""Every kind of question from its definition to its score, in page, API and ledger."""

import io
import zipfile
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from courses.models import Enrolment, GradeChange
from quizzes import attempts, grading, hand_ins, publishing, results, verifying
from quizzes.models import AnswerKey, Attempt, GradeNotice, Quiz
from quizzes.questions import KINDS
from quizzes.questions.kinds.numeric import read_number
from tests.quizzes import every_kind
from tests.quizzes.every_kind import CANARY

pytestmark = pytest.mark.django_db


@pytest.fixture
def every(quiz: Quiz) -> Quiz:
    every_kind.fill(quiz)
    return quiz


@pytest.fixture
def attempt(every: Quiz, enrolment: Enrolment) -> Attempt:
    return attempts.start(quiz=every, enrolment=enrolment, now=timezone.now())


def key(attempt: Attempt) -> dict[str, Any]:
    return dict(AnswerKey.objects.get(version=attempt.version).content)


def by_kind(attempt: Attempt, kind: str) -> dict[str, Any]:
    return next(spec for spec in key(attempt).values() if spec["kind"] == kind)


def finish(attempt: Attempt, answers: dict[UUID, Any]) -> Attempt:
    attempts.submit(attempt=attempt, now=timezone.now(), answers=answers)
    grading.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    attempt.refresh_from_db()
    return attempt


def test_the_quiz_has_every_kind(attempt: Attempt) -> None:
    assert {spec["kind"] for spec in key(attempt).values()} == set(KINDS)


def test_right_answers_earn_all_but_what_a_person_grades(attempt: Attempt, alice_client: Client) -> None:
    finish(attempt, {UUID(uuid): every_kind.right(spec) for uuid, spec in key(attempt).items()})
    assert attempt.status == Attempt.Status.NEEDS_REVIEW
    assert not GradeChange.objects.exists()
    scores = {score["outcome"] for score in attempt.grades.get().details.values()}
    assert scores == {"correct", "pending"}
    page = alice_client.get(f"/attempts/{attempt.uuid}/result/").content.decode()
    assert "Your instructor grades this" in page
    assert list(verifying.differences()) == []


def test_a_person_grades_by_the_rubric(attempt: Attempt, ines: Any, alice_client: Client) -> None:
    finish(attempt, {UUID(uuid): every_kind.right(spec) for uuid, spec in key(attempt).items()})
    spec = by_kind(attempt, "hand_in")
    client = Client()
    client.force_login(ines)
    url = f"/admin/quizzes/attempt/{attempt.pk}/review/"
    assert f"{CANARY} notes" in client.get(url).text
    first, second = (criterion["uuid"] for criterion in spec["rubric"])
    too_much = {f"{spec['uuid']}:{first}": "9"}
    assert client.post(url, too_much).status_code == 400
    form = {f"{spec['uuid']}:{first}": "2.5", f"{spec['uuid']}:{second}": "1", f"{spec['uuid']}:comment": "Well argued"}
    for _ in range(2):
        assert client.post(url, form).status_code == 302
    attempt.refresh_from_db()
    assert (attempt.status, attempt.points) == (Attempt.Status.GRADED, attempt.max_points - Decimal("0.5"))
    assert GradeChange.objects.get().points == attempt.points
    # The first whole grade is no change of one.
    assert not GradeNotice.objects.exists()
    assert "Well argued" in alice_client.get(f"/attempts/{attempt.uuid}/result/").text
    assert list(verifying.differences()) == []


def test_a_decision_that_changes_a_grade_is_told(attempt: Attempt, ines: Any) -> None:
    finish(attempt, {})
    single = UUID(by_kind(attempt, "single_choice")["uuid"])
    decision = {single: grading.Decision(Decimal("0.5"), {}, "Half of it")}
    assert grading.review(attempt=attempt, decisions=decision, reviewer=ines, now=timezone.now())
    assert GradeNotice.objects.get().grade.points == Decimal("0.50")
    assert grading.review(attempt=attempt, decisions=decision, reviewer=ines, now=timezone.now()) is None
    assert list(verifying.differences()) == []


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("1,234.5 ms", "1234.5", "ms"),
        ("１２．５％", "12.5", "%"),
        ("−0.7", "-0.7", ""),
        ("1.2E-3s", "0.0012", "s"),
        (".5", "0.5", ""),
        ("about 3", None, ""),
        ("", None, ""),
        ("12,34", "12", ",34"),
    ],
)
def test_numbers_as_people_write_them(text: str, number: str | None, unit: str) -> None:
    assert read_number(text) == (None if number is None else Decimal(number), unit)


@pytest.mark.parametrize(
    ("text", "outcome", "rule"),
    [
        ("7391", "correct", "within-tolerance"),
        ("7391.75 ms", "correct", "within-tolerance"),
        ("7391.76", "incorrect", "outside-tolerance"),
        ("7391 s", "incorrect", "outside-tolerance"),
        ("7391 kg", "incorrect", "unit-unknown"),
        ("seven", "incorrect", "not-a-number"),
        ("  ", "unanswered", "unanswered"),
    ],
)
def test_a_number_within_its_tolerance(attempt: Attempt, text: str, outcome: str, rule: str) -> None:
    score = KINDS["numeric"].grade(by_kind(attempt, "numeric"), {"text": text})
    assert (score.outcome, score.rule) == (outcome, rule)


def test_a_unit_that_is_wanted(attempt: Attempt) -> None:
    spec = {**by_kind(attempt, "numeric"), "unit_required": True}
    assert KINDS["numeric"].grade(spec, {"text": "7391.25"}).rule == "unit-missing"


def test_partial_credit_is_what_the_rule_says(attempt: Attempt) -> None:
    spec = by_kind(attempt, "ordering")
    a, b, c = (item["uuid"] for item in spec["items"])
    swapped = KINDS["ordering"].grade(spec, {"positions": {a: 2, b: 1, c: 3}})
    assert (swapped.points, swapped.outcome) == ("1.00", "partial")
    twice = KINDS["ordering"].grade(spec, {"positions": {a: 1, b: 1, c: 3}})
    assert twice.points == "1.00"
    assert KINDS["ordering"].grade({**spec, "credit": "all"}, {"positions": {a: 1}}).outcome == "incorrect"
    spec = by_kind(attempt, "matching")
    first, second, third = spec["pairs"]
    matches = {first["left"]["uuid"]: first["right"]["uuid"], second["left"]["uuid"]: third["right"]["uuid"]}
    assert KINDS["matching"].grade(spec, {"matches": matches}).points == "1.00"
    spec = by_kind(attempt, "fill_in")
    blanks = {spec["blanks"][0]["uuid"]: f"{CANARY}A", spec["blanks"][1]["uuid"]: "?"}
    score = KINDS["fill_in"].grade(spec, {"blanks": blanks})
    assert (score.points, [part["outcome"] for part in score.parts]) == ("1.00", ["correct", "incorrect"])
    spec = by_kind(attempt, "multiple_choice")
    right, *wrong = (choice["uuid"] for choice in spec["choices"])
    assert KINDS["multiple_choice"].grade(spec, {"choices": [right, wrong[0]]}).points == "0.50"
    assert KINDS["multiple_choice"].grade(spec, {"choices": [right, *wrong]}).outcome == "incorrect"


def test_a_near_miss_waits_for_a_person_where_the_author_wishes(every: Quiz, enrolment: Enrolment) -> None:
    every.questions.filter(kind="short_answer").update(definition={"near_misses": "review"})
    every.questions.exclude(kind="short_answer").delete()
    publishing.publish(every)
    attempt = attempts.start(quiz=every, enrolment=enrolment, now=timezone.now())
    question = UUID(attempt.views[0]["uuid"])
    finish(attempt, {question: {"text": f"{CANARY} acceptde"}})
    assert attempt.status == Attempt.Status.NEEDS_REVIEW
    assert grading.pending_questions(attempt) == [question]


@pytest.mark.parametrize(
    ("kind", "raw", "slug"),
    [
        ("ordering", {"positions": {"nonsense": 1}}, "unknown-choice"),
        ("ordering", {"positions": [1]}, "invalid-response"),
        ("ordering", {"positions": "ITEM:0"}, "invalid-response"),
        ("matching", {"matches": []}, "invalid-response"),
        ("matching", {"matches": {"x": "y"}}, "unknown-choice"),
        ("fill_in", {"blanks": "x"}, "invalid-response"),
        ("fill_in", {"blanks": {"x": "y"}}, "unknown-choice"),
        ("numeric", {"text": "1" * 101}, "too-long"),
        ("numeric", {"text": 5}, "invalid-response"),
        ("hand_in", {"text": "x" * 20_001}, "too-long"),
        ("hand_in", {"text": "\ud800"}, "invalid-response"),
    ],
)
def test_answers_that_cannot_be_one(attempt: Attempt, kind: str, raw: Any, slug: str) -> None:
    spec = by_kind(attempt, kind)
    with pytest.raises(attempts.InvalidResponse) as refused:
        attempts.save_answer(attempt=attempt, question=UUID(spec["uuid"]), response=raw, now=timezone.now())
    assert refused.value.slug == slug


@pytest.mark.parametrize(
    ("name", "content", "slug"),
    [
        ("report.exe", b"MZ", "file-refused"),
        ("report.pdf", b"MZ\x90\x00", "file-refused"),
        ("notes.txt", b"MZ\x90\x00\x03", "file-refused"),
        ("empty.txt", b"", "file-refused"),
        ("broken.zip", b"PK\x03\x04 but no archive", "file-refused"),
        ("big.txt", b"x" * (hand_ins.SIZE_LIMIT + 1), "file-too-large"),
    ],
)
def test_files_that_are_not_taken(attempt: Attempt, name: str, content: bytes, slug: str) -> None:
    question = UUID(by_kind(attempt, "hand_in")["uuid"])
    upload = SimpleUploadedFile(name, content)
    with pytest.raises((hand_ins.FileRefused, hand_ins.FileTooLarge)) as refused:
        hand_ins.add(attempt=attempt, question=question, upload=upload, now=timezone.now())
    assert refused.value.slug == slug
    assert not attempt.files.exists()


def test_an_archive_that_would_burst(attempt: Attempt) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"0" * 20_000_000)
    question = UUID(by_kind(attempt, "hand_in")["uuid"])
    with pytest.raises(hand_ins.FileRefused):
        hand_ins.add(
            attempt=attempt,
            question=question,
            upload=SimpleUploadedFile("bomb.zip", packed.getvalue()),
            now=timezone.now(),
        )


def test_a_file_from_the_page_to_the_instructor(
    attempt: Attempt, alice_client: Client, bob_client: Client, ines: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    spec = by_kind(attempt, "hand_in")
    base = f"/attempts/{attempt.uuid}"
    form = {f"{spec['uuid']}:files": SimpleUploadedFile("글.txt", "내용".encode()), spec["uuid"]: "My text"}
    assert alice_client.post(f"{base}/answers/{spec['uuid']}/files/", form).status_code == 302
    file = attempt.files.get()
    assert attempt.answers.get(question=spec["uuid"]).response == {"text": "My text"}
    assert "글.txt" in alice_client.get(f"{base}/").text
    url = f"{base}/files/{file.uuid}/"
    ines_client = Client()
    ines_client.force_login(ines)
    for client in (alice_client, ines_client):
        answer = client.get(url)
        assert b"".join(answer.streaming_content) == "내용".encode()  # type: ignore[attr-defined]
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert bob_client.get(url).status_code == 404
    assert alice_client.post(f"{url}remove/", {}).status_code == 302
    assert results.files_of(attempt) == {}
    assert alice_client.post(f"{url}remove/", {}).status_code == 404
