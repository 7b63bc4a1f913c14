"""Show staff what became of the mails to the students of a course."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from courses.models import Course, Enrolment
from mails.ledger import reading
from workspace.drafts import records
from workspace.pages.base import page, render_page

PAGE_SIZE = 50
MOST_TEXT = 100


@page
@never_cache
def mail_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List mails, the newest first. `?kind=`, `?status=` and `?q=` choose among them; an unknown value chooses nothing."""
    # PostgreSQL refuses a NUL.
    text = "".join(sign for sign in request.GET.get("q", "") if sign.isprintable()).strip()[:MOST_TEXT]
    kind, status = request.GET.get("kind", ""), request.GET.get("status", "")
    kinds = reading.kinds()
    kind = kind if kind in kinds else ""
    status = status if status in reading.STATUSES else ""
    found = reading.find_rows(course, kind=kind, status=status, text=text)
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    mails = reading.read(list(shown.object_list))
    recording.record_rows(Enrolment, {mail.enrolment.pk: mail.enrolment for mail in mails}.values())
    return render_page(
        request,
        "mails/ledger/mail_list.html",
        records.read(course),
        _("Mails to students"),
        tab="gradebook",
        page=shown,
        mails=mails,
        kinds=kinds.items(),
        statuses=[(each.value, label) for each, label in reading.STATUSES.items()],
        kind=kind,
        state=status,
        search=text,
        query=urlencode({name: value for name, value in (("kind", kind), ("status", status), ("q", text)) if value}),
    )
