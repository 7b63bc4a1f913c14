"""Show what the answers say about the questions of a quiz."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import AuthenticatedRequest
from analysis import reading, warnings
from analysis.reading import Drift, Figures
from analysis.warnings import Choice, Warning
from common import languages
from courses.models import Course
from courses.roles import rules
from courses.roles.rules import Permission
from questions import KINDS
from quizzes.authoring.models import Quiz
from quizzes.grading.explanations import question_text
from workspace.drafts import records
from workspace.pages.base import reading_page, render_page

OUTCOMES = {
    "correct": gettext_lazy("right"),
    "partial": gettext_lazy("partly right"),
    "incorrect": gettext_lazy("wrong"),
    "unanswered": gettext_lazy("no answer"),
}


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One line of the table of choices."""

    text: str
    is_correct: bool
    n: int
    share: int
    of_top: int
    correlation: str
    is_unused: bool


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """One question as the page shows it. Percentages are whole numbers; bars are in percent of the width."""

    number: int
    figures: Figures
    text: str
    kind: str
    warning: str
    facility: int
    low: int
    high: int
    discrimination: str
    rows: list[ChoiceRow]
    outcomes: list[tuple[str, int]]
    drift: str


@reading_page
def quiz_figures(request: AuthenticatedRequest, course: Course, activity_slug: str) -> HttpResponse:
    """Show the figures of one quiz, or of the questions at the end of a lesson."""
    quiz: Quiz = get_object_or_404(
        Quiz.objects.select_related("activity", "current_version"),
        activity__course=course,
        activity__slug=activity_slug,
    )
    drafted = records.read(course)
    figures = reading.get_figures(quiz)
    cards = [_card(number, each) for number, each in enumerate(figures.questions, 1)]
    return render_page(
        request,
        "analysis/quiz.html",
        drafted,
        _("Questions in figures"),
        figures=figures,
        quiz_title=drafted.title(("activity", activity_slug)),
        slug=activity_slug,
        may_write=rules.can(request.user, Permission.EDIT, course),
        cards=cards,
        first=[card for card in cards if card.warning],
        least=warnings.LEAST,
        cohorts=[(each.name, each.n, round(each.share * 100)) for each in figures.cohorts],
        alpha=None if figures.alpha is None else f"{figures.alpha:.2f}",
    )


def _card(number: int, figures: Figures) -> QuestionCard:
    low, high = figures.facility_interval
    return QuestionCard(
        number=number,
        figures=figures,
        text=question_text(figures.spec),
        kind=_(KINDS[figures.kind].label),
        warning=_warning_text(figures),
        facility=round(figures.facility * 100),
        low=round(low * 100),
        high=round(high * 100),
        discrimination=_discrimination_text(figures),
        rows=[_choice_row(figures, choice) for choice in figures.choices],
        outcomes=_outcomes(figures),
        drift=_drift_text(figures.drift) if figures.drift else "",
    )


def _warning_text(figures: Figures) -> str:
    if figures.warning is Warning.KEY:
        found, suspected = warnings.key_rates(figures.n)
        return _(
            "The key may be wrong: the best third prefers another choice, and that choice goes with a good score more than the "
            "key does. With about this many answers, the rule finds %(found)d of 100 wrong keys, and suspects %(suspected)d of "
            "100 right ones."
        ) % {"found": round(found), "suspected": round(suspected)}
    texts = {
        Warning.INVERTED: _("Weaker students do better here than stronger ones. Look at the key and at the wording."),
        Warning.HARD: _("Hardly anybody gets this right. Is it taught, and is it worded clearly?"),
        Warning.EASY: _("Nearly everybody gets this right, so it tells nobody apart. That may be what you want."),
    }
    return texts[figures.warning] if figures.warning else ""


def _discrimination_text(figures: Figures) -> str:
    if figures.discrimination is None:
        return ""
    if figures.discrimination_interval is None:
        return f"{figures.discrimination:.2f}"
    low, high = figures.discrimination_interval
    return f"{figures.discrimination:.2f} ({low:.2f} – {high:.2f})"


def _choice_row(figures: Figures, choice: Choice) -> ChoiceRow:
    texts = next(each["text"] for each in figures.spec["choices"] if each["uuid"] == choice.uuid)
    return ChoiceRow(
        text=languages.choose(texts),
        is_correct=choice.is_correct,
        n=choice.n,
        share=round(100 * choice.n / figures.n),
        of_top=choice.of_top,
        correlation="–" if choice.correlation is None else f"{choice.correlation:.2f}",
        is_unused=not choice.n and figures.n >= warnings.LEAST_FOR_UNUSED,
    )


def _outcomes(figures: Figures) -> list[tuple[str, int]]:
    counted = figures.outcomes
    names: Iterable[str] = ["unanswered"] if figures.choices else OUTCOMES
    return [(str(OUTCOMES[name]), counted[name]) for name in names if counted.get(name)]


def _drift_text(drift: Drift) -> str:
    values: dict[str, Any] = {
        "before": round(drift.before * 100),
        "now": round(drift.now * 100),
        "low": round(drift.interval[0] * 100),
        "high": round(drift.interval[1] * 100),
    }
    said = [
        _("%(before)d%% before, %(now)d%% in the newest cohort: a change of %(low)+d to %(high)+d points.") % values
        if drift.is_sure
        else _("%(before)d%% before, %(now)d%% in the newest cohort: no change that is sure.") % values
    ]
    if drift.has_other_answers:
        said.append(
            _("Other answers are given than before (stability index %(index).2f).") % {"index": drift.stability}
        )
    return " ".join(said)
