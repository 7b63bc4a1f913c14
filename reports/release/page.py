"""Page: which grades students see, to hold them back and to release them."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import recording
from accounts.audit.models import AuditEvent
from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from courses import gradebook
from courses.models import Course, Enrolment, GradeItem
from reports.release import holding
from workspace.drafts import records
from workspace.pages.base import page, render_page

HOLD, RELEASE = "hold", "release"


class HoldForm(forms.Form):
    """Until when the grades of one activity are held back. `is_seen`: there are grades that students can see."""

    release_at = forms.DateTimeField(
        label=gettext_lazy("Release at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    sure = forms.BooleanField(
        label=gettext_lazy(
            "Students may have seen these grades and got mails about them. Hold them back all the same."
        ),
        required=False,
    )

    def __init__(self, *args: object, is_seen: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not is_seen:
            del self.fields["sure"]


@page
def release(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the graded activities, hold the grades of one back (`action=hold`) or release them (`action=release`)."""
    items = gradebook.get_items(course.pk)
    is_there = Q(changes__enrolment__status=Enrolment.Status.ACTIVE)
    counts = (
        GradeItem.objects.filter(activity__course=course)
        .annotate(
            all=Count("changes__enrolment", distinct=True),
            there=Count("changes__enrolment", distinct=True, filter=is_there),
        )
        .values_list("pk", "all", "there")
    )
    # Who has left may have seen a grade before, but nothing is released to them.
    graded, there = {pk: n for pk, n, _there in counts}, {pk: n for pk, _all, n in counts}
    chosen = next((item for item in items if str(item.pk) == request.POST.get("item")), None)
    error = ""
    sent: HoldForm | None = None
    if request.method == "POST" and chosen is not None:
        sent = HoldForm(request.POST, is_seen=_is_seen(chosen, graded), prefix=str(chosen.pk))
        if request.POST.get("action") == RELEASE or sent.is_valid():
            try:
                _change(request, course, chosen, sent)
            except DomainError as refused:
                error = refused.message
            else:
                return redirect("reports:release", course.slug)
    forms_of = {
        item.pk: sent
        if sent is not None and item == chosen
        else HoldForm(
            is_seen=_is_seen(item, graded),
            prefix=str(item.pk),
            initial={"release_at": item.release_at and timezone.localtime(item.release_at)},
        )
        for item in items
    }
    return render_page(
        request,
        "reports/release.html",
        records.read(course),
        _("Release of grades"),
        tab="gradebook",
        status=400 if request.method == "POST" else 200,
        rows=[(item, there.get(item.pk, 0), forms_of[item.pk]) for item in items],
        error=error,
        back=reverse("reports:gradebook", args=[course.slug]),
    )


def _is_seen(item: GradeItem, graded: dict[int, int]) -> bool:
    return not item.is_held and graded.get(item.pk, 0) > 0


def _change(request: AuthenticatedRequest, course: Course, item: GradeItem, form: HoldForm) -> None:
    now = timezone.now()
    if request.POST.get("action") == RELEASE:
        if holding.release(item=item, now=now):
            messages.success(request, _("The grades are released. Each student gets a message."))
        else:
            messages.info(request, _("These grades are released already."))
    else:
        data = form.cleaned_data
        holding.hold(item=item, release_at=data["release_at"], is_confirmed=data.get("sure", False), now=now)
        messages.success(request, _("The grades are held back. Students see that they come later."))
    concerned = Enrolment.objects.filter(course=course, grade_changes__item=item).distinct()
    recording.record_rows(Enrolment, concerned, AuditEvent.Action.CHANGE)
