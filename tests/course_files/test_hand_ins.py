"""The course's assignments, which only a person grades, promise no right answers."""

import yaml

from questions import KINDS
from tests.product import ROOT

QUIZZES = (ROOT / "content" / "data-analytics-week-2" / "quizzes").glob("*.yaml")


def test_an_assignment_offers_no_answers_for_the_attempts_that_are_left() -> None:
    quizzes = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in QUIZZES}
    by_person = {
        slug: quiz["rules"]["show_answers"]
        for slug, quiz in quizzes.items()
        if all(KINDS[question["kind"]].by_person for question in quiz["questions"])
    }
    assert by_person == {"practice-3-7": "never", "practice-4-6": "never", "capstone": "never"}
