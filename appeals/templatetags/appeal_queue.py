"""Define the tag that lists the appeals that wait for a person on the page of everything that waits."""

from django import template

from accounts.audit import recording
from accounts.models import User
from appeals.models import Appeal

register = template.Library()
# The page of a course lists all of them.
LONGEST_LIST = 20


@register.simple_tag
def waiting_appeals(user: User) -> list[Appeal]:
    """Return the appeals that have waited longest for this person. The audit log records that they were seen."""
    found = Appeal.objects.waiting_for(user).select_related(
        "attempt__enrolment__user", "attempt__enrolment__course", "attempt__quiz__activity"
    )
    rows = list(found.order_by("created_at", "pk")[:LONGEST_LIST])
    recording.record_rows(Appeal, rows)
    return rows
