"""Serve the week of a student and the days of learning through the API. The start page calls the same function."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.serializers import OutputSerializer
from courses import access
from goals.streaks import FREE_DAYS
from goals.weeks import find_goal_week


class GoalWeekSerializer(OutputSerializer):
    """The week's steps against the student's goal, and the days of learning."""

    weekly_goal = serializers.IntegerField(
        min_value=0, source="goal", help_text="Steps in a week; 0 if there is no goal. `me_change` sets it."
    )
    week_start = serializers.DateField(help_text="The Monday of this week in the student's `time_zone`.")
    steps = serializers.IntegerField(
        min_value=0, help_text="Lessons done, questions answered in quizzes and in the daily review, in this week."
    )
    days = serializers.IntegerField(
        min_value=0, source="streak.days", help_text="Days with a step, one after the other; free days do not end them."
    )
    free_days = serializers.IntegerField(
        min_value=0,
        max_value=FREE_DAYS,
        source="streak.free_days",
        help_text="Days of this month that may still be without a step.",
    )


class GoalWeekDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="goal_read",
        summary="The goal of the week, and the days of learning",
        description="Counted from what the student has done in the courses in which they are.",
        tags=["review"],
        responses={200: GoalWeekSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        ids = [enrolment.pk for enrolment in access.enrolments(request.user)]
        return Response(GoalWeekSerializer.shape(find_goal_week(request.user, ids, timezone.now())))
