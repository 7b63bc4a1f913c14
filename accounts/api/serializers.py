"""Describe the account in API requests and responses."""

from rest_framework import serializers

from accounts.identity import validate_name
from accounts.models import Language, validate_time_zone
from common.api.serializers import InputSerializer, OutputSerializer


class MeSerializer(OutputSerializer):
    uuid = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    language = serializers.ChoiceField(
        choices=Language.values, allow_blank=True, help_text="Empty if none has been chosen."
    )
    time_zone = serializers.CharField(help_text="An IANA name such as `Asia/Seoul`.")
    wants_weekly_summary = serializers.BooleanField()
    is_instructor = serializers.BooleanField(source="is_staff")


class MeInput(InputSerializer):
    """Settings to change. Omitted fields stay as they are."""

    name = serializers.CharField(max_length=100, allow_blank=True, validators=[validate_name], required=False)
    language = serializers.ChoiceField(choices=Language.values, allow_blank=True, required=False)
    time_zone = serializers.CharField(max_length=64, validators=[validate_time_zone], required=False)
    wants_weekly_summary = serializers.BooleanField(required=False)
