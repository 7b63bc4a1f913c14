"""Short answers in Korean and English: the golden set, what can never be, and the command that explains."""

import io
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from questions.comparing import short_answers
from questions.comparing.numbers import RAISED
from questions.comparing.short_answers import Decision, decide, normalise
from quizzes.grading.explanations import EXPLANATIONS

GOLDEN: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "golden_short_answers.jsonl").read_text("utf-8").splitlines()
]
TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("가각지도학습비과소적합은는이가 -.()/abcsXY12"), st.characters(codec="utf-8")),
    max_size=30,
)
TERMS = sorted({term for row in GOLDEN for term in row["accept"]})
# NFKC makes 28 of 2⁸, so a term with raised signs has two forms only.
FLAT_TERMS = [term for term in TERMS if not RAISED.search(term)]


def test_the_golden_set_is_large_and_has_all_verdicts() -> None:
    assert len(GOLDEN) >= 1200
    assert {row["decision"] for row in GOLDEN} == {"accept", "reject", "review"}


def test_no_false_accept_and_no_false_reject() -> None:
    wrong = [
        (row["accept"], row["answer"], row["decision"], found)
        for row in GOLDEN
        if (found := decide(row["answer"], row["accept"])).verdict != row["decision"]
    ]
    assert wrong == []


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_every_text_gets_a_decision_with_an_explanation(answer: str, accept: list[str]) -> None:
    decision = decide(answer, accept)
    assert decision.rule in EXPLANATIONS
    assert (decision.verdict == "accept") <= bool(decision.matched in accept)


@given(st.sampled_from(TERMS), st.sampled_from(["비", "과소", "준", "un", "non-", "mis", "not "]))
def test_a_term_with_a_prefix_is_not_accepted(term: str, prefix: str) -> None:
    assert decide(prefix + term, [term]).verdict != "accept"


@given(
    st.sampled_from(FLAT_TERMS),
    st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    st.sampled_from([str.upper, str.lower]),
)
def test_case_and_unicode_form_of_a_term_do_not_matter(term: str, form: Any, case: Any) -> None:
    assert decide(unicodedata.normalize(form, case(term)), [term]).rule == "exact"


@given(TEXTS)
def test_normalising_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_known_wrong_answers_take_precedence_over_endings_and_names() -> None:
    accept, wrong = ["지도학습"], ["비지도학습"]
    for answer in ("비지도학습", "비지도 학습입니다", "지도학습(비지도학습)"):
        decision = decide(answer, accept, wrong)
        assert decision.verdict == "reject"
        assert decision.rule == "known-wrong"


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        ("Data-Drift.", Decision("accept", "exact", "Data Drift", "datadrift")),
        ("개념드리프트", Decision("reject", "known-wrong", "개념 드리프트", "개념드리프트")),
        ("데이터 드리프트입니다", Decision("accept", "ending", "데이터 드리프트", "데이터드리프트")),
        ("data drifts", Decision("accept", "ending", "Data Drift", "datadrifts")),
        (
            "데이터 드리프트(data drift)",
            Decision("accept", "both-names", "데이터 드리프트", "데이터드리프트 + datadrift"),
        ),
        (
            "data drift or concept drift",
            Decision("reject", "known-wrong", "Data Drift", "datadriftorconceptdrift"),
        ),
        ("data drift / skew", Decision("review", "contains", "Data Drift", "datadrift")),
        ("not data drift", Decision("review", "contains", "Data Drift", "datadrift")),
        ("data drfit", Decision("review", "near-miss", "Data Drift", "datadrfit")),
        ("Skew", Decision("reject", "no-match", "", "skew")),
    ],
)
def test_a_decision_names_the_compared_texts(answer: str, decision: Decision) -> None:
    assert decide(answer, ["Data Drift", "데이터 드리프트"], ["concept drift", "개념 드리프트"]) == decision


