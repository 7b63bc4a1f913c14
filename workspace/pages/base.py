"""What all pages of the workspace share: who may open them, their context, and forms that outlive a session."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from course_files.merging import Key
from courses.models import Course
from courses.roles import rules
from courses.roles.rules import Permission
from workspace.drafts import records
from workspace.drafts.records import DraftedCourse, text_of_key
from workspace.models import Edit
from workspace.pages.fields import language_name

P = ParamSpec("P")
View = Callable[Concatenate[AuthenticatedRequest, Course, P], HttpResponse]
# A form that is kept while its author signs in again has at most so many characters.
MOST_KEPT = 400_000
_KEPT = "kept_form"


def page(view: View[P]) -> Callable[..., HttpResponse]:
    """Give the view the course that the address names, if the person may write it.

    Who has no role in it gets a 404, and who may only look at it a 403. A form that arrives after the session has ended is kept
    for the time of the sign-in: `kept_form` returns it.
    """
    return _page(view, Permission.EDIT)


def reading_page(view: View[P]) -> Callable[..., HttpResponse]:
    """Give the view the course that the address names, if the person may see it. For views that change nothing."""
    return _page(view, Permission.READ)


def _page(view: View[P], permission: Permission) -> Callable[..., HttpResponse]:
    def with_course(request: AuthenticatedRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        course = get_object_or_404(rules.courses_where(request.user, Permission.READ), slug=slug)
        if not rules.can(request.user, permission, course):
            raise PermissionDenied
        return view(request, course, *args, **kwargs)

    return staff_page(functools.wraps(view)(with_course))


def staff_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Guard a view as the admin does. Keeps the form of somebody whose session has ended."""
    guarded = admin.site.admin_view(view)

    @functools.wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            _keep_form(request)
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        response: HttpResponse = guarded(request, **kwargs)
        return response

    return answer


def _keep_form(request: HttpRequest) -> None:
    fields = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if sum(len(value) for values in fields.values() for value in values) <= MOST_KEPT:
        request.session[_KEPT] = {"path": request.path, "fields": fields}


def kept_form(request: HttpRequest) -> QueryDict | None:
    """Return the form that was sent to this page after the session had ended, once. None if there is none."""
    kept = request.session.get(_KEPT)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[_KEPT]
    fields = QueryDict(mutable=True)
    for name, values in kept["fields"].items():
        fields.setlist(name, values)
    messages.warning(request, _("Your session had ended. What you wrote is here, and not saved yet."))
    return fields


def seen_fields(drafted: DraftedCourse, keys: Iterable[Key], data: QueryDict | None) -> list[tuple[str, str]]:
    """Return (name, value) of the hidden fields that say which state of the records the author of a form has seen.

    `data` is the form as it was sent. A form that is shown again, because of a fault or after a sign-in, still says what
    its author saw at first. After the author was told of a change in between, pass None: then it says what is there now.
    """
    names = [(key, f"seen_{text_of_key(key)}") for key in keys]
    sent = data if data is not None else QueryDict()
    return [(name, sent.get(name, drafted.token(key))) for key, name in names]


def seen_in(data: QueryDict, keys: Iterable[Key]) -> dict[Key, str]:
    """Return the tokens in a form that was sent, for `workspace.drafts.editing.save`."""
    return {key: data.get(f"seen_{text_of_key(key)}", "") for key in keys}


@dataclass(frozen=True, slots=True)
class LanguageOfCourse:
    """A language of the course: its code, its name in the reader's language, whether it is the original."""

    code: str
    name: str
    is_original: bool


def languages_of(drafted: DraftedCourse) -> list[LanguageOfCourse]:
    return [
        LanguageOfCourse(code, language_name(code), position == 0) for position, code in enumerate(drafted.languages)
    ]


def render_page(
    request: HttpRequest, template: str, drafted: DraftedCourse, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of one course in the frame of the admin."""
    frame = {
        **admin.site.each_context(request),
        "title": title,
        "course": drafted.course,
        "course_title": drafted.title(records.COURSE),
        "drafted": drafted,
        "draft_count": len(drafted.drafts),
        "languages": languages_of(drafted),
        "last_edit": Edit.objects.filter(course=drafted.course).select_related("editor").first(),
    }
    return render(request, template, {**frame, **context}, status=status)
