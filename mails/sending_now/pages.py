"""Send this week's mails now: whom they are for, the dry run, its confirmation, and how far the mails are."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from courses.models import Course, Enrolment
from mails.models import Mailing
from mails.planning import Standing
from mails.sending_now import findings, jobs, naming
from workspace.drafts import records
from workspace.pages.base import page, render_page

Status = Mailing.Status
# So many earlier mailings are listed.
_EARLIER = 20


@page
@never_cache
def mailing_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Ask for whom, and list earlier mailings. A POST has the dry run worked out; nothing is sent yet."""
    problems: list[str] = []
    everybody, people = True, ""
    if request.method == "POST":
        everybody, people = request.POST.get("whom") == "all", request.POST.get("people", "")
        named = naming.Named() if everybody else naming.read(people, course)
        problems = named.problems
        if everybody and people.strip():
            problems = [_("You have named students, and chosen all of them. Which do you want?")]
        elif not everybody and not named.enrolments and not problems:
            problems = [_("Name at least one student.")]
        if not problems:
            found = jobs.request(course=course, enrolments=named.enrolments, actor=request.user, now=timezone.now())
            return redirect("mails:mailing", course.slug, found.uuid)
    return render_page(
        request,
        "mails/sending_now/mailing_list.html",
        records.read(course),
        _("Send this week's mails now"),
        status=400 if problems else 200,
        tab="gradebook",
        problems=problems,
        everybody=everybody,
        people=people,
        student_count=Enrolment.objects.filter(course=course, status=Enrolment.Status.ACTIVE).count(),
        mailings=course.mailings.select_related("created_by")[:_EARLIER],
    )


@page
@never_cache
def mailing(request: AuthenticatedRequest, course: Course, uuid: UUID) -> HttpResponse:
    """Show the dry run, the progress, or what came of it. A POST sends the mails, cancels, or works out another dry run."""
    found: Mailing = get_object_or_404(course.mailings, uuid=uuid)
    if request.method == "POST":
        return _act(request, course, found)
    is_poll = bool(request.headers.get("HX-Request"))
    shown = [] if is_poll else _groups(found, course)
    response = render_page(
        request,
        "mails/sending_now/_progress.html" if is_poll else "mails/sending_now/mailing.html",
        records.read(course),
        _("This week's mails"),
        tab="gradebook",
        mailing=found,
        is_working=found.is_working,
        groups=shown,
        going=findings.count(found.plan, Standing.GOES),
        waiting=findings.count(found.plan, Standing.LATER),
        sent=findings.count(found.outcome, Standing.GOES),
        is_result=bool(found.outcome) or found.status == Status.DONE,
    )
    if is_poll and not found.is_working:
        response.headers["HX-Refresh"] = "true"
    return response


def _groups(mailing: Mailing, course: Course) -> list[findings.Group]:
    """Return the groups that the page names, and note in the audit log who is in them."""
    groups = findings.groups(mailing.outcome or mailing.plan, course)
    recording.record_rows(Enrolment, [each for group in groups for each in group.enrolments])
    return groups


def _act(request: AuthenticatedRequest, course: Course, found: Mailing) -> HttpResponse:
    if "again" in request.POST:
        found = jobs.request(course=course, enrolments=found.enrolments, actor=request.user, now=timezone.now())
    elif "send" in request.POST:
        # A second press, or another tab, finds it confirmed already and changes nothing.
        if not jobs.confirm(found, now=timezone.now()):
            messages.info(request, _("That is not possible any more. This is how it stands now."))
    elif "cancel" in request.POST and not jobs.cancel(found):
        messages.info(request, _("That is not possible any more. This is how it stands now."))
    return redirect("mails:mailing", course.slug, found.uuid)