@pytest.mark.parametrize(
    ("answer", "accept", "rule"),
    [
        # Invisible control characters are no letters.
        ("data\x07drift", "Data Drift", "exact"),
        # A particle fits its noun; where the noun is not Hangul, readers differ.
        ("정밀도는", "정밀도", "ending"),
        ("정밀도은", "정밀도", "no-match"),
        ("재현율은", "재현율", "ending"),
        ("재현율는", "재현율", "no-match"),
        ("AUC은", "AUC", "ending"),
        ("AUC는", "AUC", "ending"),
        # The first and the last syllable that there is.
        ("국가은", "국가", "no-match"),
        ("국힣는", "국힣", "no-match"),
        ("가가각", "가가가", "near-miss"),
        ("힣힣힢", "힣힣힣", "near-miss"),
        # A syllable after a noun of one syllable may make another word; after two it is an ending.
        ("책임", "책", "near-miss"),
        ("책임", "강", "no-match"),
        ("책임임", "책임", "ending"),
        ("책이에요", "책", "ending"),
        ("aa!", "aa", "contains"),
        ("fifth!", "fifth", "ending"),
        ("four!", "four", "contains"),
        ("'n'!", "n", "contains"),
        ("n...", "n", "exact"),
        # A minus and raised signs in a formula, and hyphens in a name.
        ("x-y", "xy", "near-miss"),
        ("ab-y", "aby", "exact"),
        ("x-ray", "xray", "exact"),
        ("3-d", "3d", "exact"),
        ("13-d", "13d", "near-miss"),
        ("5-d", "5d", "near-miss"),
        ("(-x)", "(x)", "near-miss"),
        ("F-1", "F1", "exact"),
        ("f-1", "f1", "near-miss"),
        ("AF-1", "AF1", "exact"),
        ("2^8", "2⁸", "exact"),
        ("28", "2⁸", "no-match"),
        ("m2", "m²", "near-miss"),
        # An s is a plural's where the word is long enough, and not after another. Elsewhere a person decides.
        ("graphs", "graph", "ending"),
        ("means", "mean", "near-miss"),
        ("classs", "class", "near-miss"),
        # A letter too few at the end of the shortest word that may have a slip, and one too many.
        ("recal", "recall", "near-miss"),
        ("preecision", "precision", "near-miss"),
        ("It is MAX", "MAX", "ending"),
        # An ending fits its noun, or a person decides.
        ("딥러닝이죠", "딥러닝", "ending"),
        ("딥러닝죠", "딥러닝", "near-miss"),
        ("정밀도이죠", "정밀도", "ending"),
        ("정밀도지", "정밀도", "near-miss"),
        ("딥러닝이지", "딥러닝", "ending"),
        ("AUC죠", "AUC", "ending"),
        ("고객 수요", "고객 수", "near-miss"),
        ("이용자수요", "이용자수", "near-miss"),
        ("종이입니다", "종", "near-miss"),
        ("종입니다", "종", "ending"),
        # What a sentence adds to a term without a space, and what makes another word of it.
        ("정밀도인것같아요", "정밀도", "contains"),
        ("정밀도ㅎㅎ", "정밀도", "contains"),
        ("아마정밀도", "정밀도", "contains"),
        ("책인듯", "책", "no-match"),
        ("책인것같아요", "책", "contains"),
        ("정확도ㅎㅎ", "정확", "no-match"),
        ("C++", "C", "no-match"),
        ("Cㅎㅎ", "C", "contains"),
        ("과적합문제", "과적합", "contains"),
        ("과적합", "과적합 문제", "contains"),
        ("과", "과문제", "no-match"),
        # Numbers in a text: only those of the same form and unit are the same.
        ("7개", "7", "number"),
        ("7", "7개", "number-form"),
        ("7명", "7개", "no-match"),
        ("1.10", "1.1", "number-form"),
        ("3,5", "3.5", "number-form"),
        ("3,5", "3.6", "no-match"),
        ("7/2", "7", "no-match"),
        ("0.7", "7", "no-match"),
        ("20000", "200000", "no-match"),
        ("5%", "0.05", "number-form"),
        ("두 개", "2", "number-form"),
        ("1/2", "1", "no-match"),
        # A plural is sure only where it can be nothing else.
        ("classes", "class", "ending"),
        ("statistics", "statistic", "near-miss"),
        ("matrices", "matrix", "near-miss"),
        ("boxes", "box", "near-miss"),
    ],
)
def test_the_limits_of_each_rule(answer: str, accept: str, rule: str) -> None:
    assert decide(answer, [accept]).rule == rule


def test_a_doubtful_ending_is_explained_with_the_whole_answer() -> None:
    assert decide("책임", ["책"]) == Decision("review", "near-miss", "책", "책임")


def test_a_number_is_known_to_be_wrong_in_any_form() -> None:
    assert decide("1,024개입니다", ["1000"], ["x", "1024"]) == Decision(
        "reject", "known-wrong", "1024", "1,024개입니다"
    )
    assert decide("1,025", ["1000"], ["1024"]).rule == "no-match"


def test_an_ending_without_a_noun_matches_nothing() -> None:
    assert decide("입니다", ["지도학습"], ["-"]).rule == "no-match"


def ask(lines: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    out = io.StringIO()
    try:
        call_command("try_answer", stdout=out)
    finally:
        found = [json.loads(line) for line in out.getvalue().splitlines()]
    return found


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_command_explains_each_decision(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    lines = "\n".join(json.dumps(row) for row in GOLDEN)
    with translation.override(language):
        answers = ask(lines, monkeypatch)
    assert [answer["decision"] for answer in answers] == [row["decision"] for row in GOLDEN]
    assert all(answer["explanation"] for answer in answers)
    assert ("인정" in answers[0]["explanation"]) == (language == "ko")


@pytest.mark.parametrize(
    "line",
    ["x", "[]", "{}", '{"accept": "a", "answer": "a"}', '{"accept": [1], "answer": "a"}', "[" * 9000],
)
def test_the_command_names_an_invalid_line_and_continues(
    monkeypatch: pytest.MonkeyPatch, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f'{line}\n{{"accept": ["a"], "answer": "A"}}\n'))
    with pytest.raises(CommandError):
        call_command("try_answer")
    bad, good = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert bad["error"].startswith("Line 1: ")
    assert good["decision"] == "accept"


def test_texts_of_an_author_are_normalised_for_the_first_answer_only(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def recorded(text: str) -> str:
        texts.append(text)
        return normalise(text)

    monkeypatch.setattr(short_answers, "normalise", recorded)
    for answer in ("one guess", "another guess"):
        texts.clear()
        decide(answer, ["a term of this test"], ["a known mistake of this test"])
        assert answer in texts
    assert not {"a term of this test", "a known mistake of this test"} & set(texts)
