"""Write to students what was decided on their appeals."""

from datetime import datetime

from accounts.messages import sending as messages
from appeals.models import Appeal
from courses.models import Enrolment, GradeItem

# See `appeals.message_kinds.appeal_answered`.
KIND = "appeal-answered"


def notify_on_release(item: GradeItem, now: datetime) -> None:
    """Write about decisions that were kept back while grades were held. See `courses.extensions.register_release`."""
    decided = Appeal.objects.filter(
        attempt__quiz__activity=item.activity_id,
        attempt__enrolment__status=Enrolment.Status.ACTIVE,
        status__in=[Appeal.Status.ACCEPTED, Appeal.Status.ANSWERED],
    ).select_related("attempt__enrolment")
    messages.notify_all(KIND, pairs=[(appeal, appeal.attempt.enrolment.user_id) for appeal in decided], now=now)
    messages.resume_all(KIND, about=list(decided), now=now)
