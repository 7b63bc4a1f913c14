"""Take reports from a mail server or a provider, which prove themselves by a secret."""

import hmac

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mails.bounces import applying, reading


@csrf_exempt
@never_cache
@require_POST
def report_take(request: HttpRequest) -> JsonResponse:
    """Read the raw message in the body. 404 unless BAEUM_BOUNCE_SECRET is set and comes as `Authorization: Bearer …`."""
    secret: str = settings.BOUNCE_SECRET
    given = request.headers.get("Authorization", "").encode("utf-8", "replace")
    if not secret or not hmac.compare_digest(given, f"Bearer {secret}".encode()):
        raise Http404
    try:
        outcome = applying.read_and_apply(request.body)
    except (reading.TooLong, RequestDataTooBig):
        return JsonResponse({"error": f"The message is longer than {reading.LONGEST} bytes."}, status=413)
    return JsonResponse({"kind": outcome.report.kind, "done": outcome.done})
