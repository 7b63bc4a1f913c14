"""Describe the account in API requests and responses."""

from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.identity import validate_name
from accounts.models import SUMMARY_TIMES, WEEKLY_GOALS, Language, validate_time_zone
from common.api.serializers import InputSerializer, OutputSerializer


# Not an enum: many languages have no name for an entry that is empty.
@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(Language.values)})?$"})
class LanguageField(serializers.ChoiceField):
    """The language of an account, or "" for that of the device."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=["", *Language.values], **kwargs)


# Not an enum: a generated name for each half hour says nothing.
@extend_schema_field({"type": "string", "pattern": "^(0[89]|1[0-9]|20):[03]0$"})
class SummaryTimeField(serializers.TimeField):
    """A time of the day at which a weekly summary may come."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)

    def to_internal_value(self, value: Any) -> time:
        found: time = super().to_internal_value(value)
        if found not in dict(SUMMARY_TIMES):
            raise serializers.ValidationError(_("Choose a half hour from 08:00 to 20:30."), code="invalid")
        return found


# Not an enum: a generated name for each number says nothing.
@extend_schema_field({"type": "integer", "minimum": 0, "maximum": WEEKLY_GOALS[-1][0]})
class WeeklyGoalField(serializers.IntegerField):
    """A number of steps that may be the goal of a week."""

    def to_internal_value(self, data: Any) -> int:
        found: int = super().to_internal_value(data)
        if found not in dict(WEEKLY_GOALS):
            numbers = ", ".join(str(steps) for steps, _label in WEEKLY_GOALS)
            raise serializers.ValidationError(_("Choose one of %(numbers)s.") % {"numbers": numbers}, code="invalid")
        return found


class MeSerializer(OutputSerializer):
    uuid = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    language = LanguageField(help_text="Empty if none has been chosen.")
    time_zone = serializers.CharField(help_text="An IANA name such as `Asia/Seoul`.")
    wants_weekly_summary = serializers.BooleanField()
    summary_day = serializers.IntegerField(
        min_value=1, max_value=7, help_text="The day of the weekly summary: 1 is Monday, 7 is Sunday."
    )
    summary_time = SummaryTimeField(help_text="The time of the weekly summary in `time_zone`.")
    weekly_goal = WeeklyGoalField(help_text="How many steps in a week; 0 if there is no goal. `goal_read` counts them.")
    is_instructor = serializers.BooleanField(
        source="is_staff", help_text="Whether the account belongs to the staff. `teaching` lists the courses."
    )
    unread_messages = serializers.IntegerField(
        min_value=0, source="unread_count", help_text="Of the bell; see `messages`."
    )
    is_mail_stopped = serializers.BooleanField(
        help_text="Whether most mails are not sent, because one came back: ask whether the address is right. `mails_start` "
        "sends them again, `address_change` changes the address."
    )
    joined_at = serializers.DateTimeField(source="date_joined")


class MeInput(InputSerializer):
    """Settings to change. Omitted fields stay as they are."""

    name = serializers.CharField(max_length=100, allow_blank=True, validators=[validate_name], required=False)
    language = LanguageField(required=False, help_text="Empty: that of the device.")
    time_zone = serializers.CharField(max_length=64, validators=[validate_time_zone], required=False)
    wants_weekly_summary = serializers.BooleanField(required=False)
    summary_day = serializers.IntegerField(min_value=1, max_value=7, required=False, help_text="1 is Monday.")
    weekly_goal = WeeklyGoalField(required=False, help_text="0: no goal.")
    summary_time = SummaryTimeField(required=False, help_text="A half hour from `08:00` to `20:30`.")
