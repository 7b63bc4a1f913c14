"""Serve a student's courses, outlines, lessons and progress through the API. The pages call the same functions."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.models import User
from common.api import encoded
from common.api.lifecycle import deprecated
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, paginate, paginated
from common.api.parsing import prefers
from common.errors import DomainError
from common.lookup import or_404
from courses import access, gradebook, progress
from courses.api.lessons import find_lesson, find_markdown, lesson_answer
from courses.api.outlines import outline_answer
from courses.api.serializers import (
    CourseListSerializer,
    CourseProgressSerializer,
    CourseSerializer,
    LessonSerializer,
    OutlineSerializer,
    PositionInput,
    PositionSerializer,
    ProgressInput,
)
from courses.api.states import find_lesson_state, find_outline_state
from courses.lessons import reading
from courses.models import Activity, Enrolment
from courses.outline.published import get_published
from courses.outline.queries import OutlineEntry, get_outline

MARKDOWN = "text/markdown"


class NotMarkable(DomainError):
    slug = "not-markable"
    help = gettext_lazy("Only lessons can be marked by hand. A quiz is done when an attempt at it is submitted.")


@dataclass(slots=True)
class CourseProgress:
    course: str
    progress_percent: int
    required_count: int
    done_count: int
    done: list[OutlineEntry]
    grade_percent: int | None
    grades: list[gradebook.ItemGrade]

    @classmethod
    def of(cls, enrolment: Enrolment) -> "CourseProgress":
        outline = get_outline(enrolment)
        item_grades = gradebook.get_item_grades(enrolment)
        return cls(
            course=enrolment.course.slug,
            progress_percent=enrolment.progress_percent,
            required_count=outline.required_count,
            done_count=outline.done_count,
            done=[entry for entry in outline.entries if entry.is_done],
            grade_percent=gradebook.course_percent(item_grades),
            grades=item_grades,
        )


class CourseList(AuthenticatedAPIView):
    @extend_schema(
        operation_id="courses_list",
        summary="The courses in which the student is enrolled",
        description="The last visited course comes first. A course that is visited while the pages are read moves to the first.",
        tags=["courses"],
        parameters=PAGE_PARAMETERS,
        responses={200: CourseListSerializer, **problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        page = paginate(request, access.enrolments(request.user), access.LAST_VISITED_FIRST)
        return paginated(page, {"results": CourseSerializer.shape_all(page.items)})


def _find_outline_parts(user: User, slug: str) -> tuple[object, ...] | None:
    state = find_outline_state(user, slug)
    return None if state is None else state.parts


class CourseOutlineDetail(AuthenticatedAPIView):
    find_state = staticmethod(_find_outline_parts)

    @extend_schema(
        operation_id="course_outline",
        summary="A course's outline",
        description="All modules, lessons and quizzes that the student sees, in their order, with what is done.",
        tags=["courses"],
        responses={200: OutlineSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str) -> HttpResponse:
        state = or_404(find_outline_state(request.user, slug))
        self.tag_state(request, *state.parts)
        return encoded.answer(outline_answer(state))


class LessonDetail(AuthenticatedAPIView):
    varies_by = ("Accept",)

    @extend_schema(
        operation_id="lesson_read",
        summary="A lesson",
        description="In the requested language if there is such an edition. Reading a lesson makes it the last activity "
        "of the course; `course_progress_mark` marks it as done. With `Accept: text/markdown` the answer is the whole "
        "lesson as one text: title, objectives, text and rubric.",
        tags=["courses"],
        responses={
            (200, "application/json"): LessonSerializer,
            (200, MARKDOWN): OpenApiTypes.STR,
            **problems(404),
        },
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
        as_markdown = prefers(request, MARKDOWN)
        state = or_404(find_lesson_state(request.user, uuid))
        course = get_published(state.course_id, state.revision)
        lesson = or_404(course.find_activity(state.lesson_id))
        text = or_404(find_markdown(course, lesson)) if as_markdown else None
        shared = or_404(find_lesson(course, lesson)) if text is None else b""
        # Also a client that has the lesson already visits it.
        progress.record_visit(enrolment=state, activity=lesson, now=timezone.now())
        # The state was read before the text: a tag that is older than its text costs one request, a newer one would keep
        # the old text.
        self.tag_state(request, *state.parts(as_markdown=as_markdown))
        return encoded.answer(lesson_answer(shared, state)) if text is None else _as_markdown(*text)


def _as_markdown(text: str, language: str) -> HttpResponse:
    headers = {"Content-Language": language}
    return HttpResponse(text, content_type=f"{MARKDOWN}; charset=utf-8", headers=headers)


class LessonPosition(AuthenticatedAPIView):
    @extend_schema(
        operation_id="lesson_position_read",
        summary="Where the student stopped reading a lesson",
        description="404 if that has not been stored yet.",
        tags=["courses"],
        responses={200: PositionSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        activity = get_object_or_404(access.activities(request.user), uuid=uuid, kind=Activity.Kind.LESSON)
        _enrolment, position = reading.reader_or_404(request.user, activity.course.slug, activity.slug)
        return Response(PositionSerializer.shape(or_404(position)))

    @extend_schema(
        operation_id="lesson_position",
        summary="Store where the student stopped reading a lesson",
        description="Send it when reading pauses. `lesson_read` returns it as `position`, on every device of the student.",
        tags=["courses"],
        request=PositionInput,
        responses={200: PositionSerializer, **problems(400, 404)},
    )
    def put(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        activity = get_object_or_404(access.activities(request.user), uuid=uuid, kind=Activity.Kind.LESSON)
        enrolment = access.enrolment_or_404(request.user, activity.course.slug)
        position = reading.Position(PositionInput.read(request.data)["anchor"], timezone.now())
        reading.record_position(enrolment=enrolment, activity=activity, anchor=position.anchor, now=position.read_at)
        return Response(PositionSerializer.shape(position))


class CourseProgressDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="course_progress",
        summary="Progress and grades in a course",
        description="What is done, and the current grade of each graded quiz.",
        tags=["courses"],
        responses={200: CourseProgressSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str) -> Response:
        enrolment = access.enrolment_or_404(request.user, slug)
        return Response(CourseProgressSerializer.shape(CourseProgress.of(enrolment)))

    @extend_schema(
        operation_id="course_progress_mark",
        summary="Mark a lesson as done, or undo that",
        description="Idempotent. Returns the progress after the change.",
        tags=["courses"],
        request=ProgressInput,
        responses={200: CourseProgressSerializer, **problems(400, 404)},
    )
    def put(self, request: AuthenticatedRequest, slug: str) -> Response:
        enrolment = access.enrolment_or_404(request.user, slug)
        given = ProgressInput.read(request.data)
        activity = get_object_or_404(access.activities(request.user), course=enrolment.course, uuid=given["activity"])
        if activity.kind != Activity.Kind.LESSON:
            raise NotMarkable(_("A quiz is done when an attempt at it is submitted."))
        mark = progress.mark_done if given["done"] else progress.mark_undone
        after = mark(enrolment=enrolment, activity=activity, now=timezone.now())
        enrolment.progress_percent = after.progress_percent
        return Response(CourseProgressSerializer.shape(CourseProgress.of(enrolment)))

    @deprecated(since=date(2026, 11, 29), sunset=date(2027, 6, 30), instead="course_progress_mark")
    @extend_schema(
        operation_id="course_progress_mark_post",
        summary="The same as PUT",
        description="Use `course_progress_mark`.",
        tags=["courses"],
        request=ProgressInput,
        responses={200: CourseProgressSerializer, **problems(400, 404)},
    )
    def post(self, request: AuthenticatedRequest, slug: str) -> Response:
        return self.put(request, slug)
