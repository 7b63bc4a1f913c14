"""Verify grades by computing every stored value again from its sources. Nothing is written.

The last `AttemptGrade` comes from answers, the key of the graded version, reviews and late deduction. The attempt's
points come from this grading. Each revision without a pending part has a `GradeChange` of the same points. Any other
`GradeChange` is one that a person made, with a reason, for a student and an item of one course. Progress comes from
`ProgressEvent` and outline. The memory of a practice card comes from its answers.

For earlier revisions only the sums are computed again, not the scores: their sources may have changed, because a late
answer was accepted or a deduction was removed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from courses import progress
from courses.models import BY_HAND, Enrolment, GradeChange
from practice import scheduling
from practice.models import PracticeCard
from practice.scheduling import Memory
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import after_deduction
from quizzes.grading import scoring
from quizzes.grading.models import AttemptGrade, Review
from reports.one_student.by_hand import source_by_hand

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that differs from the computed one. `what` is its translated name, `of` the uuid of its row."""

    what: str
    of: str
    stored: str
    computed: str


def find_differences() -> Iterator[Difference]:
    """Yield the differences of all graded attempts, enrolments and practice cards."""
    attempts = (
        Attempt.objects.filter(grades__isnull=False)
        .distinct()
        .order_by("pk")
        .select_related("quiz__activity", "version")
    )
    for attempt in attempts.iterator(chunk_size=CHUNK):
        if any(_compare_attempt(attempt)):
            # The attempt may have been graded between the queries, so its differences are computed a second time.
            yield from _compare_attempt(attempts.get(pk=attempt.pk))
    ungraded = Attempt.objects.filter(status=Attempt.Status.GRADED, grades__isnull=True)
    for attempt in ungraded.iterator(chunk_size=CHUNK):
        yield Difference(_("gradings"), str(attempt.uuid), "none", "at least one")
    yield from _find_foreign_changes()
    for enrolment in Enrolment.objects.order_by("pk").iterator(chunk_size=CHUNK):
        computed = progress.compute_percent(enrolment)
        # A higher stored value is right: the outline may have grown since it was raised, and nobody's progress falls by that.
        if computed > enrolment.progress_percent:
            yield Difference(_("progress"), str(enrolment.uuid), str(enrolment.progress_percent), str(computed))
    cards = PracticeCard.objects.order_by("pk").prefetch_related("answers")
    for card in cards.iterator(chunk_size=CHUNK):
        yield from _compare_card(card)


def _find_foreign_changes() -> Iterator[Difference]:
    """Report entries of the ledger that belong neither to an attempt nor, one after the other, to a person's decisions."""
    others = GradeChange.objects.filter(~Exists(Attempt.objects.filter(uuid=OuterRef("source"))))
    entries: dict[UUID, int] = {}
    for change in others.select_related("item__activity", "enrolment").order_by("pk").iterator(chunk_size=CHUNK):
        entries[change.source] = entries.get(change.source, 0) + 1
        stored = (change.source_number, change.source, change.revision, bool(change.note), change.enrolment.course_id)
        source = source_by_hand(change.item, change.enrolment)
        computed = (BY_HAND, source, entries[change.source], True, change.item.activity.course_id)
        if stored != computed:
            yield Difference(_("gradebook"), str(change.enrolment.uuid), str(stored), str(computed))


def _compare_card(card: PracticeCard) -> Iterator[Difference]:
    """Compute a practice card's answers again: each rating from its score, each memory from the previous one."""
    memory: Memory | None = None
    reviews = list(card.answers.all())
    for turn, review in enumerate(reviews, 1):
        before = memory.as_dict() if memory else None
        rating = scheduling.RATINGS[review.score["outcome"]]
        memory = scheduling.schedule_next(memory, rating, review.on)
        stored = (review.turn, review.rating, review.before, review.after)
        if stored != (turn, rating, before, memory.as_dict()):
            computed = str((turn, int(rating), before, memory.as_dict()))
            yield Difference(_("practice answer"), str(card.uuid), str(stored), computed)
    follows = Memory(card.stability, card.difficulty, card.due_on, card.reviewed_on)
    if (card.turns, follows) != (len(reviews), memory):
        yield Difference(_("practice card"), str(card.uuid), str((card.turns, follows)), str((len(reviews), memory)))


def _compare_attempt(attempt: Attempt) -> Iterator[Difference]:
    grades = list(AttemptGrade.objects.filter(attempt=attempt).order_by("revision"))
    for grade in grades:
        points = _sum(score["points"] for score in grade.details.values())
        deducted = after_deduction(points, grade.late_deduction)
        yield from _compare_value(_("points of a grading"), attempt, grade.points, deducted)
        maximum = _sum(score["max_points"] for score in grade.details.values())
        yield from _compare_value(_("maximum of a grading"), attempt, grade.max_points, maximum)
    last = grades[-1]
    computed = scoring.compute_grading(attempt, version_id=last.version_id, last_review=last.last_review_id or 0)
    yield from _compare_value(_("points of a grading"), attempt, last.points, computed.points)
    if computed.details != last.details:
        yield Difference(_("details of a grading"), str(attempt.uuid), str(last.details), str(computed.details))
    yield from _compare_attempt_row(attempt, last, computed)
    yield from _find_ungraded_reviews(attempt, last)
    if attempt.quiz.is_graded:
        yield from _compare_gradebook(attempt, [grade for grade in grades if not scoring.is_pending(grade)])


def _compare_attempt_row(attempt: Attempt, last: AttemptGrade, computed: scoring.Grading) -> Iterator[Difference]:
    pending = computed.is_pending
    yield from _compare_value(_("points of an attempt"), attempt, attempt.points, None if pending else last.points)
    yield from _compare_value(_("maximum of an attempt"), attempt, attempt.max_points, last.max_points)
    status = Attempt.Status.NEEDS_REVIEW if pending else Attempt.Status.GRADED
    yield from _compare_value(_("status of an attempt"), attempt, attempt.status, status.value)


def _find_ungraded_reviews(attempt: Attempt, last: AttemptGrade) -> Iterator[Difference]:
    """Report reviews that the last grading does not contain. A review and its grading are stored together."""
    if not Review.objects.filter(attempt=attempt, pk__gt=last.last_review_id or 0).exists():
        return
    computed = scoring.compute_grading(attempt, version_id=last.version_id)
    if computed.details != last.details:
        yield Difference(
            _("a review that no grading has seen"), str(attempt.uuid), str(last.points), str(computed.points)
        )


def _compare_gradebook(attempt: Attempt, grades: list[AttemptGrade]) -> Iterator[Difference]:
    stored = [
        (c.revision, c.points, c.max_points)
        for c in GradeChange.objects.filter(source=attempt.uuid).order_by("revision")
    ]
    computed = [(grade.revision, grade.points, grade.max_points) for grade in grades]
    if stored != computed:
        yield Difference(_("gradebook"), str(attempt.uuid), _format_changes(stored), _format_changes(computed))


def _format_changes(changes: list[tuple[int, Decimal, Decimal]]) -> str:
    return ", ".join(f"r{revision}: {points}/{of}" for revision, points, of in changes) or "–"


def _compare_value(
    what: str, attempt: Attempt, stored: Decimal | str | None, computed: Decimal | str | None
) -> Iterator[Difference]:
    if stored != computed:
        yield Difference(what, str(attempt.uuid), str(stored), str(computed))


def _sum(points: Iterator[str]) -> Decimal:
    return sum((Decimal(each) for each in points), Decimal(0))
