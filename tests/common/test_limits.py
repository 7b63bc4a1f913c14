"""Limits of guesses: how many, how long to wait, and in which words."""

from collections.abc import Iterator
from unittest import mock

import pytest
from allauth.core.internal import ratelimit
from django.utils import translation

from common.errors import DomainError
from common.limits import Limit, TooManyCodes, check_code, format_wait

pytestmark = pytest.mark.stored

WRONG = DomainError("wrong")
START = 1_800_000_000.0


@pytest.fixture
def clock() -> Iterator[mock.Mock]:
    with mock.patch("time.time", return_value=START) as now:
        yield now


def guess(code: str, key: str = "somebody") -> str:
    """How a guess is answered."""
    try:
        check_code(code, "right", key, WRONG)
    except TooManyCodes as refused:
        return f"wait {refused.wait}"
    except DomainError:
        return "wrong"
    return "right"


def test_ten_wrong_codes_are_looked_at_and_no_more(clock: mock.Mock) -> None:
    answers = [guess(f"{number}") for number in range(120)]

    assert answers == ["wrong"] * 10 + ["wait 600"] * 110


def test_the_right_code_is_refused_as_well_while_the_limit_is_reached(clock: mock.Mock) -> None:
    for number in range(10):
        guess(f"{number}")

    assert guess("right") == "wait 600"
    clock.return_value += 600
    assert guess("right") == "right"


def test_the_wait_ends_when_the_oldest_wrong_code_expires(clock: mock.Mock) -> None:
    for number in range(10):
        guess(f"{number}")
        clock.return_value += 30

    assert guess("again") == "wait 300"
    clock.return_value += 300
    assert guess("again") == "wrong"
    assert guess("again") == "wait 30"


def test_fifty_wrong_codes_a_day(clock: mock.Mock) -> None:
    for _turn in range(5):
        assert [guess(f"{number}") for number in range(10)] == ["wrong"] * 10
        clock.return_value += 600

    assert guess("again") == f"wait {24 * 60 * 60 - 5 * 600}"


def test_somebody_else_is_not_limited(clock: mock.Mock) -> None:
    for number in range(11):
        guess(f"{number}")

    assert guess("right", key="somebody else") == "right"


def test_right_codes_and_forms_without_a_code_are_not_counted(clock: mock.Mock) -> None:
    for _turn in range(20):
        assert guess(" right ") == "right"
        assert guess(" ") == "wrong"


def test_a_limit_can_be_cleared(clock: mock.Mock) -> None:
    limit = Limit("test", "1/m/key")
    assert limit.count("key")
    assert not limit.count("key")

    limit.clear("key")

    assert limit.count("key")


def test_a_limit_that_another_process_is_counting_is_waited_for(clock: mock.Mock) -> None:
    with mock.patch.object(ratelimit, "cache_lock") as lock:
        lock.return_value.__enter__.return_value = False
        assert guess("wrong") == "wait 1"


@pytest.mark.parametrize(
    ("seconds", "in_english", "in_korean"),
    [
        (1, "1 minute", "1분"),
        (60, "1 minute", "1분"),
        (61, "2 minutes", "2분"),
        (5400, "1 hour, 30 minutes", "1시간, 30분"),
    ],
)
def test_the_wait_is_said_in_whole_minutes(seconds: int, in_english: str, in_korean: str) -> None:
    assert format_wait(seconds) == in_english
    with translation.override("ko"):
        assert format_wait(seconds) == in_korean
