"""One student's grade of one item: its attempts, and its history in the ledger with who and why."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from courses import gradebook
from courses.gradebook import ItemGrade
from courses.models import BY_HAND, Enrolment, GradeChange, GradeItem
from questions.points import format_points
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading.models import AttemptGrade

# The longest reason, in characters.
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry of the ledger. `attempt` is the number of the attempt, 0 if a person set the grade; `why` may be empty."""

    change: GradeChange
    attempt: int
    why: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What the page of a cell shows. `by_attempts` is the grade without what a person set; `seen` counts the entries by hand."""

    grade: ItemGrade
    by_attempts: ItemGrade
    attempts: list[Attempt]
    history: list[HistoryLine]
    seen: int
    max_points: Decimal


def get_cell(item: GradeItem, enrolment: Enrolment) -> Cell:
    """Return a cell of the gradebook, its history with the newest first. Four queries."""
    mine = GradeChange.objects.filter(item=item, enrolment=enrolment).select_related("actor")
    changes = list(mine.order_by("pk"))
    quiz = Quiz.objects.filter(activity=item.activity_id).select_related("current_version").first()
    attempts = list(Attempt.objects.filter(quiz=quiz, enrolment=enrolment).order_by("number"))
    why = {
        (grade.attempt.uuid, grade.revision): grade.why
        for grade in AttemptGrade.objects.filter(attempt__in=attempts).select_related("attempt").defer("details")
    }
    history = [
        HistoryLine(change, change.source_number, change.note or why.get((change.source, change.revision), ""))
        for change in reversed(changes)
    ]
    of_attempts = [change for change in changes if change.source_number != BY_HAND]
    grade, by_attempts = (gradebook.compute_item_grade(item, found) for found in (changes, of_attempts))
    asked = quiz.current_version.max_points if quiz and quiz.current_version else None
    return Cell(
        grade,
        by_attempts,
        attempts,
        history,
        seen=len(changes) - len(of_attempts),
        max_points=by_attempts.max_points or asked or Decimal(100),
    )


def read_points(text: str, max_points: Decimal) -> Decimal:
    """Parse points from 0 to `max_points`. Raises ValueError with a sentence."""
    try:
        points = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        points = Decimal(-1)
    if not points.is_finite() or not 0 <= points <= max_points or points != round(points, 2):
        top = format_points(max_points)
        raise ValueError(_("Points are a number from 0 to %(top)s, with at most two decimals.") % {"top": top})
    return points


def read_note(text: str) -> str:
    """Return the reason. Raises ValueError with a sentence if there is none, or a very long one."""
    note = text.replace("\0", "").strip()
    if not note:
        raise ValueError(_("Give a reason. The student reads it."))
    if len(note) > LONGEST_NOTE:
        raise ValueError(_("The text is too long: at most %(limit)d characters.") % {"limit": LONGEST_NOTE})
    return note
