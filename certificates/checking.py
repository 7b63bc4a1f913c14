"""Look again at certificates whose facts may have changed, and tell their owners if the grades no longer reach one, or do again.

The public page looks whenever somebody opens it. Nobody opens it to learn that a grade was changed, so the worker looks, too.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.messages import sending
from certificates import issuing
from certificates.message_kinds.certificate_changed import Decision
from certificates.models import Certificate
from courses.models import GradeChange, GradeItem

# So many are looked at in one go; the next one takes the others.
MOST = 200


def sweep(*, now: datetime) -> int:
    """Look at certificates of which anything has changed since the last time. Return how many of them are different now."""
    return sum(_check(certificate, facts, now) for certificate, facts in _changed())


def _count(rows: QuerySet[GradeChange] | QuerySet[GradeItem], group: str) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(group).annotate(n=Count("pk")).values("n")), 0)


def _changed() -> Iterator[tuple[Certificate, str]]:
    """Yield certificates that were not looked at as things are now, with the facts that decide. Two queries.

    The facts are counted and not read: the ledger only grows, and each change of a course has a revision of its own.
    """
    changes = GradeChange.objects.filter(enrolment=OuterRef("enrolment"))
    held = GradeItem.objects.filter(activity__course=OuterRef("enrolment__course"), is_held=True)
    rows = Certificate.objects.filter(revoked_at=None).annotate(
        changes=_count(changes, "enrolment"), held=_count(held, "activity__course"),
    )  # fmt: skip
    stale = {}
    for pk, looked_at, *facts in rows.values_list(
        *("pk", "looked_at", "changes", "held", "enrolment__progress_percent", "enrolment__course__revision")
    ):
        if looked_at != (now := " ".join(map(str, facts))):
            stale[pk] = now
        if len(stale) == MOST:
            break
    found = Certificate.objects.filter(pk__in=stale).select_related("enrolment__course")
    for certificate in found.order_by("pk"):
        yield certificate, stale[certificate.pk]


@transaction.atomic
def _check(certificate: Certificate, facts: str, now: datetime) -> bool:
    """Store what holds of a certificate, and tell its owner if that is news. Idempotent."""
    is_supported = issuing.get_state(certificate) != issuing.State.CHANGED
    rows = Certificate.objects.filter(pk=certificate.pk, revoked_at=None)
    is_news = bool(rows.filter(is_supported=not is_supported).update(is_supported=is_supported, looked_at=facts))
    if is_news:
        certificate.is_supported = is_supported
        sending.notify("certificate-changed", about=Decision(certificate, now), now=now)
    else:
        rows.update(looked_at=facts)
    return is_news
