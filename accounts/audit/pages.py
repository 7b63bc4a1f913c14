"""Show people who has seen or changed their data, and administrators the whole log."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.admin import ModelAdmin

from accounts.audit import recording, search
from accounts.audit.models import AuditEvent
from accounts.models import User
from accounts.requests import AuthenticatedRequest
from common.admin.classes import page_context

# At the ends of the calendar, the conversion to UTC overflows.
_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)
DAYS = [MinValueValidator(_FIRST), MaxValueValidator(_LAST)]


def day_input() -> forms.DateInput:
    return forms.DateInput({"type": "date", "min": f"{_FIRST}", "max": f"{_LAST}"})


class BeforeForm(forms.Form):
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)


class SearchForm(BeforeForm):
    text = forms.CharField(
        label=_("Name, e-mail address, or beginning of an address of this site"), required=False, max_length=200
    )
    person = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    action = forms.ChoiceField(
        label=_("what"), required=False, choices=[("", _("everything")), *AuditEvent.Action.choices]
    )
    since = forms.DateField(label=_("from"), required=False, widget=day_input(), validators=DAYS)
    until = forms.DateField(label=_("until"), required=False, widget=day_input(), validators=DAYS)


@login_required
@require_safe
def own_audit(request: AuthenticatedRequest) -> HttpResponse:
    """Show the events about the person who asks. Their instructors are named; network addresses are not shown."""
    form = BeforeForm(request.GET)
    before = form.cleaned_data["before"] if form.is_valid() else None
    events = search.find_events(search.Query(subject=request.user.pk, before=before))
    return render(request, "accounts/audit.html", _page(events, is_first=before is None))


def audit_log(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Search the whole log. Who looks is recorded in it."""
    form = SearchForm(request.GET)
    events: list[search.Shown] = []
    person = None
    if form.is_valid():
        given = form.cleaned_data
        person = User.objects.filter(pk=given["person"]).first() if given["person"] else None
        events = search.find_events(
            search.Query(
                text=given["text"],
                subject=given["person"],
                action=given["action"],
                since=midnight(given["since"]),
                until=midnight(given["until"], days=1),
                before=given["before"],
            )
        )
    people = {each.entry.subject for shown in events for each in shown.entries if each.entry.subject}
    recording.record_rows(User, people)
    context = page_context(request, model_admin, gettext("Audit log"))
    context |= _page(events, is_first=not request.GET.get("before"))
    query = request.GET.copy()
    query.pop("before", None)
    person_id = form.cleaned_data.get("person") if form.is_valid() else None
    context |= {"form": form, "person": person, "person_id": person_id, "query": query.urlencode()}
    return render(request, "admin/accounts/audit_log.html", context, status=200 if form.is_valid() else 400)


def _page(events: list[search.Shown], *, is_first: bool) -> dict[str, Any]:
    shown = events[: search.PAGE]
    return {
        "events": shown,
        "is_first": is_first,
        "next": shown[-1].event.pk if len(events) > search.PAGE else None,
    }


def midnight(day: Any, *, days: int = 0) -> datetime | None:
    """Return the beginning of `day` in the reader's time zone, or of the day `days` later."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
