"""The numbers of lesson 3-8, its figures and its graded questions follow from the course's own tables and from formulas."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import comb, erf, exp, pi, sqrt
from typing import Any, NamedTuple

import pytest
import yaml

from tests.product import ROOT

COURSE = ROOT / "content" / "data-analytics-week-2"
LANGUAGES = ("ko", "en")
# The answers that lesson 3-7 gives after the prediction; the others of the twelve finished.
NOT_FINISHED = ("S029", "S050", "S067", "S086")
FEATURES = ("minutes_week1", "quiz_week1", "logins_week1", "questions_asked")
MISSED, CHECK = 200_000, 5_000


class Student(NamedTuple):
    features: tuple[int, ...]
    finished: bool


Tree = bool | tuple[int, int, "Tree", "Tree"]


def lesson(language: str) -> str:
    return (COURSE / "lessons" / f"3-8.{language}.md").read_text(encoding="utf-8")


def texts_of_figure(name: str, language: str) -> list[str]:
    drawing = (COURSE / "assets" / f"{name}.{language}.svg").read_text(encoding="utf-8")
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing)


def table(name: str) -> list[dict[str, str]]:
    with (COURSE / "assets" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def students() -> tuple[list[Student], list[Student]]:
    """The students to learn from, and those to be predicted."""
    learnt: list[Student] = []
    unseen: list[Student] = []
    for row in table("course-completion.csv"):
        finished = row["finished"] == "yes" if row["finished"] else row["student"] not in NOT_FINISHED
        (learnt if row["finished"] else unseen).append(Student(tuple(int(row[name]) for name in FEATURES), finished))
    return learnt, unseen


def right(predict: Callable[[Student], bool], cases: Sequence[Student]) -> int:
    return sum(predict(student) == student.finished for student in cases)


def assert_both_say(*wanted: str) -> None:
    for language in LANGUAGES:
        text = lesson(language)
        assert not [one for one in wanted if one not in text]


def test_the_majority_of_the_training_data_gets_4_of_12_and_the_rule_gets_11() -> None:
    learnt, unseen = students()
    answers = Counter(student.finished for student in learnt)
    assert (answers[True], answers[False], len(learnt), len(unseen)) == (41, 43, 84, 12)
    assert sum(student.finished for student in unseen) == 8
    assert (right(lambda student: False, learnt), right(lambda student: False, unseen)) == (43, 4)
    assert (right(long_study, learnt), right(long_study, unseen)) == (66, 11)
    for language, always, rule in (("ko", "43개 | 4개", "66개 | 11개"), ("en", "43 | 4", "66 | 11")):
        assert f"| {always} |" in lesson(language)
        assert f"| {rule} |" in lesson(language)


def long_study(student: Student) -> bool:
    return student.features[0] >= 140


def test_the_finished_share_by_study_time() -> None:
    learnt, _unseen = students()
    groups = {long: [student for student in learnt if long_study(student) is long] for long in (True, False)}
    shares = {long: (sum(student.finished for student in group), len(group)) for long, group in groups.items()}
    assert shares == {True: (31, 39), False: (10, 45)}
    assert (round(100 * 31 / 39), round(100 * 10 / 45)) == (79, 22)
    assert_both_say("79%", "22%", "39", "31", "45")


def tail(cases: int, least: int, probability: float) -> float:
    """The probability of at least `least` right answers."""
    return sum(comb(cases, k) * probability**k * (1 - probability) ** (cases - k) for k in range(least, cases + 1))


def bound(holds: Callable[[float], bool]) -> float:
    """The largest p in [0, 1] for which `holds` is true; it is true below it."""
    low, high = 0.0, 1.0
    for _step in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def test_what_chance_explains() -> None:
    ways = [comb(12, k) for k in range(13)]
    assert (2**12, ways[9:], sum(ways[9:])) == (4_096, [220, 66, 12, 1], 299)
    coin = tail(12, 9, 0.5)
    assert coin == 299 / 4_096
    assert f"{coin:.1%}" == "7.3%"
    assert f"{1 - (1 - coin) ** 20:.0%}" == "78%"
    assert f"{tail(12, 9, 2 / 3):.0%}" == "39%"
    assert_both_say("4,096", "299", "7.3%", "78%", "39%")
    for language in LANGUAGES:
        shown = texts_of_figure("evaluation-chance", language)
        assert shown[3:-2:2] == [str(count) for count in ways]


def test_the_confidence_intervals_are_exact_binomial_ones() -> None:
    for least, cases, low, high in ((9, 12, 43, 95), (90, 120, 66, 82)):
        found = (
            bound(lambda p, least=least, cases=cases: tail(cases, least, p) < 0.025),  # type: ignore[misc]
            bound(lambda p, least=least, cases=cases: 1 - tail(cases, least + 1, p) > 0.025),  # type: ignore[misc]
        )
        assert tuple(round(100 * end) for end in found) == (low, high)
        assert f"{low}% ~ {high}%" in lesson("ko")
        assert f"{low}% to {high}%" in lesson("en")


def impurity(cases: Sequence[Student]) -> float:
    share = sum(student.finished for student in cases) / len(cases)
    return len(cases) * share * (1 - share)


def grow(cases: Sequence[Student], depth: int) -> Tree:
    """A decision tree that takes the question with the least Gini impurity, the first of equals."""
    finished = sum(student.finished for student in cases)
    if depth == 0 or finished in (0, len(cases)):
        return finished * 2 > len(cases)
    best: tuple[float, int, int, list[Student], list[Student]] | None = None
    for feature in range(len(FEATURES)):
        for limit in sorted({student.features[feature] for student in cases})[1:]:
            low = [student for student in cases if student.features[feature] < limit]
            high = [student for student in cases if student.features[feature] >= limit]
            left = impurity(low) + impurity(high)
            if best is None or left < best[0] - 1e-12:
                best = (left, feature, limit, low, high)
    assert best is not None
    _left, feature, limit, low, high = best
    return (feature, limit, grow(low, depth - 1), grow(high, depth - 1))


def ask(tree: Tree, student: Student) -> bool:
    while not isinstance(tree, bool):
        feature, limit, low, high = tree
        tree = high if student.features[feature] >= limit else low
    return tree


def test_deeper_trees_learn_the_training_data_by_heart() -> None:
    learnt, _unseen = students()
    training, unseen = [], []
    for depth in range(1, 8):
        tree = grow(learnt, depth)
        training.append(sum(ask(tree, student) == student.finished for student in learnt))
        others = [(student, [other for other in learnt if other is not student]) for student in learnt]
        unseen.append(sum(ask(grow(rest, depth), student) == student.finished for student, rest in others))
    assert training == [68, 73, 73, 76, 79, 80, 84]
    assert unseen == [58, 58, 60, 64, 57, 56, 56]
    first = grow(learnt, 1)
    assert isinstance(first, tuple)
    assert (FEATURES[first[0]], first[1]) == ("quiz_week1", 66)
    assert (round(100 * 56 / 84), round(100 * 64 / 84)) == (67, 76)
    assert_both_say("67%", "76%", "68, 73, 73, 76, 79, 80, 84", "66")
    for language in LANGUAGES:
        shown = [int(text) for text in texts_of_figure("evaluation-overfitting", language) if text.isdigit()]
        assert shown == [*range(1, 8), *training, *unseen]


def caught(threshold: float) -> tuple[int, int]:
    """The payments that are flagged from a score on, and the frauds among them."""
    bands = [row for row in table("fraud-scores.csv") if float(row["score_from"]) >= threshold]
    return sum(int(row["payments"]) for row in bands), sum(int(row["fraud"]) for row in bands)


def test_the_confusion_matrix() -> None:
    payments, fraud = caught(0)
    flagged, found = caught(0.5)
    assert (payments, fraud, flagged, found) == (10_000, 100, 175, 70)
    normal_passed = payments - fraud - (flagged - found)
    assert (flagged - found, fraud - found, normal_passed) == (105, 30, 9_795)
    assert f"{(found + normal_passed) / payments:.2%}" == "98.65%"
    assert (found / flagged, found / fraud) == (0.4, 0.7)
    assert_both_say("98.65%", "99%", "(70 + 9,795) ÷ 10,000", "70 ÷ 175", "70 ÷ 100")
    for language in LANGUAGES:
        assert {"70", "105", "30", "9,795"} <= set(texts_of_figure("evaluation-confusion-matrix", language))


def cost(threshold: float, check: int) -> int:
    flagged, found = caught(threshold)
    return (caught(0)[1] - found) * MISSED + flagged * check


@pytest.mark.parametrize("threshold", [2, 0.8, 0.5, 0.3, 0.1])
def test_the_costs_of_the_thresholds(threshold: float) -> None:
    flagged, found = caught(threshold)
    assert_both_say(f"| {flagged:,} | {found} |", f"{cost(threshold, CHECK):,}")
    if flagged:
        share = found / flagged
        assert_both_say(f"{share:.0%}" if share > 0.1 else f"{share:.1%}")


def test_the_cheapest_threshold_depends_on_what_a_check_costs() -> None:
    thresholds = [tenth / 10 for tenth in range(10)]
    assert min(thresholds, key=lambda one: cost(one, CHECK)) == 0.3
    assert min(thresholds, key=lambda one: cost(one, 20_000)) == 0.5
    assert_both_say(f"{cost(0.3, 20_000):,}", f"{cost(0.5, 20_000):,}")
    assert MISSED // CHECK == 40


def two_sided(z: float) -> float:
    return 1 - erf(abs(z) / sqrt(2))


def test_the_a_b_test() -> None:
    for people, buyers_a, buyers_b, shown in ((500, 25, 30, "49%"), (5_000, 250, 300, "2.8%")):
        pooled = (buyers_a + buyers_b) / (2 * people)
        z = (buyers_b - buyers_a) / people / sqrt(pooled * (1 - pooled) * 2 / people)
        value = two_sided(z)
        assert shown == (f"{value:.1%}" if value < 0.1 else f"{value:.0%}")
        assert_both_say(shown)
    error = sqrt((0.05 * 0.95 + 0.06 * 0.94) / 5_000)
    ends = [round(100 * (0.01 + side * 1.96 * error), 1) for side in (-1, 1)]
    assert ends == [0.1, 1.9]
    assert "0.1%p에서 1.9%p" in lesson("ko")
    assert "from 0.1 to 1.9 percentage points" in lesson("en")


def test_the_size_of_an_a_b_test() -> None:
    assert round(16 * 0.055 * 0.945 / 0.01**2, -2) == 8_300
    # 16 is rounded from twice the square of the limits for 5 % and for a power of 80 %.
    assert round(2 * (1.96 + 0.84) ** 2) == 16
    assert round(16 * 0.1 * 0.9 / 0.02**2) == 3_600
    assert_both_say("8,300")
    assert "value: 3600" in (COURSE / "checks" / "3-8.yaml").read_text(encoding="utf-8")


def ever_significant(looks: int, step: float = 0.05) -> float:
    """The probability that a test without any difference is below 5 % at one of `looks` looks after equal numbers of people."""
    bell = [exp(-((step * k) ** 2) / 2) / sqrt(2 * pi) * step for k in range(int(10 / step))]
    edge = int(1.96 / step)
    inside = {k: bell[abs(k)] for k in range(-edge, edge + 1)}
    for look in range(2, looks + 1):
        edge = int(1.96 * sqrt(look) / step)
        inside = {
            k: sum(weight * bell[abs(k - other)] for other, weight in inside.items() if abs(k - other) < len(bell))
            for k in range(-edge, edge + 1)
        }
    return 1 - sum(inside.values())


def test_peeking_breaks_the_promise_of_five_per_cent() -> None:
    # The grid makes an error below one point.
    assert f"{ever_significant(1):.0%}" == "5%"
    assert f"{ever_significant(5):.0%}" == "14%"
    assert f"{ever_significant(10):.0%}" == "19%"
    assert_both_say("19%", "14%")


def asked(key: str) -> tuple[dict[str, Any], str, str]:
    """A graded question on 3-8, and everything it says in Korean and in English."""
    text = (COURSE / "quizzes" / "quiz-ml-in-practice.yaml").read_text(encoding="utf-8")
    question = next(one for one in yaml.safe_load(text)["questions"] if one["key"] == key)
    ko, en = (" ".join(said(question, language)) for language in LANGUAGES)
    return question, ko, en


def said(part: Any, language: str) -> Iterator[str]:
    if isinstance(part, dict) and language in part:
        yield part[language]
    elif isinstance(part, dict | list):
        for one in part.values() if isinstance(part, dict) else part:
            yield from said(one, language)


def test_the_question_on_a_higher_threshold() -> None:
    question, ko, en = asked("threshold-up")
    payments, fraud = caught(0)
    (flagged, found), (fewer, less) = caught(0.5), caught(0.8)
    for number in (payments, flagged, fewer, found, less, flagged - found, fewer - less, fraud - found, fraud - less):
        assert f"{number:,}" in ko
        assert f"{number:,}" in en
    assert (flagged - found, fewer - less, fraud - found, fraud - less) == (105, 16, 30, 66)
    assert f"{found / flagged:.0%} to {less / fewer:.0%}" == "40% to 68%"
    before, after = (f"{cost(threshold, CHECK):,}" for threshold in (0.5, 0.8))
    assert f"{before}원에서 {after}원" in ko
    assert f"from {before} to {after} won" in en
    assert {choice["key"] for choice in question["choices"] if choice.get("correct")} == {"bothered", "missed"}


def test_the_questions_on_chance() -> None:
    question, _ko, _en = asked("coin-of-five")
    assert (comb(5, 4), comb(5, 5), question["definition"]["value"]) == (5, 1, 100 * tail(5, 4, 0.5))
    _question, ko, en = asked("two-scores")
    for least, cases, share, low, high in ((10, 12, 83, 52, 98), (93, 120, 78, 69, 85)):
        ends = (
            bound(lambda p, least=least, cases=cases: tail(cases, least, p) < 0.025),  # type: ignore[misc]
            bound(lambda p, least=least, cases=cases: 1 - tail(cases, least + 1, p) > 0.025),  # type: ignore[misc]
        )
        assert (round(100 * least / cases), *(round(100 * end) for end in ends)) == (share, low, high)
        assert f"{low}%에서 {high}%" in ko
        assert f"{low}% to {high}%" in en


def test_the_questions_on_a_b_tests() -> None:
    question, _ko, _en = asked("quarter-difference")
    assert question["definition"]["value"] == round(3_000 * (0.02 / 0.005) ** 2)
    _question, ko, en = asked("significant-but-small")
    value = two_sided((0.052 - 0.050) / sqrt(0.051 * 0.949 * 2 / 200_000))
    assert f"p값은 {value:.1%}" in ko
    assert f"p-value of {value:.1%}" in en
