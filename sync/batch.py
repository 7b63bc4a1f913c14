"""Look up what the operations of one batch name, each thing once."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.http import Http404

from accounts.models import User
from common.lookup import or_404
from courses import access
from courses.models import Activity, Enrolment
from courses.outline.published import get_published
from notes import placing
from notes.models import Note
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from sync.reading import Operation


class Batch:
    """The operations that one person sends at once. `behind`: how much the clock of the device is behind the server's."""

    def __init__(self, user: User, operations: Collection[Operation], *, now: datetime, behind: timedelta) -> None:
        self.user, self.operations, self.now, self._behind = user, operations, now, behind
        self._attempts: dict[UUID, Attempt | None] = {}
        self._languages: dict[int, str] = {}

    def moment(self, operation: Operation, enrolment: Enrolment) -> datetime:
        """Return when the operation was done by the server's clock: not after now, and not before the enrolment."""
        try:
            at = operation.at + self._behind
        except OverflowError:
            at = operation.at
        return max(min(at, self.now), min(enrolment.created_at, self.now))

    def named(self, field: str) -> set[UUID]:
        """Return what the operations name in this field."""
        return {operation.values[field] for operation in self.operations if field in operation.values}

    def lesson(self, operation: Operation) -> tuple[Activity, Enrolment]:
        """Return the lesson that the operation names. Raises Http404. Two queries for all of a batch."""
        lesson = or_404(self._lessons.get(operation.values["lesson"]))
        return lesson, or_404(self._enrolments.get(lesson.course_id))

    def language(self, lesson: Activity) -> str:
        """Return the language in which the person reads the lesson. One query for each lesson if it is not cached."""
        if lesson.pk not in self._languages:
            published = get_published(lesson.course_id, lesson.course.revision)
            self._languages[lesson.pk] = placing.read_text(published, lesson).language
        return self._languages[lesson.pk]

    @cached_property
    def writers(self) -> dict[UUID, int]:
        """Return {uuid: id of the person} of the notes that have the ids of operations. One query for all of a batch."""
        ids = {operation.id for operation in self.operations}
        return dict(Note.objects.filter(uuid__in=ids).values_list("uuid", "enrolment__user"))

    @cached_property
    def _lessons(self) -> dict[UUID, Activity]:
        rows = access.activities(self.user).filter(uuid__in=self.named("lesson"), kind=Activity.Kind.LESSON)
        return {lesson.uuid: lesson for lesson in rows}

    @cached_property
    def _enrolments(self) -> dict[int, Enrolment]:
        return {enrolment.course_id: enrolment for enrolment in access.enrolments(self.user)}

    def attempt(self, operation: Operation) -> Attempt:
        """Return the attempt that the operation names, loaded for an answer. Raises Http404. One query for each attempt."""
        uuid = operation.values["attempt"]
        if uuid not in self._attempts:
            self._attempts[uuid] = queries.find_own_attempt_to_answer(self.user, uuid)
        found = self._attempts[uuid]
        if found is None:
            raise Http404
        return found
