"""Answer requests whose body the server did not accept (see `operations.web.adapter`), in the reader's language."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.pages import errors
from operations.web.adapter import BODY_REFUSED, body_limit_of


class RefusedBodyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        status = request.META.get(BODY_REFUSED)
        if status:
            return errors.body_refused(request, status, limit=body_limit_of(request.META))
        return self.get_response(request)
