"""Show instructors who has seen or changed the data of the students of their courses. Administrators have the whole log, too."""

from collections.abc import Sequence

from django import forms
from django.apps import apps
from django.contrib import admin
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.audit import recording, search
from accounts.audit.models import AuditEvent
from accounts.audit.pages import DAYS, BeforeForm, day_input, midnight
from accounts.models import User
from accounts.people.search import contains
from accounts.personal_data import registry
from accounts.requests import AuthenticatedRequest
from courses.models import Course, Enrolment, InCourse
from courses.roles import rules
from courses.roles.rules import Permission
from workspace.pages.base import staff_page

# What begins the addresses of the pages about one course, with its slug or number.
_BY_SLUG = (
    "workspace",
    "reports",
    "analysis",
    "announcements",
    "review/comments",
    "appeals",
    "discussions",
    "certificates",
    "mails",
)


class CourseAuditForm(BeforeForm):
    """What to look for in the log of one course."""

    person = forms.CharField(label=gettext_lazy("Name or e-mail address of a student"), required=False, max_length=200)
    address = forms.CharField(
        label=gettext_lazy("Beginning of an address of this site"), required=False, max_length=200
    )
    action = forms.ChoiceField(
        label=gettext_lazy("what"),
        required=False,
        choices=[("", gettext_lazy("everything")), *AuditEvent.Action.choices],
    )
    since = forms.DateField(label=gettext_lazy("from"), required=False, widget=day_input(), validators=DAYS)
    until = forms.DateField(label=gettext_lazy("until"), required=False, widget=day_input(), validators=DAYS)


@staff_page
@require_safe
def audit_courses(request: AuthenticatedRequest) -> HttpResponse:
    """List the courses whose log the person may read."""
    courses = rules.courses_where(request.user, Permission.MANAGE_ROLES).order_by("slug")
    context = {**admin.site.each_context(request), "title": _("Who has seen what"), "courses": courses}
    return render(request, "overview/audit_courses.html", context)


@staff_page
@require_safe
def course_audit(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Search what concerns the students of one course. Who looks is recorded in the log.

    Network addresses of colleagues are for administrators only. Without a student, the pages of the course are looked through.
    """
    course = get_object_or_404(rules.courses_where(request.user, Permission.MANAGE_ROLES), slug=slug)
    form = CourseAuditForm(request.GET)
    events: list[search.Shown] = []
    if form.is_valid():
        query = _query(course, form)
        events = search.find_events(query) if query else []
    people = {each.entry.subject for shown in events for each in shown.entries if each.entry.subject}
    recording.record_rows(User, people)
    shown = events[: search.PAGE]
    parameters = request.GET.copy()
    parameters.pop("before", None)
    context = {
        **admin.site.each_context(request),
        "title": _("Who has seen what"),
        "course": course,
        "form": form,
        "events": shown,
        "is_first": not request.GET.get("before"),
        "next": shown[-1].event.pk if len(events) > search.PAGE else None,
        "query": parameters.urlencode(),
    }
    return render(request, "overview/audit.html", context, status=200 if form.is_valid() else 400)


def _query(course: Course, form: CourseAuditForm) -> search.Query | None:
    """Return what to look for; None if nothing can match."""
    given = form.cleaned_data
    bounds = {
        "action": given["action"],
        "since": midnight(given["since"]),
        "until": midnight(given["until"], days=1),
        "before": given["before"],
    }
    if given["person"]:
        people = _people(course, given["person"])
        about = of_course(course)
        if given["address"]:
            about &= Q(event__address__startswith=given["address"])
        return search.Query(subjects=people, about=about, **bounds) if people else None
    within = _narrowed(addresses_of(course), given["address"])
    return search.Query(within=within, **bounds) if within else None


def _people(course: Course, text: str) -> list[int]:
    """Return the people of the course, also those who have left it, whose name or address has this text."""
    text = text.replace("\0", "").strip()
    found = Enrolment.objects.filter(contains(text, "user"), course=course)
    return list(found.order_by("-pk").values_list("user", flat=True)[: search.PEOPLE])


def addresses_of(course: Course) -> list[str]:
    """Return how the addresses of the pages about one course begin."""
    home = reverse("admin:index")
    return [*(f"{home}{name}/{course.slug}/" for name in _BY_SLUG), f"{home}courses/course/{course.pk}/"]


def _narrowed(within: Sequence[str], begins: str) -> list[str]:
    """Return the beginnings that are left if the address must begin with `begins`, too."""
    return [max(one, begins, key=len) for one in within if one.startswith(begins) or begins.startswith(one)]


def of_course(course: Course) -> Q:
    """Return the condition that an entry of the log is about a row of the course, or was made by a page of it."""
    found = Q()
    for model in apps.get_models():
        described = registry.get_described(model)
        if issubclass(model, InCourse) and described is not None and described.person:
            rows = model._default_manager.filter(**{model.course_path: course.pk})
            found |= Q(model=model._meta.label_lower, object_id__in=rows.values("pk"))
    for begins in addresses_of(course):
        found |= Q(event__address__startswith=begins)
    return found
