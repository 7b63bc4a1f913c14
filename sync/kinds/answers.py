"""Save answers by their sequence. One that comes too late is kept, and counts if the instructor accepts it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from common.lookup import or_404
from questions import Response, Spec
from quizzes import sequences
from quizzes.attempts import queries
from quizzes.attempts.flags import set_flag
from quizzes.attempts.models import Answer, Attempt, LateAnswer
from quizzes.taking import save, submit
from quizzes.taking.deadline import AttemptClosed, is_over
from quizzes.taking.late_arrivals import store_late_answers
from quizzes.taking.responses import read_response, read_response_to
from sync.batch import Batch
from sync.kinds.together import outcome_of_each
from sync.outcomes import APPLIED, Outcome, Refusal, Stored
from sync.reading import Operation


class _Sheet:
    """An attempt that this transaction has locked, so that nobody else saves an answer to it, and its answers."""

    def __init__(self, batch: Batch, attempt: Attempt) -> None:
        self.attempt, self._now = attempt, batch.now
        locked = queries.lock_attempt(attempt)
        self.is_open = locked.status == Attempt.Status.IN_PROGRESS and not is_over(locked, batch.now)
        self._publics: Mapping[str, Spec] = {public["uuid"]: public for public in attempt.public_questions}
        self._stored = {answer.question: answer for answer in Answer.objects.filter(attempt=attempt)}
        self._changed: dict[UUID, Answer] = {}
        # A stored number above it is of a wrong clock, and does not win.
        self._believed = sequences.latest_believed(batch.now)

    def read(self, question: UUID, raw: Any) -> Response:
        """Return what `read_response` returns. Raises its errors."""
        public = self._publics.get(str(question))
        return read_response(self.attempt, question, raw) if public is None else read_response_to(public, raw)

    def merge(self, question: UUID, response: Response, sequence: int) -> Outcome | None:
        """Let the answer with the higher sequence stand. Return None if it is confirmed, so no other one is taken."""
        number = sequences.believed(sequence, self._now)
        assert number is not None
        stands = self._stored.get(question)
        if stands is not None and (stands.confirmed_at or number <= stands.sequence <= self._believed):
            if stands.response == response:
                return Outcome(Stored.APPLIED, sequence=stands.sequence)
            return Outcome(Stored.CONFLICT, sequence=stands.sequence) if number <= stands.sequence else None
        if stands is None:
            stands = Answer(attempt=self.attempt, question=question)
        stands.response, stands.sequence, stands.saved_at = response, number, self._now
        self._stored[question] = self._changed[question] = stands
        return Outcome(Stored.APPLIED, sequence=number)

    def write(self) -> None:
        """Store the answers that were merged. One statement."""
        Answer.objects.bulk_create(
            self._changed.values(),
            update_conflicts=True,
            unique_fields=["attempt", "question"],
            update_fields=["response", "sequence", "saved_at"],
        )


def answers(batch: Batch, operations: Sequence[Operation]) -> list[Outcome | Refusal]:
    """Save answers. A conflict: another answer has the same or a higher sequence, and stands. Three statements for each attempt.

    Refused with Http404, AnswerConfirmed, the errors of `read_response`, and AttemptClosed if the answer could not be kept.
    """
    sheets: dict[UUID, _Sheet] = {}

    def save_one(operation: Operation) -> Outcome:
        attempt, question = batch.attempt(operation), operation.values["question"]
        if attempt.uuid not in sheets:
            sheets[attempt.uuid] = _Sheet(batch, attempt)
        sheet = sheets[attempt.uuid]
        response = sheet.read(question, operation.values["response"])
        merged = sheet.merge(question, response, _sequence(operation)) if sheet.is_open else None
        return merged or _save_alone(batch, attempt, operation, response)

    found = outcome_of_each(operations, save_one)
    for sheet in sheets.values():
        sheet.write()
    return found


def _sequence(operation: Operation) -> int:
    given: int | None = operation.values.get("sequence")
    return min(max(0, int(operation.at.timestamp() * 1000)), sequences.LARGEST) if given is None else given


def _save_alone(batch: Batch, attempt: Attempt, operation: Operation, response: Response) -> Outcome:
    """Save an answer as a request does: to an attempt that is closed, or to a question whose answer is confirmed."""
    question = operation.values["question"]
    try:
        stored = save.save_answer(
            attempt=attempt,
            question=question,
            response=operation.values["response"],
            now=batch.now,
            sequence=_sequence(operation),
        )
    except AttemptClosed as closed:
        return _keep(batch, attempt, operation, response, closed)
    return Outcome(Stored.APPLIED if stored.response == response else Stored.CONFLICT, sequence=stored.sequence)


def _keep(batch: Batch, attempt: Attempt, operation: Operation, response: Response, closed: AttemptClosed) -> Outcome:
    """Keep the answer as evidence, unless the attempt has it. Raises `closed` if there is no room, or nothing to keep."""
    question = operation.values["question"]
    stored = queries.find_answer(attempt, question)
    if stored is not None and stored.response == response:
        return Outcome(Stored.APPLIED, sequence=stored.sequence)
    with transaction.atomic():
        # `save_answer` keeps what comes after the deadline. The student may also have submitted on another device.
        given = sequences.moment_of(int(operation.at.timestamp() * 1000), attempt.started_at, batch.now)
        store_late_answers(queries.lock_attempt(attempt), {question: response}, batch.now, given, always=True)
    late = LateAnswer.objects.filter(attempt=attempt, question=question, files=None)
    if any(each.response == response for each in late):
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


def flag(batch: Batch, operation: Operation) -> Outcome:
    """Flag a question of an attempt, or take the flag away. An attempt that is over keeps its flags. Raises Http404."""
    attempt, question = batch.attempt(operation), operation.values["question"]
    or_404(attempt.find_question(question))
    set_flag(attempt=attempt, question=question, is_flagged=operation.values["is_flagged"])
    return APPLIED
