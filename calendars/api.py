"""Serve a student's dates, and the address for calendar programs, through the API."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from calendars import dates, feeds
from common.api.openapi import problems
from common.api.serializers import InputSerializer, OutputSerializer
from courses.api.serializers import ActivityRefSerializer

LONGEST_DAYS = 366
_DEFAULT_DAYS = 90


class CalendarQuery(InputSerializer):
    first = serializers.DateField(
        required=False, help_text="The first day, in the student's time zone. Today if it is left out."
    )
    last = serializers.DateField(
        required=False,
        help_text=f"The last day. {_DEFAULT_DAYS} days after the first if it is left out, {LONGEST_DAYS} at most.",
    )


class CalendarEntrySerializer(OutputSerializer):
    """When a quiz opens, is due or closes for this student."""

    activity = ActivityRefSerializer()
    course = serializers.CharField(source="activity.course.slug", help_text="The course's `slug`.")
    kind = serializers.ChoiceField(choices=dates.Kind.values)
    at = serializers.DateTimeField()
    day = serializers.DateField(help_text="The day in the student's time zone.")
    is_submitted = serializers.BooleanField(help_text="Whether the student has submitted an attempt.")


class CalendarDaysSerializer(OutputSerializer):
    """The dates of some days, the first first."""

    time_zone = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    results = CalendarEntrySerializer(many=True)


class CalendarAddressSerializer(OutputSerializer):
    """The secret address at which calendar programs read the dates as iCalendar, without a sign-in."""

    url = serializers.URLField(allow_null=True, help_text="null if it is turned off.")


@dataclass(frozen=True, slots=True)
class _Days:
    """What `CalendarDaysSerializer` shapes."""

    time_zone: str
    first: date
    last: date
    results: list[dates.Entry]


@dataclass(frozen=True, slots=True)
class _Address:
    """What `CalendarAddressSerializer` shapes."""

    url: str | None


class Calendar(AuthenticatedAPIView):
    @extend_schema(
        operation_id="calendar_read",
        summary="What opens, is due and closes",
        description=f"For all of the student's courses, with the student's own dates. At most {LONGEST_DAYS} days at once.",
        tags=["calendar"],
        parameters=[CalendarQuery],
        responses={200: CalendarDaysSerializer, **problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        now, user = timezone.now(), request.user
        given = CalendarQuery.read(request.query_params)
        first = given.get("first") or timezone.localdate(now, user.zone)
        try:
            last = given.get("last") or first + timedelta(days=_DEFAULT_DAYS)
        except OverflowError:
            last = first
        if not 0 <= (last - first).days <= LONGEST_DAYS:
            message = _("The last day must be at most %(n)d days after the first, and not before it.")
            raise ValidationError({"last": [message % {"n": LONGEST_DAYS}]})
        entries = [entry for entry in dates.find_entries(user, now) if first <= entry.day <= last]
        return Response(CalendarDaysSerializer.shape(_Days(user.zone.key, first, last, entries)))


class CalendarAddress(AuthenticatedAPIView):
    @extend_schema(
        operation_id="calendar_address_read",
        summary="The address for calendar programs",
        description="Whoever has it reads the dates without signing in.",
        tags=["calendar"],
        responses={200: CalendarAddressSerializer},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        feed = feeds.find(request.user)
        url = request.build_absolute_uri(feeds.get_path(feed)) if feed else None
        return Response(CalendarAddressSerializer.shape(_Address(url)))

    @extend_schema(
        operation_id="calendar_address_reset",
        summary="Make a new address for calendar programs",
        description="One that was there before is a 404 from then on.",
        tags=["calendar"],
        request=None,
        responses={201: CalendarAddressSerializer},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        feed = feeds.reset(request.user, timezone.now())
        url = request.build_absolute_uri(feeds.get_path(feed))
        return Response(CalendarAddressSerializer.shape(_Address(url)), status=201)

    @extend_schema(
        operation_id="calendar_address_turn_off",
        summary="Turn the address for calendar programs off",
        description="It is a 404 from then on. Turning it off twice is no error.",
        tags=["calendar"],
        responses={204: None},
    )
    def delete(self, request: AuthenticatedRequest) -> Response:
        feeds.turn_off(request.user)
        return Response(status=204)
