"""Explanations of a grade in words, for every kind of question."""

import pytest
from django.utils import translation

from courses.models import Enrolment
from questions import KINDS
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import scoring
from quizzes.grading.explanations import answer_text, explain_by_rule, explain_change, question_text, solution_text
from quizzes.taking import start
from tests.quizzes import every_kind
from tests.quizzes.graded import NOW, question_of

pytestmark = pytest.mark.django_db
C = every_kind.CANARY


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    every_kind.fill(quiz)
    return start.start(quiz=quiz, enrolment=enrolment, now=NOW)


WORDS = {
    "single_choice": ("Choice single 0", "Choice single 0"),
    "multiple_choice": ("Choice several 0", "Choice several 0"),
    "short_answer": (f"{C} accepted", f"{C} accepted"),
    "numeric": ("7.39125 s", "7391.25 ± 0.5 ms"),
    "ordering": ("1. step a → 2. step b → 3. step c",) * 2,
    "matching": ("left a – right a; left b – right b; left c – right c",) * 2,
    "fill_in": (
        f"1. {C} a; 2. {C} b; 3. menu b; 4. 7391.25 ms",
        f"1. {C} a; 2. {C} b; 3. menu b; 4. 7391.25 ± 7391.25 ms",
    ),
    "hand_in": ("Because.", ""),
}


def test_answer_and_solution_of_every_kind_are_explained(attempt: Attempt) -> None:
    assert set(WORDS) == set(KINDS)
    key = scoring.answer_key_for(attempt, attempt.version_id)
    for kind, (given, wanted) in WORDS.items():
        spec = key[str(question_of(attempt, kind))]
        assert answer_text(spec, every_kind.right(spec)) == f"Answered: {given}"
        assert solution_text(spec) == (f"Right is: {wanted}" if wanted else "")
        assert answer_text(spec, {}) == "Not answered."
        assert explain_by_rule(spec, {}) == ""
        assert bool(explain_by_rule(spec, every_kind.right(spec))) == (kind == "short_answer")
    # An author's key of a blank may be the answer itself, and its name says nothing.
    assert question_text(key[str(question_of(attempt, "fill_in"))]) == "a [1] b [2] m [3] n [4]"
    assert question_text(key[str(question_of(attempt, "numeric"))]) == "How long?"


def test_missing_parts_are_shown_as_dashes(attempt: Attempt) -> None:
    key = scoring.answer_key_for(attempt, attempt.version_id)
    matching, blanks, numeric = (key[str(question_of(attempt, kind))] for kind in ("matching", "fill_in", "numeric"))
    left = matching["pairs"][0]["left"]["uuid"]
    assert answer_text(matching, {"matches": {left: "gone"}}) == "Answered: left a – –"
    assert answer_text(blanks, {"blanks": {blanks["blanks"][1]["uuid"]: "x"}}) == "Answered: 1. –; 2. x; 3. –; 4. –"
    assert solution_text({**numeric, "tolerance": "0", "unit": ""}) == "Right is: 7391.25"


def test_a_change_by_a_regrade_is_explained_in_sentences(attempt: Attempt) -> None:
    key = scoring.answer_key_for(attempt, attempt.version_id)
    same = {"old_max": "1.00", "new_max": "1.00"}

    def explain(kind: str, change: dict[str, str], *, by_person: bool = False) -> list[str]:
        spec = key[str(question_of(attempt, kind))]
        return explain_change(spec, every_kind.right(spec), change, by_person=by_person)

    assert explain("single_choice", same) == ["Answered: Choice single 0", "Right is: Choice single 0"]
    assert explain("short_answer", same)[1].startswith("Accepted: compared as “canary7391accepted”")
    assert explain("hand_in", same)[1] == "A person decides."
    assert explain("single_choice", {"old_max": "1.00", "new_max": "2.50"})[2] == (
        "The question is worth 2.5 points; before, 1."
    )
    assert explain("single_choice", same, by_person=True)[1].startswith("A person has decided")
    with translation.override("ko"):
        assert explain("single_choice", same)[0].endswith("보기 single 0")
