"""The numbers of practice 3-7 follow from its table, its sample answers add up, and the assignment asks by its rubric."""

import ast
import csv
import re
from collections import Counter
from math import comb

import pytest
import yaml

from tests.product import ROOT

COURSE = ROOT / "content" / "data-analytics-week-2"
NAMES = ("minutes_week1", "quiz_week1", "logins_week1", "questions_asked")
LANGUAGES = pytest.mark.parametrize("language", ["ko", "en"])


def lesson(language: str) -> str:
    return (COURSE / "lessons" / f"3-7.{language}.md").read_text(encoding="utf-8")


def table() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the filled and the empty rows."""
    with (COURSE / "assets" / "course-completion.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if row["finished"]], [row for row in rows if not row["finished"]]


def answers(language: str) -> dict[str, str]:
    found = re.findall(r"^\| (S\d.*?) \| `(yes|no)` \|$", lesson(language), re.MULTILINE)
    return {student: answer for students, answer in found for student in students.split(", ")}


def right_by_rule(rows: list[dict[str, str]], name: str, least: int, language: str = "en") -> int:
    known = answers(language)
    return sum((int(row[name]) >= least) == ((row["finished"] or known[row["student"]]) == "yes") for row in rows)


def best_rule(name: str) -> tuple[int, int]:
    """Return how many filled rows the best cut-off of one column gets right, and the lowest such cut-off."""
    filled, _empty = table()
    results = {least: right_by_rule(filled, name, least) for least in {int(row[name]) for row in filled}}
    most = max(results.values())
    return most, min(least for least, count in results.items() if count == most)


def assert_said(language: str, ko: str, en: str) -> None:
    wanted = ko if language == "ko" else en
    assert wanted in lesson(language), wanted


@LANGUAGES
def test_the_size_of_the_table_is_right(language: str) -> None:
    filled, empty = table()
    count = Counter(row["finished"] for row in filled)
    assert_said(language, f"수강생 {len(filled) + len(empty)}명", f"{len(filled) + len(empty)} students")
    assert_said(
        language,
        f"값이 채워진 {len(filled)}개 행은 학습 데이터**가 되고, **빈 {len(empty)}개",
        f"The {len(filled)} filled rows are the training data; the {len(empty)} empty ones",
    )
    assert_said(
        language, f"`yes`가 {count['yes']}개, `no`가 {count['no']}개", f"{count['yes']} `yes` and {count['no']} `no`"
    )
    assert set(answers(language)) == {row["student"] for row in empty}
    assert answers(language) == answers("en")


@LANGUAGES
def test_the_baselines_are_right(language: str) -> None:
    filled, empty = table()
    majority = Counter(row["finished"] for row in filled).most_common(1)[0][0]
    always = sum(answer == majority for answer in answers(language).values())
    rule, on_training = right_by_rule(empty, NAMES[0], 140), right_by_rule(filled, NAMES[0], 140)
    share = round(100 * on_training / len(filled))
    assert majority == "no"
    assert_said(language, f"모두 `no`라고 답하면 **{always}개**", f"says `no` every time gets **{always}** right")
    assert_said(language, f"| 모두 `no` | {always}개 |", f"| Always `no` | {always} |")
    assert_said(language, f"`yes`라고 답하면 **{rule}개**", f"140 minutes or more gets **{rule}** right")
    assert_said(
        language,
        f"{len(filled)}개 가운데 {on_training}개({share}%)",
        f"{on_training} of {len(filled)} ({share}%)",
    )
    coin = sum(comb(12, count) for count in range(9, 13)) / 2**12
    assert_said(language, f"100번에 {round(100 * coin)}번쯤", f"about {round(100 * coin)} times in 100")


@LANGUAGES
def test_the_best_rules_of_one_column_are_right(language: str) -> None:
    _filled, empty = table()
    (score, score_at), (minutes, minutes_at) = best_rule("quiz_week1"), best_rule("minutes_week1")
    assert max(best_rule(name)[0] for name in NAMES) == score
    assert_said(
        language,
        f"퀴즈 점수({score_at}점 이상)는 84개 가운데 {score}개, 공부 시간({minutes_at}분 이상)은 {minutes}개",
        f"the quiz score ({score_at} or more) is right for {score} of the 84, "
        f"study time ({minutes_at} minutes or more) for {minutes}",
    )
    by_minutes = right_by_rule(empty, "minutes_week1", minutes_at)
    by_score = right_by_rule(empty, "quiz_week1", score_at)
    assert_said(
        language,
        f"시간의 규칙이 {by_minutes}개, 점수의 규칙이 {by_score}개",
        f"the rule on time got {by_minutes} right and the rule on the score {by_score}",
    )


@LANGUAGES
def test_the_row_that_the_models_miss_and_the_figure_are_right(language: str) -> None:
    _filled, empty = table()
    odd = next(row for row in empty if row["student"] == "S086")
    assert_said(
        language,
        f"첫 주에 {odd['minutes_week1']}분을 공부하고 {odd['quiz_week1']}점",
        f"{odd['minutes_week1']} minutes in the first week and scored {odd['quiz_week1']}",
    )
    figure = (COURSE / "assets" / f"completion-rule.{language}.svg").read_text(encoding="utf-8")
    drawn = re.findall(r">(S\d+)</text>.*?>(yes|no) (\d+)[^<]*</text>", figure, re.DOTALL)
    assert sorted(drawn) == [(row["student"], answers(language)[row["student"]], row["minutes_week1"]) for row in empty]


@LANGUAGES
def test_the_models_are_those_that_the_script_measured(language: str) -> None:
    script = (ROOT / "findings" / "ydf-on-the-table-of-lesson-3-7.sh").read_text(encoding="utf-8")
    measured = ast.literal_eval(re.search(r"^OBSERVED = (\{.*?^\})", script, re.MULTILINE | re.DOTALL).group(1))  # type: ignore[union-attr]
    tree, tree_wrong, *_tree_range = measured["single tree"]
    forest, forest_wrong, *forest_range = measured["random forest"]
    boosting, boosting_wrong, *boosting_range = measured["gradient boosting"]
    assert list(forest.values()) == [forest_wrong] == [boosting_wrong] == [20]
    often = max(tree, key=tree.get)
    assert_said(
        language,
        f"{min(tree)}개부터 {max(tree)}개까지, 가장 흔한 결과는 {often}개({tree[often]}번) | 20번 중 {tree_wrong}번 틀림",
        f"from {min(tree)} to {max(tree)}, most often {often} ({tree[often]} times) | wrong {tree_wrong} times out of 20",
    )
    assert_said(language, f"20번 모두 {max(forest)}개 |", f"| {max(forest)} every time |")
    counts = sorted(boosting.items(), reverse=True)
    assert_said(
        language,
        ", ".join(f"{right}개 {times}번" for right, times in counts) + " | 20번 모두 틀림",
        ", ".join(f"{right} ({'once' if times == 1 else f'{times} times'})" for right, times in counts),
    )
    assert_said(
        language,
        f"{forest_range[0]}에서 {forest_range[1]}로, 그래디언트 부스팅은 {boosting_range[0]}에서 {boosting_range[1]}로",
        f"{forest_range[0]} and {forest_range[1]}, gradient boosting between {boosting_range[0]} and {boosting_range[1]}",
    )


@LANGUAGES
def test_the_points_of_the_sample_answers_add_up(language: str) -> None:
    section = lesson(language).split("{#sample-answers}")[1].split("{#summary}")[0]
    totals = [
        int(ko or en) for ko, en in re.findall(r"\*\*.*\((?:20점 중 (\d+)점|(\d+) points out of 20)\)\*\*", section)
    ]
    given = [int(points) for points in re.findall(r"^\| [^|]+ \| (\d) \|", section, re.MULTILINE)]
    assert totals == [sum(given[:4]), sum(given[4:])]
    assert len(given) == 8


@LANGUAGES
def test_the_assignment_has_the_rubric_of_the_lesson(language: str) -> None:
    front = yaml.safe_load(lesson(language).split("---\n")[1])
    quiz = yaml.safe_load((COURSE / "quizzes" / "practice-3-7.yaml").read_text(encoding="utf-8"))
    (question,) = quiz["questions"]
    asked = [(row["key"], row["points"], row["text"][language].lower()) for row in question["definition"]["rubric"]]
    assert asked == [
        (row["key"], row["points"], f"{row['title']}: {row['description']}".lower()) for row in front["rubric"]
    ]
    assert question["points"] == sum(points for _key, points, _text in asked)
