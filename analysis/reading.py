"""Read the figures of a quiz from the stored sums, for its page."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis import formulas, warnings
from analysis.formulas import MILLION, Moments
from analysis.models import NO_COHORT
from analysis.tallies import ITEMS, NO_REST, NO_TIME, PAIRS, POINTS, Key, Sums
from analysis.warnings import Choice, Warning
from courses.models import Cohort
from questions import KINDS, Spec
from quizzes.attempts.models import Attempt
from quizzes.authoring import versions
from quizzes.authoring.models import Quiz

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drift:
    """How a question went in the newest cohort and in those before: shares of the points, and the interval of the change.

    `stability` is the population stability index of what was given; `has_other_answers` says whether it is more than chance.
    """

    before: float
    now: float
    interval: Interval
    n_before: int
    n_now: int
    stability: float | None
    has_other_answers: bool

    @property
    def is_sure(self) -> bool:
        """Whether the interval of the change excludes no change."""
        return self.interval[0] > 0 or self.interval[1] < 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one question. Shares and correlations are fractions; `seconds` is the median time.

    `facility`: mean share of the points. `discrimination`: correlation of the share with the rest score.
    """

    uuid: str
    spec: Spec
    kind: str
    n: int
    facility: float
    facility_interval: Interval
    discrimination: float | None
    discrimination_interval: Interval | None
    seconds: int | None
    choices: list[Choice]
    outcomes: dict[str, int]
    warning: Warning | None
    drift: Drift | None

    @property
    def is_enough(self) -> bool:
        return self.n >= warnings.LEAST


@dataclass(frozen=True, slots=True)
class CohortFigures:
    """The mean share of the points of all answers of a cohort."""

    name: str
    n: int
    share: float


@dataclass(frozen=True, slots=True)
class QuizFigures:
    """The figures of a quiz: of its questions in their order, of its cohorts, and Cronbach's alpha. `n`: counted attempts."""

    n: int
    questions: list[Figures]
    cohorts: list[CohortFigures]
    alpha: float | None
    # How many answered questions are no longer in the quiz.
    removed: int
    by_warning: Counter[Warning] = field(default_factory=Counter)


def get_figures(quiz: Quiz) -> QuizFigures:
    """Return the figures of a quiz. A fixed number of queries."""
    items, pairs, points = (table.read([quiz.pk]) for table in (ITEMS, PAIRS, POINTS))
    # Attempts that wait for a person are counted later; a look at each response would take seconds.
    n = Attempt.objects.filter(quiz=quiz, status=Attempt.Status.GRADED, counted__isnull=False).count()
    cohorts = _cohorts(quiz)
    specs = _specs(quiz)
    questions = [
        _question(spec, by_question, times, cohorts)
        for uuid, spec in specs.items()
        if (by_question := _of(items, uuid)) and (times := _times(points, uuid)) is not None
    ]
    answered = {str(key[2]) for key in items}
    return QuizFigures(
        n=n,
        questions=questions,
        cohorts=_cohort_figures(items, cohorts),
        alpha=_alpha(points, pairs, n),
        removed=len(answered - specs.keys()),
        by_warning=Counter(each.warning for each in questions if each.warning),
    )


def _specs(quiz: Quiz) -> dict[str, Spec]:
    """Return the specs of the questions that the quiz has now, with their answers, in its order."""
    version = quiz.current_version
    if version is None:
        return {}
    key = versions.get_answer_key(version)
    return {public["uuid"]: key[public["uuid"]] for public in versions.load_content(version).content["questions"]}


def _cohorts(quiz: Quiz) -> dict[int, str]:
    """Return {id: name} of the course's cohorts, the oldest first."""
    return dict(Cohort.objects.filter(course=quiz.activity.course_id).order_by("pk").values_list("pk", "name"))


ByGroup = Mapping[tuple[int, str, int], Moments]


def _of(items: Mapping[Key, Sums], question: str) -> dict[tuple[int, str, int], Moments]:
    """Return {(cohort, given, class of the rest score): sums} of one question."""
    return {
        (key[1], key[3], key[4]): Moments(sums[0], *sums[1:]) for key, sums in items.items() if str(key[2]) == question
    }


def _times(points: Mapping[Key, Sums], question: str) -> dict[int, int]:
    return {key[2]: sums[0] for key, sums in points.items() if str(key[1]) == question and key[2] != NO_TIME}


