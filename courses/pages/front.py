"""Show everybody what the presented courses are about, and the first lesson of each. These pages need no account."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from common.lookup import or_404
from courses.models import Activity, Course, LessonEdition
from courses.outline.published import PublishedCourse, get_published
from courses.outline.queries import Outline, OutlineEntry, OutlineModule
from courses.pages.lessons import LessonParts, render_parts


@dataclass(frozen=True, slots=True)
class Presentation:
    """What the front page says about a course. `minutes` is the time that reading all lessons takes."""

    lessons: int
    quizzes: int
    minutes: int
    has_first_lesson: bool

    @property
    def hours(self) -> int:
        """The reading time in hours, rounded, at least one."""
        return max(1, round(self.minutes / 60))


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Send people who are signed in to their courses. Show everybody else the presented courses."""
    if request.user.is_authenticated:
        return redirect("courses:course-list")
    courses = [get_published(course.pk, course.revision) for course in Course.objects.presented()]
    shown = [(course, _get_presentation(course)) for course in courses]
    return render(request, "courses/front.html", {"main": shown[0] if shown else None, "others": shown[1:]})


@require_safe
def first_lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the first lesson of a presented course. A student of the course gets the lesson itself."""
    course = or_404(find_presented(slug))
    lesson = or_404(_find_first_lesson(course))
    if request.user.is_authenticated:
        return redirect(lesson)
    return render(
        request,
        "courses/first_lesson.html",
        {"course": course.course, "lesson": lesson, "parts": or_404(_get_parts(course, lesson))},
    )


def find_presented(slug: str) -> PublishedCourse | None:
    """Return the presented course, or None. One query if the course is cached."""
    row = Course.objects.presented().filter(slug=slug).first()
    return get_published(row.pk, row.revision) if row else None


def shows_asset(course: PublishedCourse, name: str) -> bool:
    """Whether the first lesson of a presented course contains the address of this file."""
    lesson = _find_first_lesson(course)
    parts = _get_parts(course, lesson) if lesson else None
    return parts is not None and reverse("courses:asset", args=[course.course.slug, name]) in parts.text


def _find_first_lesson(course: PublishedCourse) -> Activity | None:
    activities = (activity for _module, activities in course.modules for activity in activities)
    return next((activity for activity in activities if activity.kind == Activity.Kind.LESSON), None)


def _get_parts(course: PublishedCourse, lesson: Activity) -> LessonParts | None:
    """Return the rendered lesson, which the page of the lesson shares; None if it has no text."""
    outline = Outline(
        [OutlineModule(module, [OutlineEntry(each, None) for each in entries]) for module, entries in course.modules]
    )
    entry = next(entry for entry in outline.entries if entry.activity.pk == lesson.pk)
    return course.cached(("lesson", lesson.pk), lambda: render_parts(outline, entry))


def _get_presentation(course: PublishedCourse) -> Presentation:
    return course.cached("presentation", lambda: _present(course))


def _present(course: PublishedCourse) -> Presentation:
    activities = [activity for _module, activities in course.modules for activity in activities]
    lessons = [activity for activity in activities if activity.kind == Activity.Kind.LESSON]
    # An edition in each language: the longest one counts.
    minutes: dict[int, int] = {}
    editions = LessonEdition.objects.filter(lesson__activity__in=[lesson.pk for lesson in lessons])
    for activity_id, each in editions.values_list("lesson__activity", "minutes"):
        minutes[activity_id] = max(minutes.get(activity_id, 0), each)
    return Presentation(len(lessons), len(activities) - len(lessons), sum(minutes.values()), bool(minutes))
