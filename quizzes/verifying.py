"""Owns the proof that grades are what they must be: everything stored is computed again from what it was derived from.

Answers and the key of the graded version → `AttemptGrade`; its last revision → the attempt's points and the last
`GradeChange` of that attempt; `ProgressEvent` and outline → progress. Reads only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from courses import progress
from courses.models import Enrolment, GradeChange
from quizzes import grading
from quizzes.models import Attempt, AttemptGrade

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """`stored` is what the table says, `computed` what it must say; `what` names the place, `of` the row by its uuid."""

    what: str
    of: str
    stored: str
    computed: str


def differences() -> Iterator[Difference]:
    """Go through every graded attempt and every enrolment."""
    attempts = Attempt.objects.filter(grades__isnull=False).distinct().order_by("pk").select_related("quiz__activity")
    for attempt in attempts.iterator(chunk_size=CHUNK):
        yield from _of_attempt(attempt)
    ungraded = Attempt.objects.filter(status=Attempt.Status.GRADED, grades__isnull=True)
    for attempt in ungraded.iterator(chunk_size=CHUNK):
        yield Difference(_("gradings"), str(attempt.uuid), "none", "at least one")
    for enrolment in Enrolment.objects.order_by("pk").iterator(chunk_size=CHUNK):
        rebuilt = progress.rebuild(enrolment)
        if rebuilt != enrolment.progress_percent:
            yield Difference(_("progress"), str(enrolment.uuid), str(enrolment.progress_percent), str(rebuilt))


def _of_attempt(attempt: Attempt) -> Iterator[Difference]:
    grades = list(AttemptGrade.objects.filter(attempt=attempt).order_by("revision"))
    for grade in grades:
        scores = grading.scores_of(attempt, version_id=grade.version_id)
        yield from _compare(
            "points of a grading", attempt, grade.points, _sum(score.points for score in scores.values())
        )
        details = {uuid: score.as_dict() for uuid, score in scores.items()}
        if details != grade.details:
            yield Difference(_("details of a grading"), str(attempt.uuid), str(grade.details), str(details))
    last = grades[-1]
    yield from _compare(_("points of an attempt"), attempt, attempt.points, last.points)
    if not attempt.quiz.is_graded:
        return
    changes = list(GradeChange.objects.filter(source=attempt.uuid).order_by("revision"))
    if len(changes) != len(grades):
        yield Difference(_("grade changes"), str(attempt.uuid), str(len(changes)), str(len(grades)))
    elif (changes[-1].points, changes[-1].max_points) != (last.points, last.max_points):
        yield from _compare(_("gradebook"), attempt, changes[-1].points, last.points)


def _compare(what: str, attempt: Attempt, stored: Decimal | None, computed: Decimal) -> Iterator[Difference]:
    if stored != computed:
        yield Difference(what, str(attempt.uuid), str(stored), str(computed))


def _sum(points: Iterator[str]) -> Decimal:
    return sum((Decimal(each) for each in points), Decimal(0))
