"""Say that a quiz was the last thing of its module, or of the course."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from courses import gradebook
from courses.lessons.results import get_outline_with_grades
from courses.models import Module
from courses.outline.queries import OutlineModule
from quizzes.attempts.models import Attempt


@dataclass(frozen=True, slots=True)
class Finish:
    """What is complete with an attempt: its module, or the whole course, of which `course_percent` is the grade so far."""

    module: Module
    is_course: bool
    course_percent: int | None


def find_finish(attempt: Attempt) -> Finish | None:
    """Return what is complete with a passed attempt; None if something is left, or was done after it. At most one query."""
    activity = attempt.quiz.activity
    if not activity.is_required or attempt.submitted_at is None:
        return None
    outline, grades = get_outline_with_grades(attempt.enrolment)
    completed = outline.find_completed_by(activity)
    if completed is None:
        return None
    if attempt.submitted_at < _last_done([completed]):
        return None
    is_course = outline.next_to_do() is None and attempt.submitted_at >= _last_done(outline.modules)
    return Finish(completed.module, is_course, gradebook.course_percent(grades))


def _last_done(modules: Iterable[OutlineModule]) -> datetime:
    """Return when the last of the required activities was done that are done."""
    entries = (entry for module in modules for entry in module.entries)
    return max(entry.done_at for entry in entries if entry.activity.is_required and entry.done_at)
