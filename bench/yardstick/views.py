"""The four addresses of the yardstick, each with exactly the work that its docstring names."""

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
    """No database, no middleware."""
    return HttpResponse("hello")


@with_session
@with_person
def page(request: HttpRequest) -> HttpResponse:
    """Three SELECTs: the session, the person, the row; a template that extends a base."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return render(request, "yardstick/page.html", {"page": Page.objects.get(pk=PAGE)})


class Api(APIView):
    """Two SELECTs: the token with its person, the row; DRF; 4 KB of JSON."""

    def get(self, request: Request) -> Response:
        found = Page.objects.get(pk=PAGE)
        return Response({"id": found.pk, "title": found.title, "text": found.text})


@with_session
@with_person
def write(request: HttpRequest) -> HttpResponse:
    """Two SELECTs: the session, the person; one INSERT, committed. No CSRF check."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    note = Note.objects.create(user=request.user, page_id=PAGE, value=request.POST["value"][:200])
    return JsonResponse({"id": note.pk})
