"""Save answers by their sequence. One that comes too late is kept, and counts if the instructor accepts it."""

from django.db import transaction

from common.lookup import or_404
from questions import Response
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.sequences import LARGEST, moment_of
from quizzes.taking import save, submit
from quizzes.taking.deadline import AttemptClosed
from quizzes.taking.late_arrivals import store_late_answers
from quizzes.taking.responses import read_response
from sync.batch import Batch
from sync.outcomes import APPLIED, Outcome, Stored
from sync.reading import Operation


def answer(batch: Batch, operation: Operation) -> Outcome:
    """Save one answer. A conflict: another answer has the same or a higher sequence, and stands.

    Raises Http404, AnswerConfirmed, the errors of `read_response`, and AttemptClosed if the answer could not be kept.
    """
    attempt, values = batch.attempt(operation), operation.values
    sequence = values.get("sequence")
    if sequence is None:
        sequence = min(max(0, int(operation.at.timestamp() * 1000)), LARGEST)
    try:
        stored = save.save_answer(
            attempt=attempt,
            question=values["question"],
            response=values["response"],
            now=batch.now,
            sequence=sequence,
        )
    except AttemptClosed as closed:
        return _keep(batch, attempt, operation, closed)
    # What was stored now was not read from a row.
    stands = stored.pk is None or stored.response == _read(attempt, operation)
    return Outcome(Stored.APPLIED if stands else Stored.CONFLICT, sequence=stored.sequence)


def _read(attempt: Attempt, operation: Operation) -> Response:
    return read_response(attempt, operation.values["question"], operation.values["response"])


def _keep(batch: Batch, attempt: Attempt, operation: Operation, closed: AttemptClosed) -> Outcome:
    """Keep the answer as evidence, unless the attempt has it. Raises `closed` if there is no room, or nothing to keep."""
    question, accepted = operation.values["question"], _read(attempt, operation)
    stored = queries.find_answer(attempt, question)
    if stored is not None and stored.response == accepted:
        return Outcome(Stored.APPLIED, sequence=stored.sequence)
    with transaction.atomic():
        # `save_answer` keeps what comes after the deadline. The student may also have submitted on another device.
        given = moment_of(int(operation.at.timestamp() * 1000), attempt.started_at, batch.now)
        store_late_answers(queries.lock_attempt(attempt), {question: accepted}, batch.now, given, always=True)
    late = LateAnswer.objects.filter(attempt=attempt, question=question, files=None)
    if any(each.response == accepted for each in late):
        return Outcome(Stored.EVIDENCE)
    raise closed


def attempt_submit(batch: Batch, operation: Operation) -> Outcome:
    """Submit the attempt. Applied as well if it is submitted already, by another device or at its deadline."""
    attempt = or_404(queries.find_own_attempt(batch.user, operation.values["attempt"]))
    try:
        submit.submit(attempt=attempt, now=batch.now)
    except AttemptClosed:
        # It is submitted with what the server had at the deadline.
        return APPLIED
    return APPLIED
