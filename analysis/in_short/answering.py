"""Say on the staff's first page how good the quizzes are: questions to look at, and the least reliable quiz."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from analysis.models import QuizSummary
from analysis.warnings import LEAST, Warning
from common import languages
from courses.models import Course
from courses.overviews import definitions
from courses.overviews.answers import Answer, Figure, Part
from courses.overviews.definitions import Definition

# Quizzes that are named because of their questions.
NAMED = 3
# Characters of a question's text.
LONGEST = 80
FLAGGED = definitions.define(
    Definition(
        "flagged_questions",
        gettext_lazy("questions to look at"),
        gettext_lazy("count"),
        gettext_lazy(
            "questions with at least 20 first attempts whose key may be wrong, on which weaker students do better, that hardly "
            "anybody gets right, or that nearly everybody gets right"
        ),
        "analysis.reading.get_figures",
    )
)
LOWEST_ALPHA = definitions.define(
    Definition(
        "lowest_alpha",
        gettext_lazy("lowest reliability"),
        gettext_lazy("Cronbach's alpha, at most 1"),
        gettext_lazy("the lowest alpha among the quizzes of the course with at least 20 first attempts"),
        "analysis.reading.get_figures",
    )
)
# {warning: (how a number of such questions is called, tone of its part in the picture)}
_WARNINGS = {
    Warning.KEY: (gettext_lazy("key may be wrong"), "bad"),
    Warning.INVERTED: (gettext_lazy("weaker students do better"), "bad"),
    Warning.HARD: (gettext_lazy("too hard"), "warn"),
    Warning.EASY: (gettext_lazy("too easy"), "warn"),
}


def answer_quality(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Return how many questions of each course want a look, by the kept summaries of its quizzes. One query."""
    rows = (
        QuizSummary.objects.filter(quiz__activity__course__in=courses, quiz__activity__archived_at=None, n__gt=0)
        .select_related("quiz__activity")
        .order_by("quiz__activity__position", "quiz")
    )
    by_course: dict[int, list[QuizSummary]] = {}
    for row in rows:
        by_course.setdefault(row.quiz.activity.course_id, []).append(row)
    return {course.pk: _answer(course, by_course[course.pk]) for course in courses if course.pk in by_course}


def _answer(course: Course, summaries: list[QuizSummary]) -> Answer:
    enough = [row for row in summaries if row.n >= LEAST]
    total = sum(row.questions for row in summaries)
    counts: Counter[str] = Counter()
    for row in enough:
        counts.update(row.warnings)
    flagged = counts.total()
    text = ngettext(
        "question to look at, of %(n)d with answers", "questions to look at, of %(n)d with answers", flagged
    )
    answer = Answer([Figure(FLAGGED, flagged, text % {"n": total}, is_urgent=bool(counts[Warning.KEY.value]))])
    for row in sorted((row for row in enough if row.warnings), key=_urgency)[:NAMED]:
        reasons = [
            f"{label}: {row.warnings[warning.value]}"
            for warning, (label, _tone) in _WARNINGS.items()
            if warning.value in row.warnings
        ]
        n = sum(row.warnings.values())
        text, notes = f"{row.quiz} ({'; '.join(reasons)})", [_named(each) for each in row.named or ()]
        answer.figures.append(Figure(FLAGGED, n, text, _url(course, row), notes=notes))
    if least := min((row for row in enough if row.alpha is not None), key=lambda row: row.alpha or 0, default=None):
        text = _("lowest reliability: %(quiz)s") % {"quiz": least.quiz}
        answer.figures.append(Figure(LOWEST_ALPHA, 1, text, _url(course, least), shown=f"{least.alpha:.2f}"))
    known = sum(row.questions for row in enough)
    answer.parts = [
        Part(_("nothing to say against"), known - flagged, "good"),
        *(Part(str(label), counts[warning.value], tone) for warning, (label, tone) in _WARNINGS.items()),
        Part(_("too few answers to say"), total - known),
    ]
    return answer


def _named(question: dict[str, Any]) -> str:
    """Name one question, and what is said of it."""
    label, _tone = _WARNINGS[Warning(question["warning"])]
    text = Truncator(languages.choose(question["text"])).chars(LONGEST)
    return _("Question %(number)d, “%(text)s”: %(warning)s") % {
        "number": question["number"],
        "text": text,
        "warning": label,
    }


def _urgency(row: QuizSummary) -> list[int]:
    """Return a key to sort by: the quiz with the most of the most urgent warnings first."""
    return [-row.warnings.get(warning.value, 0) for warning in Warning]


def _url(course: Course, row: QuizSummary) -> str:
    return reverse("analysis:quiz", args=[course.slug, row.quiz.activity.slug])
