"""Route the pages that import questions. They are below the address of the workspace."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

app_name = "exchange"


def _page(name: str) -> Callable[..., HttpResponse]:
    """A view of `exchange.pages`, which is imported with the first request.

    The pages import the readers of all formats. No other request needs them: 2 MB in each web process.
    """

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        from exchange import pages

        answer: HttpResponse = getattr(pages, name)(request, **kwargs)
        return answer

    return view


_HOME = "<slug:slug>/questions/<slug:activity_slug>/import/"
urlpatterns = [
    path(_HOME, _page("question_import"), name="import"),
    path(f"{_HOME}template.<str:format>", _page("question_template"), name="import-template"),
    path(f"{_HOME}<uuid:uuid>/", _page("question_import_job"), name="import-job"),
]
