"""Every kind of question from its definition to its score, in page, API and ledger."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from courses.models import Enrolment, GradeChange
from operations.verify import grades
from questions import KINDS, ResponseError, SpecError
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import automatic, manual
from quizzes.grading.models import GradeNotice
from quizzes.taking import responses, save, start, submit
from tests.api import Api
from tests.contract import check
from tests.quizzes import every_kind
from tests.quizzes.every_kind import CANARY

pytestmark = pytest.mark.django_db


@pytest.fixture
def every(quiz: Quiz) -> Quiz:
    every_kind.fill(quiz)
    return quiz


@pytest.fixture
def attempt(every: Quiz, enrolment: Enrolment) -> Attempt:
    return start.start(quiz=every, enrolment=enrolment, now=timezone.now())


def key(attempt: Attempt) -> dict[str, Any]:
    return dict(AnswerKey.objects.get(version=attempt.version).content)


def by_kind(attempt: Attempt, kind: str) -> dict[str, Any]:
    return next(spec for spec in key(attempt).values() if spec["kind"] == kind)


def finish(attempt: Attempt, answers: dict[UUID, Any]) -> Attempt:
    submit.submit(attempt=attempt, now=timezone.now(), answers=answers)
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
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
    assert list(grades.find_differences()) == []


def test_an_instructor_grades_a_hand_in_by_its_rubric(attempt: Attempt, ines: Any, alice_client: Client) -> None:
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
    assert attempt.status == Attempt.Status.GRADED
    assert attempt.points == attempt.max_points - Decimal("0.5")
    assert GradeChange.objects.get().points == attempt.points
    # The first whole grade is no change of one.
    assert not GradeNotice.objects.exists()
    assert "Well argued" in alice_client.get(f"/attempts/{attempt.uuid}/result/").text
    assert list(grades.find_differences()) == []


def test_a_decision_that_changes_a_grade_sends_a_notice(attempt: Attempt, ines: Any) -> None:
    finish(attempt, {})
    single = UUID(by_kind(attempt, "single_choice")["uuid"])
    decision = {single: manual.Decision(Decimal("0.5"), {}, "Half of it")}
    assert manual.record_reviews(attempt=attempt, decisions=decision, reviewer=ines, now=timezone.now())
    assert GradeNotice.objects.get().grade.points == Decimal("0.50")
    assert manual.record_reviews(attempt=attempt, decisions=decision, reviewer=ines, now=timezone.now()) is None
    assert list(grades.find_differences()) == []


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
def test_a_number_is_correct_within_its_tolerance(attempt: Attempt, text: str, outcome: str, rule: str) -> None:
    score = KINDS["numeric"].grade(by_kind(attempt, "numeric"), {"text": text})
    assert score.outcome == outcome
    assert score.rule == rule


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("3,5", "A comma groups three digits"),
        ("3 ~ 5", "There are several numbers"),
        ("many", "This does not begin with a number"),
        ("7천 ms", "Read as 7000."),
    ],
)
def test_a_student_sees_how_a_number_is_read_before_and_after(
    attempt: Attempt, alice_client: Client, text: str, note: str
) -> None:
    uuid = UUID(by_kind(attempt, "numeric")["uuid"])
    save.save_answer(attempt=attempt, question=uuid, response={"text": text}, now=timezone.now())
    page = alice_client.get(f"/attempts/{attempt.uuid}/").text
    assert page.count(f"read-{uuid}") == 2
    assert note in page
    finish(attempt, {})
    assert note in alice_client.get(f"/attempts/{attempt.uuid}/result/").text


@pytest.mark.parametrize(("text", "note"), [("7 kg", "The question does not take this unit."), ("7", "")])
def test_a_unit_is_refused_in_words_once_the_solution_is_shown(
    attempt: Attempt, alice_client: Client, text: str, note: str
) -> None:
    attempt.quiz.show_answers = Quiz.ShowAnswers.AT_ONCE
    attempt.quiz.save()
    uuid = UUID(by_kind(attempt, "numeric")["uuid"])
    save.save_answer(attempt=attempt, question=uuid, response={"text": text}, now=timezone.now())
    assert f"read-{uuid}" not in alice_client.get(f"/attempts/{attempt.uuid}/").text
    save.confirm_answer(attempt=attempt, question=uuid, now=timezone.now())
    page = alice_client.get(f"/attempts/{attempt.uuid}/").text
    assert note in page
    assert (f"read-{uuid}" in page) == bool(note)


def test_a_missing_unit_is_named() -> None:
    context = {"read": {"read_as": "", "fault": ""}, "place": "q", "rule": "unit-missing", "LANGUAGE_CODE": "en"}
    assert "The unit is missing." in render_to_string("quizzes/kinds/_number_read.html", context)


def test_a_required_unit_must_be_given(attempt: Attempt) -> None:
    spec = {**by_kind(attempt, "numeric"), "unit_required": True}
    assert KINDS["numeric"].grade(spec, {"text": "7391.25"}).rule == "unit-missing"


def test_partial_credit_of_each_kind(attempt: Attempt) -> None:
    spec = by_kind(attempt, "ordering")
    a, b, c = (item["uuid"] for item in spec["items"])
    swapped = KINDS["ordering"].grade(spec, {"positions": {a: 2, b: 1, c: 3}})
    assert swapped.points == "1.00"
    assert swapped.outcome == "partial"
    twice = KINDS["ordering"].grade(spec, {"positions": {a: 1, b: 1, c: 3}})
    assert twice.points == "1.00"
    assert KINDS["ordering"].grade({**spec, "credit": "all"}, {"positions": {a: 1}}).outcome == "incorrect"
    # Nobody can tell two items with the same text apart, so they may change places.
    same = {
        **spec,
        "items": [spec["items"][0], spec["items"][1], {**spec["items"][2], "text": spec["items"][0]["text"]}],
    }
    assert KINDS["ordering"].grade(same, {"positions": {a: 3, b: 2, c: 1}}).outcome == "correct"
    assert KINDS["ordering"].grade(same, {"positions": {a: 2, b: 3, c: 1}}).points == "1.00"
    spec = by_kind(attempt, "matching")
    first, second, third = spec["pairs"]
    matches = {first["left"]["uuid"]: first["right"]["uuid"], second["left"]["uuid"]: third["right"]["uuid"]}
    assert KINDS["matching"].grade(spec, {"matches": matches}).points == "1.00"
    spec = by_kind(attempt, "fill_in")
    blanks = {spec["blanks"][0]["uuid"]: f"{CANARY}A", spec["blanks"][1]["uuid"]: "?"}
    score = KINDS["fill_in"].grade(spec, {"blanks": blanks})
    assert score.points == "0.50"
    assert [part["outcome"] for part in score.parts] == ["correct", "incorrect", "incorrect", "incorrect"]
    spec = by_kind(attempt, "multiple_choice")
    right, *wrong = (choice["uuid"] for choice in spec["choices"])
    assert KINDS["multiple_choice"].grade(spec, {"choices": [right, wrong[0]]}).points == "0.50"
    assert KINDS["multiple_choice"].grade(spec, {"choices": [right, *wrong]}).outcome == "incorrect"


def test_a_near_miss_is_pending_if_the_question_says_so(every: Quiz, enrolment: Enrolment) -> None:
    every.questions.filter(kind="short_answer").update(definition={"near_misses": "review"})
    every.questions.exclude(kind="short_answer").delete()
    publishing.publish(every)
    attempt = start.start(quiz=every, enrolment=enrolment, now=timezone.now())
    question = UUID(attempt.public_questions[0]["uuid"])
    finish(attempt, {question: {"text": f"{CANARY} acceptde"}})
    assert attempt.status == Attempt.Status.NEEDS_REVIEW
    assert manual.pending_questions(attempt) == [question]


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
def test_an_invalid_response_is_refused(attempt: Attempt, kind: str, raw: Any, slug: str) -> None:
    spec = by_kind(attempt, kind)
    with pytest.raises(responses.InvalidResponse) as refused:
        save.save_answer(attempt=attempt, question=UUID(spec["uuid"]), response=raw, now=timezone.now())
    assert refused.value.slug == slug


def test_every_kind_can_be_answered_on_the_page_without_script(attempt: Attempt, alice_client: Client) -> None:
    """Answer, save, reload, submit, graded, shown."""
    base = f"/attempts/{attempt.uuid}"
    Quiz.objects.update(attempts_allowed=1)
    specs = key(attempt)
    form = every_kind.as_form({uuid: every_kind.right(spec) for uuid, spec in specs.items()})
    saved = alice_client.post(f"{base}/answers/", form, follow=True).text
    assert "Your answers are saved." in saved
    kept = {str(answer.question): answer.response for answer in attempt.answers.all()}
    assert kept == {uuid: KINDS[spec["kind"]].read_response(find_question(attempt, uuid), every_kind.right(spec))
                    for uuid, spec in specs.items()}  # fmt: skip
    # What the page shows is what the page would send again.
    again = every_kind.sent_by(alice_client.get(f"{base}/").text)
    assert {name: again[name] for name in form} == form
    alice_client.post(f"{base}/submit/", again)
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    result = alice_client.get(f"{base}/result/").text
    assert result.count('<span class="badge good">Right</span>') == len(specs) - 1
    assert result.count("Your instructor grades this") == 1
    for shown in (f"{CANARY} accepted", "7.39125 s", "step a", "left b", f"{CANARY} a", "Because.", "your choice"):
        assert shown in result
    assert attempt.answers.count() == len(specs)


def find_question(attempt: Attempt, uuid: str) -> dict[str, Any]:
    public = attempt.find_question(uuid)
    assert public
    return public


def test_every_kind_can_be_answered_by_the_api(attempt: Attempt, alice_api: Api) -> None:
    base = f"attempts/{attempt.uuid}"
    specs = key(attempt)
    for uuid, spec in specs.items():
        response = every_kind.right(spec)
        saved = alice_api.put(f"{base}/answers/{uuid}", {"response": response, "sequence": 1})
        check("Answer", saved)
    found = alice_api.get(base)
    check("Attempt", found)
    assert {question["uuid"]: question["response"] for question in found["questions"]} == {
        uuid: KINDS[spec["kind"]].read_response(find_question(attempt, uuid), every_kind.right(spec))
        for uuid, spec in specs.items()
    }
    alice_api.post(f"{base}/submit", expect=202)
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    result = alice_api.get(f"{base}/result")
    check("AttemptResult", result)
    assert result["status"] == "needs_review"
    assert {specs[q["uuid"]]["kind"]: q["outcome"] for q in result["questions"]} == {
        kind: "pending" if kind == "hand_in" else "correct" for kind in KINDS
    }


def test_unanswered_questions_of_every_kind_are_shown_as_such(attempt: Attempt, alice_client: Client) -> None:
    Quiz.objects.update(attempts_allowed=1)
    empty = every_kind.sent_by(alice_client.get(f"/attempts/{attempt.uuid}/").text)
    alice_client.post(f"/attempts/{attempt.uuid}/submit/", empty)
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    result = alice_client.get(f"/attempts/{attempt.uuid}/result/").text
    assert result.count("Not answered") == len(KINDS)
    attempt.refresh_from_db()
    assert attempt.status == Attempt.Status.GRADED
    assert attempt.points == 0


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("numeric", {"unit": ""}, "no-unit"),
        ("numeric", {"units": {"㎳": "2"}}, "unit-twice"),
        ("numeric", {"points": "0.00"}, "no-points"),
        ("numeric", {"text": {"ko": "", "en": ""}}, "no-text"),
        ("ordering", {"items": [{"uuid": "a"}, {"uuid": "a"}]}, "key-twice"),
        ("matching", {"distractors": [{"uuid": "a"}, {"uuid": "a"}]}, "key-twice"),
        ("fill_in", {"text": {"ko": "no mark", "en": ""}}, "blanks-and-marks"),
        ("fill_in", {"blanks": [{"uuid": "u", "key": "a", "accept": [" "]}], "text": {"en": "{{a}}"}, "html": {}},
         "empty-blank"),
        ("hand_in", {"points": "5.00"}, "rubric-sum"),
        ("hand_in", {"takes_text": False, "files": {"max": 0, "types": []}}, "nothing-to-hand-in"),
    ],
)  # fmt: skip
def test_an_invalid_spec_is_refused_with_a_code(
    attempt: Attempt, kind: str, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(SpecError) as refused:
        KINDS[kind].parse({**by_kind(attempt, kind), **changes})
    assert refused.value.code == code


def test_positions_matches_and_blanks_may_be_left_out(attempt: Attempt) -> None:
    spec = by_kind(attempt, "ordering")
    uuid = spec["items"][0]["uuid"]
    public = KINDS["ordering"].public_form(spec)
    position: Any
    for position in (None, ""):
        assert KINDS["ordering"].read_response(public, {"positions": {uuid: position}}) == {"positions": {}}
    for position in (0, 4, True, 1.0, "1"):
        with pytest.raises(ResponseError):
            KINDS["ordering"].read_response(public, {"positions": {uuid: position}})
    with pytest.raises(ResponseError):
        KINDS["single_choice"].read_response(
            KINDS["single_choice"].public_form(by_kind(attempt, "single_choice")), {"choice": 7}
        )
    answers: dict[str, Any] = {"ordering": {"positions": {}}, "matching": {"matches": {}}, "fill_in": {"blanks": {}}}
    for kind, response in answers.items():
        assert KINDS[kind].grade(by_kind(attempt, kind), response).outcome == "unanswered"
