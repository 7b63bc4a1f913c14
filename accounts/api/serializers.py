"""Describe the account in API requests and responses."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.identity import validate_name
from accounts.models import Language, validate_time_zone
from common.api.serializers import InputSerializer, OutputSerializer


# Not an enum: many languages have no name for an entry that is empty.
@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(Language.values)})?$"})
class LanguageField(serializers.ChoiceField):
    """The language of an account, or "" for that of the device."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=["", *Language.values], **kwargs)


class MeSerializer(OutputSerializer):
    uuid = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    language = LanguageField(help_text="Empty if none has been chosen.")
    time_zone = serializers.CharField(help_text="An IANA name such as `Asia/Seoul`.")
    wants_weekly_summary = serializers.BooleanField()
    is_instructor = serializers.BooleanField(
        source="is_staff", help_text="Whether the account belongs to the staff. `teaching` lists the courses."
    )
    unread_messages = serializers.IntegerField(
        min_value=0, source="unread_count", help_text="Of the bell; see `messages`."
    )
    joined_at = serializers.DateTimeField(source="date_joined")


class MeInput(InputSerializer):
    """Settings to change. Omitted fields stay as they are."""

    name = serializers.CharField(max_length=100, allow_blank=True, validators=[validate_name], required=False)
    language = LanguageField(required=False, help_text="Empty: that of the device.")
    time_zone = serializers.CharField(max_length=64, validators=[validate_time_zone], required=False)
    wants_weekly_summary = serializers.BooleanField(required=False)
