"""Register messages in the admin. Only administrators can see them."""

from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.messages import sending
from accounts.messages.models import Message
from accounts.people.changelists import PeopleSearch
from common.admin.classes import ReadOnlyAdmin, report_sent


@admin.register(Message)
class MessageAdmin(PeopleSearch, ReadOnlyAdmin):
    people_path = "user"
    list_display = ("user", "kind", "status", "created_at", "due_at", "finished_at", "send_attempts", "error")
    list_filter = ("status", "kind")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    actions: ClassVar[list[str]] = ["send_again"]

    @admin.action(description=_("Send again (only mails that failed or may not have arrived)"))
    def send_again(self, request: HttpRequest, rows: models.QuerySet[Message]) -> None:
        """Send failed or uncertain mails again. An uncertain one may arrive twice; the administrator accepts that."""
        report_sent(request, [sending.send_again(message_id=message.pk, now=timezone.now()) for message in rows])
