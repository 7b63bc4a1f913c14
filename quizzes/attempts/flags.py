"""Mark questions of an open attempt that the student wants to look at again."""

from uuid import UUID

from django.db import transaction

from quizzes.attempts import queries
from quizzes.attempts.models import Attempt


def set_flag(*, attempt: Attempt, question: UUID, is_flagged: bool) -> None:
    """Flag one question, or take its flag away. An attempt that is over keeps its flags. Idempotent."""
    with transaction.atomic():
        locked = queries.lock_attempt(attempt)
        if locked.status != Attempt.Status.IN_PROGRESS:
            return
        # Another device may have set flags since `attempt` was loaded.
        flagged = set(Attempt.objects.values_list("flagged", flat=True).get(pk=attempt.pk) or [])
        changed = flagged | {str(question)} if is_flagged else flagged - {str(question)}
        if changed != flagged:
            Attempt.objects.filter(pk=attempt.pk).update(flagged=sorted(changed))
