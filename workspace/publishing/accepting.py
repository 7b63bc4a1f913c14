"""Accept a student's answer for everybody who gave it: into the key, published, and graded again.

Publishing publishes every draft of the course, so this happens in one step only if there is no other draft. Otherwise the
answer is added to the draft, and the author publishes and regrades as usual.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from accounts.models import User
from courses.models import Course
from questions.comparing.short_answers import normalise
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Question
from quizzes.grading import regrading
from workspace.drafts import editing
from workspace.models import Edit
from workspace.publishing import publish

# What students read whose grade changes. Translated when it is shown.
REASON = gettext_noop("An answer that was not accepted before is accepted now.")


class Accepted(Enum):
    """What became of an answer."""

    # It was in the key already.
    KNOWN = "known"
    # It is in the draft, because there are other changes that only a person may publish.
    DRAFTED = "drafted"
    # It is in the published key, and attempts are graded again.
    REGRADED = "regraded"
    # It is in the published key, and changes no grade.
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One student's answer to a short answer question, and how many attempts have the same answer."""

    question: Question
    text: str
    attempts: int


def find_answer(course: Course, attempt: UUID, question: UUID) -> GivenAnswer | None:
    """Return the answer of a submitted attempt in this course. None if there is none, or it is no short answer."""
    answer = (
        Answer.objects.filter(
            attempt__uuid=attempt,
            attempt__quiz__activity__course=course,
            attempt__submitted_at__isnull=False,
            question=question,
        )
        .select_related("attempt")
        .first()
    )
    asked = Question.objects.filter(uuid=question, kind="short_answer", archived_at=None).select_related(
        "quiz__activity"
    )
    row = asked.first()
    text = str(answer.response.get("text") or "").strip() if answer else ""
    if answer is None or row is None or row.quiz_id != answer.attempt.quiz_id or not normalise(text):
        return None
    given = Answer.objects.filter(
        question=question,
        attempt__quiz=row.quiz_id,
        attempt__status__in=[Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW],
    )
    same = sum(
        normalise(str(response.get("text") or "")) == normalise(text)
        for response in given.values_list("response", flat=True)
    )
    return GivenAnswer(row, text, same)


@transaction.atomic
def accept(course: Course, given: GivenAnswer, *, actor: User, now: datetime) -> Accepted:
    """Add the answer to the key of its question; returns what became of it. Idempotent, also for two graders at once.

    Raises publish.Unpublishable and regrading.RegradeRefused; then nothing has changed.
    """
    drafted = editing.lock(course)
    key = ("question", given.question.quiz.activity.slug, given.question.key)
    fields = drafted.records[key]
    if normalise(given.text) in {normalise(text) for text in fields["accept"]}:
        return Accepted.KNOWN
    has_others = bool(drafted.drafts)
    wrong = [
        {**known, "answers": left}
        for known in fields.get("known_wrong", [])
        if (left := [text for text in known["answers"] if normalise(text) != normalise(given.text)])
    ]
    changed = {**fields, "accept": [*fields["accept"], given.text], "known_wrong": wrong}
    editing.save(course, {key: changed}, editor=actor, action=Edit.Action.CHANGE, subject=drafted.title(key), now=now)
    if has_others:
        return Accepted.DRAFTED
    publish.publish(course, editor=actor, now=now, note=given.text)
    given.question.quiz.refresh_from_db()
    try:
        regrade = regrading.propose(quiz=given.question.quiz, actor=actor, now=now)
    except regrading.NothingToRegrade:
        return Accepted.PUBLISHED
    regrading.approve(regrade=regrade, reason=REASON, actor=actor, now=now)
    return Accepted.REGRADED
