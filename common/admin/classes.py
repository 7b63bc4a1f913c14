"""Define what admin classes of every app use: read-only rows, JSON typed into a form, the context of a page.

`courses.admin.classes` has the base class for rows of a course.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin


def page_context(request: HttpRequest, model_admin: ModelAdmin, title: str) -> dict[str, Any]:
    """Return the template context of an admin page that is not the form of one row."""
    return {**model_admin.admin_site.each_context(request), "opts": model_admin.model._meta, "title": title}


def report_sent(request: HttpRequest, outcomes: Iterable[str | None]) -> None:
    """Show how many mails were sent again, and how many could not be sent.

    `outcomes` are statuses of `common.mail.outbox`. None is not counted: no mail had to be sent.
    """
    known = [outcome for outcome in outcomes if outcome is not None]
    sent = known.count("sent")
    messages.info(request, ngettext("%(n)d mail was sent.", "%(n)d mails were sent.", sent) % {"n": sent})
    if failed := len(known) - sent:
        messages.warning(
            request, ngettext("%(n)d mail could not be sent.", "%(n)d mails could not be sent.", failed) % {"n": failed}
        )


class ReadOnlyAdmin(ModelAdmin):
    """An admin whose rows can be viewed, but not added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
