"""Show students their courses, the outline of a course and its enrolment page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import AuthenticatedRequest
from accounts.sign_in.limits import client_address
from common.database.aggregates import ids_of
from common.errors import DomainError
from common.limits import TooManyCodes
from common.pages.errors import refuse_for_now
from courses import access, extensions, gradebook
from courses import enrolment as enrolling
from courses.lessons import reading
from courses.lessons.results import get_outline_with_grades
from courses.models import Enrolment
from courses.outline.published import get_published
from courses.outline.queries import build_outline, with_done
from courses.pages.joining import offers_to_join, place_after_joining
from courses.pages.outline_rows import OutlineRows, continue_button, course_parts

# How many activities after the next one the start page names.
SHOWN_AHEAD = 4


@login_required
@require_GET
def course_list(request: AuthenticatedRequest) -> HttpResponse:
    """Show what the student can do today: continue, what is due, practice, the last result, and all their courses."""
    now = timezone.now()
    enrolments = list(with_done(access.enrolments(request.user)))
    # Only the course of the last visit is looked into, so the number of queries does not grow with the courses.
    main = enrolments[0] if enrolments else None
    # Here it does not matter when something was done.
    done = dict.fromkeys(ids_of(main.done), now) if main else {}  # type: ignore[attr-defined]
    undone = build_outline(main, done).find_undone(main.last_activity_id) if main else []
    return render(
        request,
        "courses/course_list.html",
        {
            "now": now,
            "main": main,
            "next": undone[0] if undone else None,
            "upcoming": undone[1 : 1 + SHOWN_AHEAD],
            "next_url": reading.get_reading_url(undone[0]) if undone else "",
            "others": [(enrolment, reading.get_continue_url(enrolment)) for enrolment in enrolments[1:]],
            "open_courses": access.open_courses(request.user),
            "sections": extensions.today_sections(request.user, enrolments, now),
        },
    )


@login_required
@require_GET
@offers_to_join
def course_detail(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    enrolment = access.enrolment_or_404(request.user, slug)
    course = get_published(enrolment.course_id, enrolment.course.revision)
    now = timezone.now()
    outline, item_grades = get_outline_with_grades(enrolment)
    following = outline.next_to_do(enrolment.last_activity_id)
    rows = OutlineRows(
        course.in_language(),
        grades={grade.item.activity_id: grade for grade in item_grades},
        due=extensions.due_dates(enrolment),
        now=now,
    )
    return render(
        request,
        "courses/course_detail.html",
        {
            "course": enrolment.course,
            "parts": course_parts(course),
            "next": following and continue_button(course, following, is_started=enrolment.last_activity_id is not None),
            "percent": enrolment.progress_percent,
            "done_count": outline.done_count,
            "required_count": outline.required_count,
            "course_percent": gradebook.course_percent(item_grades),
            "sections": extensions.student_sections(request.user, now),
            "modules": rows.modules(outline),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def course_enrol(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    course = access.find_open_course(request.user, slug)
    if course is None:
        # The student is already enrolled, for example in another tab. If not, this raises Http404.
        access.enrolment_or_404(request.user, slug)
        return redirect(place_after_joining(request, slug))
    error: DomainError | None = None
    if request.method == "POST":
        code, address = request.POST.get("code", ""), client_address(request)
        try:
            enrolling.enrol(user=request.user, course=course, source=Enrolment.Source.OPEN, code=code, address=address)
        except DomainError as refused:
            error = refused
        else:
            messages.success(request, _("You are enrolled in “%(course)s”.") % {"course": course.title})
            return redirect(place_after_joining(request, slug))
    context = {"course": course, "error": error.message if error else "", "next": place_after_joining(request, slug)}
    response = render(request, "courses/course_enrol.html", context, status=400 if error else 200)
    return refuse_for_now(response, error) if isinstance(error, TooManyCodes) else response
