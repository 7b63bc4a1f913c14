"""Pages: the courses that a person writes, a new course, and the settings of one."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from course_files.course.exporting import course_to_files
from course_files.course.texts import set_texts, texts
from course_files.merging import Fields, Key
from course_files.quizzes.exporting import quizzes_to_files
from courses.models import Course, CourseRole
from courses.roles import rules
from courses.roles.rules import Permission
from workspace.drafts import editing, records
from workspace.drafts.names import free_slug
from workspace.drafts.records import COURSE
from workspace.models import Edit
from workspace.pages.base import kept_form, page, reading_page, render_page, seen_fields, seen_in, staff_page
from workspace.pages.fields import LongText, ShortText, language_name

# Seconds, and bytes: a course with more pictures is zipped anew each time, because the cache is small.
CACHED_FOR, MOST_CACHED = 24 * 60 * 60, 4 * 1024 * 1024

LANGUAGE_CHOICES = [
    ("ko,en", gettext_lazy("Korean and English, Korean is the original")),
    ("en,ko", gettext_lazy("English and Korean, English is the original")),
    ("ko", gettext_lazy("Korean only")),
    ("en", gettext_lazy("English only")),
]


class NewCourseForm(forms.Form):
    """Title and languages of a new course. Everything else is written in the workspace."""

    languages = forms.ChoiceField(label=gettext_lazy("Languages"), choices=LANGUAGE_CHOICES)
    title = ShortText(label=gettext_lazy("Title in the original language"), max_length=200)


class CourseForm(forms.Form):
    """Title, summary, languages and enrolment of a course."""

    languages = forms.ChoiceField(
        label=gettext_lazy("Languages"),
        choices=LANGUAGE_CHOICES,
        help_text=gettext_lazy("A language that is taken away takes its texts with it when you publish."),
    )
    enrolment = forms.ChoiceField(label=gettext_lazy("Enrolment"), choices=Course.EnrolmentMode.choices)
    enrolment_code = ShortText(label=gettext_lazy("Enrolment code"), max_length=50, required=False)

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = languages
        for position, code in enumerate(languages):
            language = language_name(code)
            self.fields[f"title_{code}"] = ShortText(
                label=_("Title (%(language)s)") % {"language": language}, max_length=200, required=position == 0
            )
            self.fields[f"summary_{code}"] = LongText(
                label=_("Summary (%(language)s)") % {"language": language}, max_length=5000, required=False, rows=4
            )
        self.order_fields([*(f"{name}_{code}" for code in languages for name in ("title", "summary")), "languages"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("enrolment") == Course.EnrolmentMode.CODE and not data.get("enrolment_code"):
            self.add_error("enrolment_code", _("Enrolment with a code needs a code."))
        return data

    def record(self, old: Fields) -> Fields:
        """Return the course's record with the values of this form."""
        data = self.cleaned_data
        languages = data["languages"].split(",")
        title = {code: data[f"title_{code}"] for code in self.codes}
        return {
            **old,
            "languages": languages,
            "title": texts(title),
            "summary": texts({code: data[f"summary_{code}"] for code in self.codes}),
            "enrolment": data["enrolment"],
            "enrolment_code": data["enrolment_code"],
        }


@staff_page
def course_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the courses that the person writes, and make a new one."""
    may_create = rules.can_create_course(request.user)
    if request.method == "POST" and not may_create:
        raise PermissionDenied
    form = NewCourseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        course = _create(request, form.cleaned_data["title"], form.cleaned_data["languages"].split(","))
        return redirect("workspace:outline", course.slug)
    courses = rules.courses_where(request.user, Permission.EDIT).order_by("slug")
    context = {**admin.site.each_context(request), "title": _("Write courses"), "courses": courses}
    context["form"] = form if may_create else None
    return render(request, "workspace/course_list.html", context, status=400 if form.errors else 200)


def _create(request: AuthenticatedRequest, title: str, languages: list[str]) -> Course:
    """Create a course that nobody sees yet. The person becomes its instructor."""
    while True:
        slug = free_slug({languages[0]: title}, "course", Course.objects.values_list("slug", flat=True))
        course = Course(slug=slug, languages=languages, is_published=False)
        set_texts(course, "title", texts({languages[0]: title}))
        try:
            with transaction.atomic():
                course.save()
                CourseRole.objects.create(course=course, user=request.user, role=CourseRole.Role.INSTRUCTOR)
        except IntegrityError:
            # Somebody else has made a course of this name in the same moment.
            continue
        return course


@page
def course_settings(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Change title, summary, languages and enrolment in the draft."""
    drafted = records.read(course)
    record = drafted.records[COURSE]
    data = request.POST if request.method == "POST" else kept_form(request)
    form = CourseForm(data, languages=drafted.languages, initial=_initial(record))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            editing.save(
                course,
                {COURSE: form.record(record)},
                editor=request.user,
                action=Edit.Action.COURSE,
                subject=drafted.title(COURSE),
                now=timezone.now(),
                seen=seen_in(request.POST, [COURSE]),
            )
        except editing.ChangedMeanwhile:
            status, data = 409, None
            messages.error(request, _("Somebody else has changed the settings meanwhile. Compare, and save again."))
        else:
            messages.success(request, _("The draft is saved."))
            return redirect("workspace:outline", course.slug)
    return render_page(
        request,
        "workspace/course_settings.html",
        drafted,
        _("Settings of the course"),
        status=400 if form.errors else status,
        tab="settings",
        form=form,
        seen=seen_fields(drafted, [COURSE], data),
    )


@reading_page
@require_safe
def course_export(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Send the published course as a folder in a zip file, as `import_course` reads it.

    Making one takes 0.2 s in a large course, so it is cached.
    """
    drafted = records.read(course)
    name = f"course-folder:{course.pk}:{drafted.revision}:{settings.VERSION}"
    content = cache.get(name)
    if content is None:
        content = _zipped(course, drafted.published)
        if len(content) <= MOST_CACHED:
            cache.set(name, content, CACHED_FOR)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{course.slug}.zip"'
    return response


def _zipped(course: Course, published: Mapping[Key, Fields]) -> bytes:
    content = BytesIO()
    assets = {asset.name: bytes(asset.content) for asset in course.assets.all()}
    files = {**course_to_files(course.slug, published, assets), **quizzes_to_files(published, published)}
    with ZipFile(content, "w", ZIP_DEFLATED) as folder:
        for name, text in sorted(files.items()):
            # Without the moment, so that the same course is the same file.
            folder.writestr(ZipInfo(f"{course.slug}/{name}"), text, ZIP_DEFLATED)
    return content.getvalue()


def _initial(record: Fields) -> dict[str, Any]:
    return {
        "languages": ",".join(record["languages"]),
        "enrolment": record["enrolment"],
        "enrolment_code": record["enrolment_code"],
        **{f"title_{code}": text for code, text in record["title"].items()},
        **{f"summary_{code}": text for code, text in record["summary"].items()},
    }