def _question(spec: Spec, sums: ByGroup, times: Mapping[int, int], cohorts: Mapping[int, str]) -> Figures:
    everybody = sum(sums.values(), Moments())
    facility = everybody.x / everybody.n / MILLION
    with_rest = {key: moments for key, moments in sums.items() if key[2] != NO_REST}
    compared = sum(with_rest.values(), Moments())
    r = formulas.correlation(compared)
    r_interval = None if r is None else formulas.correlation_interval(r, compared.n)
    facility_interval = formulas.share_interval(facility, everybody.n)
    kind = KINDS[spec["kind"]]
    choices: list[Choice] = []
    outcomes: Counter[str] = Counter()
    if kind.rows == "choices":
        merged: dict[tuple[str, int], Moments] = {}
        for (_cohort, given, rest_class), moments in sums.items():
            merged[given, rest_class] = merged.get((given, rest_class), Moments()) + moments
        choices = warnings.choice_figures(merged, {each["uuid"]: each["correct"] for each in spec["choices"]})
        outcomes["unanswered"] = sum(moments.n for (_c, given, _r), moments in sums.items() if not given)
    else:
        for (_cohort, given, _rest_class), moments in sums.items():
            outcomes[given] += moments.n
    single = choices if sum(choice.is_correct for choice in choices) == 1 else []
    return Figures(
        uuid=spec["uuid"],
        spec=spec,
        kind=spec["kind"],
        n=everybody.n,
        facility=facility,
        facility_interval=facility_interval,
        discrimination=r,
        discrimination_interval=r_interval,
        seconds=formulas.median_time(times),
        choices=choices,
        outcomes=dict(outcomes),
        warning=warnings.choose(n=everybody.n, facility=facility_interval, discrimination=r_interval, choices=single),
        drift=_drift(sums, cohorts),
    )


def _drift(sums: ByGroup, cohorts: Mapping[int, str]) -> Drift | None:
    """Compare the newest cohort that has answers with all the ones before. None if there are not enough of both."""
    present = [cohort for cohort in cohorts if any(key[0] == cohort for key in sums)]
    if len(present) < 2:
        return None
    newest = present[-1]
    now = _total(sums, lambda cohort: cohort == newest)
    before = _total(sums, lambda cohort: cohort in present[:-1])
    if min(now.n, before.n) < warnings.LEAST:
        return None
    share_now, share_before = (moments.x / moments.n / MILLION for moments in (now, before))
    given_before, given_now = _given(sums, present[:-1]), _given(sums, [newest])
    stability = formulas.stability_index(given_before, given_now)
    return Drift(
        before=share_before,
        now=share_now,
        interval=formulas.difference_interval((share_now, now.n), (share_before, before.n)),
        n_before=before.n,
        n_now=now.n,
        stability=stability,
        has_other_answers=stability is not None
        and stability > formulas.chance_of_stability(len(given_before | given_now), before.n, now.n),
    )


def _total(sums: ByGroup, is_wanted: Callable[[int], bool]) -> Moments:
    return sum((moments for key, moments in sums.items() if is_wanted(key[0])), Moments())


def _given(sums: ByGroup, cohorts: Iterable[int]) -> Counter[str]:
    found: Counter[str] = Counter()
    wanted = set(cohorts)
    for (cohort, given, _rest_class), moments in sums.items():
        if cohort in wanted:
            found[given] += moments.n
    return found


def _cohort_figures(items: Mapping[Key, Sums], cohorts: Mapping[int, str]) -> list[CohortFigures]:
    found = []
    for cohort, name in [*cohorts.items(), (NO_COHORT, "")]:
        moments = sum((Moments(*sums) for key, sums in items.items() if key[1] == cohort), Moments())
        if moments.n:
            found.append(CohortFigures(name, moments.n, moments.x / moments.n / MILLION))
    return found


def _alpha(points: Mapping[Key, Sums], pairs: Mapping[Key, Sums], attempts: int) -> float | None:
    """Return Cronbach's alpha of the attempts. None below `warnings.LEAST` attempts."""
    if attempts < warnings.LEAST:
        return None
    totals: dict[Any, tuple[int, int, int]] = {}
    for key, (n, x, xx) in points.items():
        old = totals.get(key[1], (0, 0, 0))
        totals[key[1]] = old[0] + n, old[1] + x, old[2] + xx
    variances = [value for sums in totals.values() if (value := formulas.variance(*sums)) is not None]
    covariances = [value for sums in pairs.values() if (value := formulas.covariance(*sums)) is not None]
    return formulas.alpha(variances, covariances, sum(sums[0] for sums in totals.values()) / attempts)
