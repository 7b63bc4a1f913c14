"""Keep what the figures of each quiz say in short, for the staff's first page."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from analysis import reading
from analysis.models import PointsTally, QuizSummary
from analysis.reading import QuizFigures
from analysis.warnings import Warning
from common import languages
from questions import KINDS, Spec
from quizzes.authoring.models import Quiz

# Questions of one quiz that are named.
NAMED = 3


def mark_outdated(quizzes: Iterable[int]) -> None:
    """Note that the sums of these quizzes have changed. Call it in the transaction of the change."""
    QuizSummary.objects.bulk_create(
        [QuizSummary(quiz_id=quiz) for quiz in sorted(quizzes)],
        update_conflicts=True,
        unique_fields=["quiz"],
        update_fields=["is_outdated"],
    )


def refresh() -> int:
    """Compute what is outdated, or was computed for another version; returns how many quizzes. Idempotent."""
    has_sums = Exists(PointsTally.objects.filter(quiz=OuterRef("pk")))
    mark_outdated(Quiz.objects.filter(has_sums, figures_summary=None).values_list("pk", flat=True))
    has_changed = Q(is_outdated=True) | ~Q(version=F("quiz__current_version")) | Q(version=None) | Q(named__isnull=True)
    stale = list(
        QuizSummary.objects.filter(has_changed, quiz__current_version__isnull=False).values_list("quiz", flat=True)
    )
    for quiz in Quiz.objects.filter(pk__in=stale).select_related("activity", "current_version"):
        # What changes the sums meanwhile marks the row again, after this.
        QuizSummary.objects.filter(quiz=quiz).update(is_outdated=False)
        figures = reading.get_figures(quiz)
        QuizSummary.objects.filter(quiz=quiz).update(
            version=quiz.current_version_id,
            n=figures.n,
            questions=len(figures.questions),
            warnings={warning.value: n for warning, n in figures.by_warning.items()},
            named=_named(figures),
            alpha=figures.alpha,
        )
    return len(stale)


def _named(figures: QuizFigures) -> list[dict[str, Any]]:
    """Return the questions with the most urgent warnings, numbered as on the page of the figures."""
    urgency = list(Warning)
    flagged = [(each.warning, number, each.spec) for number, each in enumerate(figures.questions, 1) if each.warning]
    return [
        {"number": number, "text": _in_each_language(spec), "warning": warning.value}
        for warning, number, spec in sorted(flagged, key=lambda one: (urgency.index(one[0]), one[1]))[:NAMED]
    ]


def _in_each_language(spec: Spec) -> dict[str, str]:
    kind = KINDS[spec["kind"]]
    return {
        language: kind.question_text(spec, partial(languages.choose, language=language))
        for language, _name in settings.LANGUAGES
    }
