"""Tell people through the API what the site stores about them, and who has seen or changed it, as the pages do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.audit import search
from accounts.audit.models import AuditEvent
from accounts.audit.search import Shown, ShownEntry
from accounts.models import User
from accounts.personal_data import wording
from accounts.personal_data.overview import Section, get_rules, get_sections
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate_numbered, paginated
from common.api.serializers import OutputSerializer


class PersonalTableSerializer(OutputSerializer):
    """What is stored in one table."""

    name = serializers.CharField()
    fields = serializers.ListField(child=serializers.CharField(), source="labels")  # type: ignore[assignment]  # DRF's own


class PersonalRuleSerializer(OutputSerializer):
    """One rule for personal data: what it is for, who may read it, how long it is kept …"""

    heading = serializers.CharField()
    text = serializers.CharField()


class PersonalDataSerializer(OutputSerializer):
    """Personal data under one policy."""

    what = serializers.CharField()
    tables = PersonalTableSerializer(many=True, help_text="Empty for what is in no table of the database.")
    rules = PersonalRuleSerializer(many=True)


class PersonalDataListSerializer(OutputSerializer):
    results = PersonalDataSerializer(many=True)


class AuditChangeSerializer(OutputSerializer):
    """A value that was changed, in words."""

    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class AuditEntrySerializer(OutputSerializer):
    """What was seen or changed."""

    table = serializers.CharField(help_text="In words, such as `Enrolment`.")
    changes = AuditChangeSerializer(many=True)
    is_erased = serializers.BooleanField(help_text="Whether values were changed that nobody can read any more.")


class AuditEventSerializer(OutputSerializer):
    """Somebody has seen or changed data of the person."""

    at = serializers.DateTimeField()
    actor = serializers.CharField(help_text="Who it was, in words. Network addresses are told to nobody here.")
    is_own = serializers.BooleanField(help_text="Whether it was the person who asks.")
    action = serializers.ChoiceField(choices=AuditEvent.Action.values)
    channel = serializers.ChoiceField(choices=AuditEvent.Channel.values)
    entries = AuditEntrySerializer(many=True, help_text="The first ones.")
    more = serializers.IntegerField(min_value=0, help_text="How many entries are left out.")


class AuditListSerializer(PageSerializer):
    results = AuditEventSerializer(many=True)


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    labels: list[str]


@dataclass(frozen=True, slots=True)
class _Rule:
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class _Data:
    what: str
    tables: list[_Table]
    rules: list[_Rule]

    @classmethod
    def of(cls, section: Section) -> "_Data":
        tables = [_Table(name, labels) for name, labels in section.tables]
        return cls(str(section.policy.what), tables, [_Rule(*rule) for rule in get_rules(section.policy)])


@dataclass(frozen=True, slots=True)
class _Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Entry:
    table: str
    changes: list[_Change]
    is_erased: bool

    @classmethod
    def of(cls, shown: ShownEntry) -> "_Entry":
        values = wording.values(shown.changes, shown.entry.model)
        changes = [_Change(str(name), str(before), str(after)) for name, before, after in values]
        return cls(wording.table(shown.entry.model), changes, bool(shown.entry.changes) and not shown.changes)


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    actor: str
    is_own: bool
    action: str
    channel: str
    entries: list[_Entry]
    more: int

    @classmethod
    def of(cls, shown: Shown, reader: User) -> "_Event":
        event = shown.event
        return cls(
            event.at,
            wording.actor(event, reader),
            event.actor_id == reader.pk,
            event.action,
            event.channel,
            [_Entry.of(entry) for entry in shown.entries],
            shown.more,
        )


class PersonalData(AuthenticatedAPIView):
    @extend_schema(
        operation_id="personal_data_read",
        summary="Which personal data the site stores",
        description="What for, by which law, who may read it, and how long it is kept. It is the same for everybody, and stands "
        "at `/accounts/personal-data/` for people without an account, too.",
        tags=["account"],
        responses={200: PersonalDataListSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        found = [_Data.of(section) for section in get_sections()]
        return Response({"results": PersonalDataSerializer.shape_all(found)})


class OwnAudit(AuthenticatedAPIView):
    @extend_schema(
        operation_id="audit_list",
        summary="Who has seen or changed the person's data",
        description="The newest first. Nobody can change or delete an entry. What somebody sees of themselves is not in it.",
        tags=["account"],
        parameters=PAGE_PARAMETERS,
        responses={200: AuditListSerializer, **problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        def find(before: int | None, most: int) -> Sequence[Shown]:
            return search.find_events(search.Query(subject=request.user.pk, before=before, most=most))

        page = paginate_numbered(request, find, lambda shown: shown.event.pk)
        events = [_Event.of(shown, request.user) for shown in page.items]
        return paginated(page, {"results": AuditEventSerializer.shape_all(events)})
