"""Answer the four addresses of the yardstick. Each view does exactly the work that its docstring describes."""

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.decorators import decorator_from_middleware
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.yardstick.models import Note, Page

PAGE = 1

with_session = decorator_from_middleware(SessionMiddleware)
with_person = decorator_from_middleware(AuthenticationMiddleware)


def hello(request: HttpRequest) -> HttpResponse:
    """Use no database and no middleware."""
    return HttpResponse("hello")


@with_session
@with_person
def page(request: HttpRequest) -> HttpResponse:
    """Run three SELECTs (session, person, row) and render a template that extends a base template."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return render(request, "yardstick/page.html", {"page": Page.objects.get(pk=PAGE)})


class Api(APIView):
    """Run two SELECTs (token with person, row) and return 4 KB of JSON with DRF."""

    def get(self, request: Request) -> Response:
        found = Page.objects.get(pk=PAGE)
        return Response({"id": found.pk, "title": found.title, "text": found.text})


@with_session
@with_person
def write(request: HttpRequest) -> HttpResponse:
    """Run two SELECTs (session, person) and one INSERT, which is committed. There is no CSRF check."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    note = Note.objects.create(user=request.user, page_id=PAGE, value=request.POST["value"][:200])
    return JsonResponse({"id": note.pk})
