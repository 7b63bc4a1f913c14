"""Show a student's dates by month and day, and let them make, reset and turn off the address for calendar programs."""

import re
from datetime import date, timedelta
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from calendars import dates, feeds

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@login_required
@never_cache
@require_safe
def month(request: AuthenticatedRequest) -> HttpResponse:
    """Show the dates of the month `?month=2026-11`, else of the current one. 404 for what is no month from 2000 to 2099."""
    now = timezone.now()
    today = timezone.localdate(now, request.user.zone)
    first = _read_month(request.GET.get("month", f"{today:%Y-%m}"))
    after = (first + timedelta(days=31)).replace(day=1)
    entries = dates.find_entries(request.user, now)
    shown = [entry for entry in entries if first <= entry.day < after]
    feed = feeds.find(request.user)
    context = {
        "first": first,
        "today": today,
        "days": [(day, list(of_day)) for day, of_day in groupby(shown, key=lambda entry: entry.day)],
        "before": max((entry.day for entry in entries if entry.day < first), default=None),
        "later": min((entry.day for entry in entries if entry.day >= after), default=None),
        "address": request.build_absolute_uri(feeds.get_path(feed)) if feed else "",
        "zone": request.user.zone.key,
    }
    return render(request, "calendars/month.html", context)


@login_required
@require_POST
def address_reset(request: AuthenticatedRequest) -> HttpResponse:
    """Make the address. One that was there before no longer works."""
    feeds.reset(request.user, timezone.now())
    messages.success(request, _("Your calendar has a new address."))
    return redirect("calendars:month")


@login_required
@require_POST
def address_off(request: AuthenticatedRequest) -> HttpResponse:
    """Turn the address off."""
    feeds.turn_off(request.user)
    messages.success(request, _("The address of your calendar is turned off."))
    return redirect("calendars:month")


def _read_month(text: str) -> date:
    found = _MONTH.fullmatch(text)
    if found is None:
        raise Http404
    return date(int(found[1]), int(found[2]), 1)
