"""Read the figures of a quiz from the stored sums, for its page."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

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
    answered, times = _by_question(items), _times(points)
    questions = [
        _question(spec, answered[uuid], times.get(uuid, {}), cohorts)
        for uuid, spec in specs.items()
        if uuid in answered
    ]
    return QuizFigures(
        n=n,
        questions=questions,
        cohorts=_cohort_figures(items, cohorts),
        alpha=_alpha(points, pairs, n),
        removed=len(answered.keys() - specs.keys()),
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


def _by_question(items: Mapping[Key, Sums]) -> dict[str, dict[tuple[int, str, int], Moments]]:
    """Return {question: {(cohort, given, class of the rest score): sums}}."""
    found: dict[UUID, dict[tuple[int, str, int], Moments]] = {}
    for (_quiz, cohort, question, given, rest_class), sums in items.items():
        found.setdefault(question, {})[cohort, given, rest_class] = Moments(*sums)
    return {str(question): groups for question, groups in found.items()}


def _times(points: Mapping[Key, Sums]) -> dict[str, dict[int, int]]:
    """Return {question: {time class: number}}."""
    found: dict[str, dict[int, int]] = {}
    for (_quiz, question, time), sums in points.items():
        if time != NO_TIME:
            found.setdefault(str(question), {})[time] = sums[0]
    return found


def _question(spec: Spec, sums: ByGroup, times: Mapping[int, int], cohorts: Mapping[int, str]) -> Figures:
    merged = _without_cohorts(sums)
    everybody = formulas.total(merged.values())
    facility = everybody.x / everybody.n / MILLION
    compared = formulas.total(moments for (_given, rest_class), moments in merged.items() if rest_class != NO_REST)
    r = formulas.correlation(compared)
    r_interval = None if r is None else formulas.correlation_interval(r, compared.n)
    facility_interval = formulas.share_interval(facility, everybody.n)
    kind = KINDS[spec["kind"]]
    choices: list[Choice] = []
    outcomes: Counter[str] = Counter()
    if kind.rows == "choices":
        choices = warnings.choice_figures(merged, {each["uuid"]: each["correct"] for each in spec["choices"]})
        outcomes["unanswered"] = sum(moments.n for (given, _rest_class), moments in merged.items() if not given)
    else:
        for (given, _rest_class), moments in merged.items():
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


@dataclass(slots=True)
class _Part:
    """The answers of some cohorts: how many, the sum of the shares, and how often what was given."""

    n: int = 0
    x: int = 0
    given: Counter[str] = field(default_factory=Counter)

    def add(self, given: str, moments: Moments) -> None:
        self.n += moments.n
        self.x += moments.x
        self.given[given] += moments.n


def _without_cohorts(sums: ByGroup) -> dict[tuple[str, int], Moments]:
    """Return {(given, class of the rest score): sums} of all cohorts together."""
    alike: dict[tuple[str, int], list[Moments]] = {}
    for (_cohort, given, rest_class), moments in sums.items():
        alike.setdefault((given, rest_class), []).append(moments)
    return {key: formulas.total(parts) for key, parts in alike.items()}


def _drift(sums: ByGroup, cohorts: Mapping[int, str]) -> Drift | None:
    """Compare the newest cohort that has answers with all the ones before. None if there are not enough of both."""
    answered = {key[0] for key in sums}
    present = [cohort for cohort in cohorts if cohort in answered]
    if len(present) < 2:
        return None
    earlier = set(present[:-1])
    now, before = _Part(), _Part()
    for (cohort, given, _rest_class), moments in sums.items():
        if cohort == present[-1]:
            now.add(given, moments)
        elif cohort in earlier:
            before.add(given, moments)
    if min(now.n, before.n) < warnings.LEAST:
        return None
    share_now, share_before = (part.x / part.n / MILLION for part in (now, before))
    given_before, given_now = before.given, now.given
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


def _cohort_figures(items: Mapping[Key, Sums], cohorts: Mapping[int, str]) -> list[CohortFigures]:
    totals: dict[int, tuple[int, int]] = {}
    for key, sums in items.items():
        n, x = totals.get(key[1], (0, 0))
        totals[key[1]] = n + sums[0], x + sums[1]
    return [
        CohortFigures(name, totals[cohort][0], totals[cohort][1] / totals[cohort][0] / MILLION)
        for cohort, name in [*cohorts.items(), (NO_COHORT, "")]
        if cohort in totals
    ]


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
