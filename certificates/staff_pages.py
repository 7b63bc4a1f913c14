"""List the certificates of a course for its staff, withdraw them and make them valid again."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from certificates import issuing
from certificates.models import Certificate
from courses.models import Course
from workspace.drafts import records
from workspace.pages.base import page, render_page

PAGE_SIZE = 50
MAX_NOTE = 500


def _printable(text: str) -> str:
    """Return a line without what nobody sees. PostgreSQL refuses a NUL."""
    return "".join(sign for sign in text if sign.isprintable()).strip()


@page
def certificate_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the certificates of a course, the newest first."""
    wanted = _printable(request.GET.get("q", ""))[:100]
    found = Certificate.objects.filter(enrolment__course=course).select_related("enrolment__user").order_by("-pk")
    if wanted:
        code = "".join(wanted.split()).upper()
        found = found.filter(
            Q(name__icontains=wanted) | Q(enrolment__user__email__icontains=wanted) | Q(code__startswith=code)
        )
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    recording.record_rows(Certificate, shown.object_list)
    return render_page(
        request, "certificates/staff_list.html", records.read(course), _("Certificates"),
        tab="gradebook", page=shown, search=wanted,
    )  # fmt: skip


@page
def withdraw(request: AuthenticatedRequest, course: Course, uuid: UUID) -> HttpResponse:
    """Withdraw a certificate, with the explanation that its public page gives; or make it valid again. A GET changes nothing."""
    certificate = get_object_or_404(Certificate, enrolment__course=course, uuid=uuid)
    if request.method != "POST":
        return redirect("certifying:list", course.slug)
    if "restore" in request.POST:
        try:
            issuing.restore(certificate=certificate, now=timezone.now())
            recording.record_rows(Certificate, [certificate], recording.Action.CHANGE)
            messages.success(request, _("The certificate is valid again."))
        except issuing.NotRestorable as refused:
            messages.error(request, refused.message)
    elif issuing.revoke(
        certificate=certificate, note=_printable(request.POST.get("note", ""))[:MAX_NOTE], now=timezone.now()
    ):
        recording.record_rows(Certificate, [certificate], recording.Action.CHANGE)
        messages.success(request, _("The certificate is withdrawn. Its public page and its badge say so."))
    return redirect("certifying:list", course.slug)
