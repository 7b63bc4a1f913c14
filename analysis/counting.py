"""Count the answers of graded first attempts for item statistics, once for each grading."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q

from analysis import tallies
from analysis.formulas import MILLION, time_class
from analysis.in_short import summaries
from analysis.models import NO_COHORT, CountedAttempt, CountingState, ItemResponse
from analysis.tallies import Response
from questions import KINDS, PENDING
from questions.choices import chosen_in
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring import versions
from quizzes.grading.models import AttemptGrade

# How many gradings one transaction counts.
BATCH = 100
# Gradings get their number before they are committed, so a lower number may become visible after a higher one. Each run looks
# again at so many numbers before the last one that it has seen.
LOOK_BACK = 2000


@dataclass(frozen=True, slots=True)
class Counted:
    """An attempt with what its last grading says of each question."""

    attempt: int
    quiz: int
    cohort: int
    grade: int
    responses: list[Response]


def count_graded() -> int:
    """Count the gradings that are not counted yet; returns their number. Idempotent, also in concurrent workers.

    It stops while attempts wait to be graded: statistics may be late, grades may not. The next run goes on.
    """
    counted = 0
    while not Attempt.objects.waiting().exists():
        batch = count_batch()
        counted += batch
        if batch < BATCH:
            break
    return counted


def count_batch() -> int:
    """Count at most BATCH gradings; returns their number.

    Everything is read and computed before the transaction, which holds the lock that all writers of SQLite wait for.
    """
    state = CountingState.objects.filter(pk=1).first() or CountingState()
    newest = AttemptGrade.objects.aggregate(newest=Max("pk"))["newest"] or 0
    # A restored database may have fewer gradings than were counted.
    after = min(state.last_grade, newest) - LOOK_BACK
    is_new = Q(attempt__counted=None) | Q(attempt__counted__grade__lt=F("pk"))
    found = list(
        AttemptGrade.objects.filter(is_new, pk__gt=after, attempt__number=1)
        .order_by("pk")
        .values_list("pk", "attempt_id")[:BATCH]
    )
    last = found[-1][0] if len(found) == BATCH else newest
    if found:
        _store(_read({attempt for _grade, attempt in found}), last)
    elif state.last_grade != last:
        CountingState.objects.update_or_create(pk=1, defaults={"last_grade": last})
    return len(found)


def find_miscounted(quiz_id: int) -> list[int]:
    """Return the first attempts whose stored responses are not what their last gradings say. Reads every answer.

    Gradings that the next run counts are no faults.
    """
    state = CountingState.objects.filter(pk=1).first() or CountingState()
    graded = Attempt.objects.filter(quiz=quiz_id, number=1, grades__isnull=False).distinct()
    found = []
    for attempts in _batches(list(graded.order_by("pk").values_list("pk", flat=True))):
        stored = {
            each.pk: (each.grade, {response_of(row) for row in each.responses.all()})
            for each in CountedAttempt.objects.filter(pk__in=attempts).prefetch_related("responses")
        }
        for each in _read(set(attempts)):
            grade, responses = stored.get(each.attempt, (0, set()))
            is_next = grade < each.grade and each.grade > state.last_grade - LOOK_BACK
            if not is_next and (grade, responses) != (each.grade, set(each.responses)):
                found.append(each.attempt)
    return found


def count_again(attempt_ids: list[int]) -> None:
    """Replace what is counted of these attempts by what their last gradings say."""
    for attempts in _batches(attempt_ids):
        with transaction.atomic():
            for counted in CountedAttempt.objects.filter(pk__in=attempts).select_related("attempt"):
                counted.delete()
        _store(_read(set(attempts)), 0)


def _batches(attempt_ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(attempt_ids), BATCH):
        yield attempt_ids[start : start + BATCH]


def lock_state() -> CountingState:
    """Lock the row that says how far gradings are counted, until the transaction ends."""
    CountingState.objects.get_or_create(pk=1)
    return CountingState.objects.select_for_update().get(pk=1)


def _read(attempt_ids: set[int]) -> list[Counted]:
    """Return what the last gradings of these attempts say."""
    grades = AttemptGrade.objects.filter(attempt__in=attempt_ids).order_by("revision")
    last = {grade.attempt_id: grade for grade in grades}
    answers = _answers(attempt_ids)
    attempts = Attempt.objects.filter(pk__in=attempt_ids).select_related("enrolment", "version", "quiz")
    return [
        Counted(
            attempt.pk,
            attempt.quiz_id,
            attempt.enrolment.cohort_id or NO_COHORT,
            last[attempt.pk].pk,
            _responses(attempt, last[attempt.pk].details, answers.get(attempt.pk, {})),
        )
        for attempt in attempts.defer("version__content")
    ]


@transaction.atomic
def _store(read: list[Counted], last_grade: int) -> None:
    """Replace what is counted of these attempts, unless another worker has counted as much of one meanwhile."""
    state = lock_state()
    stored = {
        old.pk: old
        for old in CountedAttempt.objects.filter(pk__in=[each.attempt for each in read]).prefetch_related("responses")
    }
    read = [each for each in read if each.attempt not in stored or stored[each.attempt].grade < each.grade]
    changes = tallies.new_changes()
    for each in read:
        if old := stored.get(each.attempt):
            counted = [response_of(row) for row in old.responses.all()]
            tallies.change(changes, each.quiz, old.cohort, counted, -1)
        tallies.change(changes, each.quiz, each.cohort, each.responses, 1)
    if stored:
        ItemResponse.objects.filter(counted__in=[each.attempt for each in read]).delete()
    CountedAttempt.objects.bulk_create(
        [CountedAttempt(attempt_id=each.attempt, grade=each.grade, cohort=each.cohort) for each in read],
        update_conflicts=True,
        unique_fields=["attempt"],
        update_fields=["grade", "cohort"],
    )
    ItemResponse.objects.bulk_create(
        row_of(each.attempt, each.quiz, response) for each in read for response in each.responses
    )
    for table in tallies.TABLES:
        table.add(changes[table])
    summaries.mark_outdated({each.quiz for each in read})
    state.last_grade = max(state.last_grade, last_grade)
    state.save(update_fields=["last_grade"])


@transaction.atomic
def take_away(counted: CountedAttempt) -> None:
    """Take the responses of an attempt that is being deleted out of the sums."""
    lock_state()
    responses = [response_of(row) for row in counted.responses.all()]
    changes = tallies.new_changes()
    quiz = counted.attempt.quiz_id
    tallies.change(changes, quiz, counted.cohort, responses, -1)
    for table in tallies.TABLES:
        table.add(changes[table])
    summaries.mark_outdated([quiz])


def response_of(row: ItemResponse) -> Response:
    """Return a stored response as it is counted."""
    return Response(row.question, row.share, row.rest, row.points, row.given, row.time_class)


def row_of(attempt: int, quiz: int, each: Response) -> ItemResponse:
    """Return the row that stores a response of a counted attempt."""
    return ItemResponse(
        counted_id=attempt,
        quiz_id=quiz,
        question=each.question,
        share=each.share,
        rest=each.rest,
        points=each.points,
        given=each.given,
        time_class=each.time_class,
    )


def _answers(attempt_ids: Iterable[int]) -> dict[int, dict[str, tuple[dict[str, Any], datetime]]]:
    """Return {attempt: {question: (response, when it was saved)}}. One query."""
    found: dict[int, dict[str, tuple[dict[str, Any], datetime]]] = {}
    rows = Answer.objects.filter(attempt__in=attempt_ids).values_list("attempt_id", "question", "response", "saved_at")
    for attempt, question, response, saved_at in rows:
        found.setdefault(attempt, {})[str(question)] = response, saved_at
    return found


def _responses(
    attempt: Attempt, scores: Mapping[str, Any], answers: Mapping[str, tuple[dict[str, Any], datetime]]
) -> list[Response]:
    """Return the responses of one attempt. There are none while a question waits for a person."""
    if any(score["outcome"] == PENDING for score in scores.values()):
        return []
    versions.load_content(attempt.version)
    kinds = {public["uuid"]: public["kind"] for public in attempt.version.content["questions"]}
    points = {uuid: (_hundredths(score["points"]), _hundredths(score["max_points"])) for uuid, score in scores.items()}
    total, maximum = (sum(pair[part] for pair in points.values()) for part in (0, 1))
    times = _times(attempt.started_at, {uuid: saved_at for uuid, (_response, saved_at) in answers.items()})
    found = []
    for uuid, (own, most) in points.items():
        response = answers[uuid][0] if uuid in answers else {}
        is_choice = KINDS[kinds[uuid]].rows == "choices"
        found.append(
            Response(
                question=UUID(uuid),
                share=_share(own, most) or 0,
                rest=_share(total - own, maximum - most),
                points=own,
                given=",".join(sorted(chosen_in(response))) if is_choice else scores[uuid]["outcome"],
                time_class=times.get(uuid),
            )
        )
    return found


def _hundredths(points: str) -> int:
    return int(Decimal(points) * 100)


def _share(part: int, whole: int) -> int | None:
    """Return part ÷ whole in millionths, rounded; None if there is no whole."""
    return (part * 2 * MILLION + whole) // (whole * 2) if whole else None


def _times(started_at: datetime, saved: Mapping[str, datetime]) -> dict[str, int]:
    """Return the time class by question: the time from the save before it, or from the start, to its own last save.

    Answers that were saved in the same moment came with one form: how long each of them took is not known.
    """
    together: dict[datetime, list[str]] = {started_at: []}
    for question, at in saved.items():
        together.setdefault(at, []).append(question)
    found = {}
    for before, at in pairwise(sorted(together)):
        number = time_class((at - before).total_seconds())
        if len(together[at]) == 1 and number is not None:
            found[together[at][0]] = number
    return found
