"""Compute item statistics from sums. Pure functions; docs/item-statistics.md explains each of them to readers of the page.

Sums are whole numbers, so that adding and taking away gives exactly what counting again gives. A share is in millionths.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import atanh, exp, inf, log, sqrt, tanh
from typing import NamedTuple

MILLION = 1_000_000
# The 97.5th percentile of the normal distribution: intervals are of 95 %.
Z = 1.959963984540054
# The 95th percentile, for what may only be too high.
Z_ONE_SIDED = 1.6448536269514722


class Moments(NamedTuple):
    """Sums over n pairs (x, y): of x, of y, of their squares and of their product."""

    n: int = 0
    x: int = 0
    y: int = 0
    xx: int = 0
    yy: int = 0
    xy: int = 0


def total(parts: Iterable[Moments]) -> Moments:
    """Return the sums over the pairs of all parts."""
    return Moments(*map(sum, zip(*parts, strict=True)))


def correlation(sums: Moments) -> float | None:
    """Return Pearson's r of x and y, between -1 and 1. None if x or y does not vary."""
    of_x = sums.n * sums.xx - sums.x**2
    of_y = sums.n * sums.yy - sums.y**2
    if of_x <= 0 or of_y <= 0:
        return None
    # One root of each: the product of the two may be too large for a float.
    return max(-1.0, min(1.0, (sums.n * sums.xy - sums.x * sums.y) / (sqrt(of_x) * sqrt(of_y))))


def indicator_moments(chosen: Moments, everybody: Moments) -> Moments:
    """Return the sums of pairs (1 if in `chosen`, else 0; y). `chosen` are the sums of a part of `everybody`."""
    return Moments(everybody.n, chosen.n, everybody.y, chosen.n, everybody.yy, chosen.y)


def correlation_interval(r: float, n: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a correlation by Fisher's transformation (Fisher 1921). None below four pairs."""
    if n < 4:
        return None
    if abs(r) >= 1:
        return r, r
    half = Z / sqrt(n - 3)
    return tanh(atanh(r) - half), tanh(atanh(r) + half)


def share_interval(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (0 to 1) of n answers: Wilson's score interval (Wilson 1927).

    For points in parts it is a little wider than needed: a share varies most when each answer is right or wrong.
    """
    if not n:
        return 0.0, 1.0
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def difference_interval(one: tuple[float, int], other: tuple[float, int]) -> tuple[float, float]:
    """Return the 95 % interval of `one` - `other`, two shares with their numbers of answers: Newcombe's hybrid score interval.

    Source: Newcombe 1998, method 10.
    """
    (p, n), (q, m) = one, other
    (p_low, p_high), (q_low, q_high) = share_interval(p, n), share_interval(q, m)
    return (
        p - q - sqrt((p - p_low) ** 2 + (q_high - q) ** 2),
        p - q + sqrt((p_high - p) ** 2 + (q - q_low) ** 2),
    )


def alpha(variances: Sequence[float], covariances: Sequence[float], length: float) -> float | None:
    """Return Cronbach's alpha (Cronbach 1951) of an attempt with `length` questions. None if it cannot be computed.

    `variances` has one number for each question, `covariances` one for each pair of questions that somebody got together. Each
    pair uses the students who got both: pairwise, as `alpha` of R's package psych does. If all students get all questions,
    this is the usual formula; if questions are drawn from pools, it is the alpha of an average draw.
    """
    if length < 2 or not variances or not covariances:
        return None
    variance = sum(variances) / len(variances)
    covariance = sum(covariances) / len(covariances)
    total = variance + (length - 1) * covariance
    return length * covariance / total if total > 0 else None


def variance(n: int, x: int, xx: int) -> float | None:
    """Return the variance of a sample of n values with the sum x and the sum of squares xx. None below two values."""
    return (n * xx - x * x) / (n * (n - 1)) if n > 1 else None


def covariance(n: int, x: int, y: int, xy: int) -> float | None:
    """Return the covariance of a sample of n pairs. None below two pairs."""
    return (n * xy - x * y) / (n * (n - 1)) if n > 1 else None


# Upper ends of the classes in which times are counted, in seconds: each about 1.4 times the one before, the last half an hour.
TIME_CLASSES = (2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 90, 128, 181, 256, 362, 512, 724, 1024, 1448, 1800)


def time_class(seconds: float) -> int | None:
    """Return the number of the class of a time. None for more than half an hour: the student did something else meanwhile."""
    return next((number for number, end in enumerate(TIME_CLASSES) if seconds <= end), None)


def median_time(counts: Mapping[int, int]) -> int | None:
    """Return about the median in seconds, from {class: number of times}. None if there are none.

    Inside a class the times count as spread evenly on a logarithmic scale.
    """
    half = sum(counts.values()) / 2
    before = 0
    for number in sorted(counts):
        if counts[number] and before + counts[number] >= half:
            low = TIME_CLASSES[number - 1] if number else 1
            part = (half - before) / counts[number]
            return round(exp(log(low) + part * (log(TIME_CLASSES[number]) - log(low))))
        before += counts[number]
    return None


def top_third(counts: Mapping[int, int]) -> set[int]:
    """Return the highest classes that together have at least a third of all, from {class of the rest score: number}."""
    total, taken = sum(counts.values()), 0
    found: set[int] = set()
    for number in sorted(counts, reverse=True):
        if taken * 3 >= total:
            break
        found.add(number)
        taken += counts[number]
    return found


def stability_index(before: Mapping[str, int], now: Mapping[str, int]) -> float | None:
    """Return the population stability index of two distributions over the same kinds of answers. None if one is empty.

    Sum of (q - p) ln(q / p). Half an answer is added to each kind, so that a kind that nobody gave does not make it infinite.
    """
    names = before.keys() | now.keys()
    if not sum(before.values()) or not sum(now.values()):
        return None
    first = sum(before.values()) + len(names) / 2
    second = sum(now.values()) + len(names) / 2
    shares = [((before.get(name, 0) + 0.5) / first, (now.get(name, 0) + 0.5) / second) for name in names]
    return sum((q - p) * log(q / p) for p, q in shares)


def chance_of_stability(kinds: int, n: int, m: int) -> float:
    """Return the stability index that two equal distributions exceed by chance in 5 % of samples of n and m answers.

    The index is about chi-squared with kinds - 1 degrees of freedom, times 1/n + 1/m (Yurdakul 2018). The percentile of
    chi-squared is Wilson and Hilferty's approximation (1931). The bounds 0.1 and 0.25, a custom of credit scoring, do not
    depend on n: with 30 students, equal cohorts exceed 0.1 more often than not.
    """
    freedom = max(kinds - 1, 1)
    part = 2 / (9 * freedom)
    percentile = freedom * (1 - part + Z_ONE_SIDED * sqrt(part)) ** 3
    return percentile * (1 / n + 1 / m)


def highest(correlations: Iterable[float | None]) -> float:
    """Return the highest of the correlations that exist; minus infinity if none does."""
    return max((r for r in correlations if r is not None), default=-inf)
