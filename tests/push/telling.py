"""Messages of a kind for tests, at moments that do not depend on the clock."""

from datetime import UTC, datetime, timedelta

from accounts.messages.sending import notify
from accounts.models import Message, User
from courses.models import Enrolment
from push.models import Delivery
from tests.factories import CourseFactory, EnrolmentFactory

# Alice's clock is that of Seoul, nine hours ahead.
NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 13, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DUE = NOON + 10 * MINUTE


def tell(enrolment: Enrolment, *, now: datetime = NOON, kind: str = "course-news") -> Message:
    notify(kind, about=enrolment.course, now=now)
    return Message.objects.get(user=enrolment.user, kind=kind, about=str(enrolment.course.pk))


def tell_more(user: User, count: int, *, now: datetime = NOON) -> None:
    for _number in range(count):
        tell(EnrolmentFactory(user=user, course=CourseFactory()), now=now)


def statuses() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("status", flat=True))
