"""The quizzes of modules 3 to 5 draw alike from what they are about, and their intros say how many questions there are."""

from collections import Counter
from typing import Any

import pytest
import yaml

from tests.product import ROOT

COURSE = ROOT / "content" / "data-analytics-week-2"


def quiz(slug: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((COURSE / "quizzes" / f"{slug}.yaml").read_text(encoding="utf-8"))
    return content


def lesson(question: dict[str, Any]) -> str:
    return str(question["lesson"].partition("#")[0])


@pytest.mark.parametrize(
    ("slug", "words"), [("quiz-ml-in-practice", "Ten"), ("quiz-generative-ai", "Twelve"), ("quiz-data-issues", "Ten")]
)
def test_the_intro_says_how_many_questions_there_are_and_how_many_are_drawn(slug: str, words: str) -> None:
    content = quiz(slug)
    everything, drawn = len(content["questions"]), sum(content["rules"]["pools"].values())
    assert f"문제 {everything}개 가운데 " in content["intro"]["ko"]
    assert f" 모두 {drawn}개가 나오고 " in content["intro"]["ko"]
    assert f"{words} of {everything} questions are drawn" in content["intro"]["en"]
    assert {"Ten": 10, "Twelve": 12}[words] == drawn


def test_each_lesson_of_module_3_has_its_questions_in_one_of_five_pools() -> None:
    content = quiz("quiz-ml-in-practice")
    pools = {lesson(one): one["pool"] for one in content["questions"]}
    assert all(one["pool"] == pools[lesson(one)] for one in content["questions"])
    assert len(pools) == 8
    assert set(pools.values()) == set(content["rules"]["pools"])
    assert len(content["rules"]["pools"]) == 5


def test_each_pool_of_module_4_has_the_questions_of_one_lesson() -> None:
    content = quiz("quiz-generative-ai")
    course = yaml.safe_load((COURSE / "course.yaml").read_text(encoding="utf-8"))
    module = next(one for one in course["modules"] if one["slug"] == "generative-ai")
    lessons = [one["lesson"] for one in module["activities"] if "lesson" in one]
    pools = {(one["pool"], lesson(one)) for one in content["questions"]}
    assert Counter(slug for _pool, slug in pools) == Counter(lessons)
    assert Counter(pool for pool, _slug in pools) == Counter(content["rules"]["pools"].keys())


def test_each_pool_of_module_5_has_the_questions_of_one_objective() -> None:
    content = quiz("quiz-data-issues")
    front = yaml.safe_load((COURSE / "lessons" / "5-1.ko.md").read_text(encoding="utf-8").split("---\n")[1])
    pools = {(one["pool"], one["objective"]) for one in content["questions"]}
    assert sorted(number for _pool, number in pools) == list(range(1, len(front["objectives"]) + 1))
    assert Counter(pool for pool, _number in pools) == Counter(content["rules"]["pools"].keys())
