"""Show staff the weekly summary of one of their students, and send it to themselves."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.audit import recording
from accounts.audit.models import AuditEvent
from accounts.requests import AuthenticatedRequest
from common.limits import format_wait
from common.mail import sending
from common.mail.inbox.views import SANDBOX
from courses.models import Course, Enrolment
from courses.roles import rules
from courses.roles.rules import Permission
from courses.summaries import trials
from mails.previewing import reading
from mails.previewing.reading import Preview
from workspace.drafts import records
from workspace.pages.base import reading_page, render_page


@reading_page
@never_cache
def preview(request: AuthenticatedRequest, course: Course, enrolment_uuid: UUID) -> HttpResponse:
    """Show the mail in both themes and as text. `?language=` chooses the language. A POST sends it to the one who asks."""
    enrolment = _enrolment(course, enrolment_uuid)
    language = _language((request.POST if request.method == "POST" else request.GET).get("language", ""))
    found = _preview(request, enrolment, language)
    if request.method == "POST":
        _send_test(request, enrolment, found)
        address = reverse("mails:preview", args=[course.slug, enrolment.uuid])
        return redirect(f"{address}?language={language}")
    recording.record_rows(Enrolment, [enrolment])
    return render_page(
        request,
        "mails/preview/preview.html",
        records.read(course),
        _("The weekly mail of one student"),
        tab="gradebook",
        enrolment=enrolment,
        found=found,
        mail_language=language,
        mail_languages=settings.LANGUAGES,
        may_send=enrolment.status == Enrolment.Status.ACTIVE and rules.can(request.user, Permission.EDIT, course),
    )


@reading_page
@require_safe
@never_cache
@xframe_options_sameorigin
def preview_html(request: AuthenticatedRequest, course: Course, enrolment_uuid: UUID) -> HttpResponse:
    """Return the HTML of the mail, for the frames of `preview`; with `?dark`, as in a dark theme."""
    enrolment = _enrolment(course, enrolment_uuid)
    found = _preview(request, enrolment, _language(request.GET.get("language", "")))
    if found.message is None:
        raise Http404
    recording.record_rows(Enrolment, [enrolment])
    return HttpResponse(found.html(in_dark="dark" in request.GET), headers={"Content-Security-Policy": SANDBOX})


def _send_test(request: AuthenticatedRequest, enrolment: Enrolment, found: Preview) -> None:
    """Send the mail to the one who asks, and say how that went. The student gets nothing."""
    if found.message is None:
        messages.warning(request, _("There is nothing to send: the mail would be empty."))
        return
    # It leaves the site, so the log has it as a copy that was taken.
    recording.record_rows(Enrolment, [enrolment], AuditEvent.Action.EXPORT)
    try:
        trials.deliver(found.message)
    except trials.TooManyTests as refused:
        said = _("%(n)d test mails went to you within an hour. Try again in %(time)s.")
        messages.warning(request, said % {"n": trials.MOST, "time": format_wait(refused.wait)})
    except sending.Uncertain:
        messages.warning(request, _("The mail server did not answer. The mail may have been sent."))
    except sending.DeliveryError:
        messages.error(request, _("The mail was not sent, because the mail server did not take it."))
    else:
        messages.success(request, _("The mail is on its way to %(email)s.") % {"email": request.user.email})


def _enrolment(course: Course, uuid: UUID) -> Enrolment:
    found: Enrolment = get_object_or_404(Enrolment.objects.select_related("user"), course=course, uuid=uuid)
    return found


def _language(asked: str) -> str:
    """Return the language that was asked for, if the site has it, else that of the page."""
    return asked if asked in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


def _preview(request: AuthenticatedRequest, enrolment: Enrolment, language: str) -> Preview:
    courses = list(rules.courses_where(request.user, Permission.READ).values_list("pk", flat=True))
    return reading.preview(
        enrolment.user, courses=courses, language=language, to=request.user.email, now=timezone.now()
    )
