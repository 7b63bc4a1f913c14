"""Compute a student's course grade with grades that they assume, through the API. The page calls the same functions."""

from dataclasses import dataclass

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.serializers import InputSerializer, OutputSerializer
from courses import access
from courses.api.serializers import ActivityRefSerializer
from courses.gradebook import FULL
from courses.lessons.results import get_outline_with_grades
from reports import students
from reports.one_student import what_if

MOST = 200


class AssumedGradeInput(InputSerializer):
    activity = serializers.UUIDField()
    percent = serializers.IntegerField(min_value=0, max_value=FULL)


class WhatIfInput(InputSerializer):
    """What the student assumes. Nothing is stored."""

    assumed = AssumedGradeInput(many=True, max_length=MOST, required=False)  # type: ignore[call-arg]  # DRF gives it to the list
    target = serializers.IntegerField(
        min_value=0, max_value=FULL, required=False, help_text="What to reach. That of the course if it is left out."
    )


class AssumedGradeSerializer(OutputSerializer):
    """The grade of an activity as it is, and as it is assumed."""

    activity = ActivityRefSerializer(source="line.grade.item.activity")
    percent = serializers.IntegerField(min_value=0, max_value=FULL, allow_null=True, source="line.grade.percent")
    assumed = serializers.IntegerField(min_value=0, max_value=FULL, allow_null=True)


class WhatIfSerializer(OutputSerializer):
    """The course grade now and with what is assumed, and what is needed to reach the target."""

    now = serializers.IntegerField(min_value=0, max_value=FULL, allow_null=True, source="found.now")
    then = serializers.IntegerField(min_value=0, max_value=FULL, allow_null=True, source="found.then")
    target = serializers.IntegerField(min_value=0, max_value=FULL, source="found.target")
    left = serializers.IntegerField(
        min_value=0, source="found.left", help_text="Activities that have no grade and for which none is assumed."
    )
    needed = serializers.IntegerField(
        min_value=0,
        allow_null=True,
        source="found.needed",
        help_text="Percent in each activity that is left. More than 100: the target is out of reach. Null: nothing is left.",
    )
    grades = AssumedGradeSerializer(many=True)


@dataclass(frozen=True, slots=True)
class _Line:
    line: what_if.Line

    @property
    def assumed(self) -> int | None:
        return what_if.read_percent(self.line.typed)


@dataclass(frozen=True, slots=True)
class _Found:
    found: what_if.WhatIf

    @property
    def grades(self) -> list[_Line]:
        return [_Line(line) for line in self.found.lines]


class WhatIf(AuthenticatedAPIView):
    @extend_schema(
        operation_id="grades_what_if",
        summary="The course grade with grades that the student assumes",
        description="Nothing is stored. Activities that the student has no grade item for are left out.",
        tags=["courses"],
        request=WhatIfInput,
        responses={200: WhatIfSerializer, **problems(400, 404)},
    )
    def post(self, request: AuthenticatedRequest, slug: str) -> Response:
        enrolment = access.enrolment_or_404(request.user, slug)
        given = WhatIfInput.read(request.data)
        assumed = {each["activity"]: each["percent"] for each in given.get("assumed", [])}
        _outline, grades = get_outline_with_grades(enrolment)
        rule = students.get_rule(enrolment.course)
        return Response(
            WhatIfSerializer.shape(_Found(what_if.assume(grades, assumed, given.get("target"), rule.grade)))
        )
