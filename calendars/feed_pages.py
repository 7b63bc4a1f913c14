"""Answer calendar programs. They have no session: who has the address may read."""

from django.conf import settings
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe
from rest_framework.exceptions import Throttled

from accounts.sign_in.limits import client_address
from calendars import dates, feeds, ical, revisions
from calendars.models import Feed
from common.api import conditional, rates
from common.pages.headers import ASK_AGAIN

_RATE = rates.RateLimit("CALENDAR_RATE")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Send a person's dates as iCalendar, in the person's language and time zone. 404 for an address that was reset."""
    found = feeds.find_by_token(token)
    try:
        _RATE.count(found.pk if found else client_address(request))
    except Throttled as refused:
        wait = str(refused.wait)  # type: ignore[attr-defined]  # the stubs leave it out
        return HttpResponse(status=429, headers={"Retry-After": wait, "Cache-Control": "no-store"})
    if found is None:
        raise Http404
    with translation.override(found.user.language or settings.LANGUAGE_CODE):
        response = _answer(request, found)
        response.headers["Content-Language"] = translation.get_language() or ""
    response.headers["Cache-Control"] = ASK_AGAIN
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, found: Feed) -> HttpResponse:
    now, zone = timezone.now(), found.user.zone
    try:
        listed = revisions.record(found, dates.find_entries(found.user, now), now)
    except IntegrityError:
        # The person has turned the address off at this moment.
        raise Http404 from None
    state = [(each.sent.uid, each.sent.sequence, each.sent.digest, each.sent.modified_at) for each in listed]
    # The host is part of the events' addresses.
    tag = conditional.make_tag(found.user.pk, request.get_host(), zone.key, state)
    if conditional.has_current(request, tag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        content = ical.write(listed, zone, request.build_absolute_uri)
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'inline; filename="baeum.ics"'
    response.headers["ETag"] = tag
    return response
