"""Define base classes of the admin: for read-only rows, and for rows that only the instructors of their course see."""

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path
from django.db import models
from django.forms import ModelChoiceField
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

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class OwnFieldListFilter(admin.RelatedFieldListFilter):
    """A list filter that offers only rows that the person may see.

    The relations in `list_select_related` of their admin are fetched in the same query, because the rows' names may use them.
    """

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        related = admin.site._registry.get(field.related_model)
        if related is None:
            return list(super().field_choices(field, request, model_admin))
        rows = related.get_queryset(request)
        joined = related.get_list_select_related(request)
        if isinstance(joined, (list, tuple)):
            rows = rows.select_related(*joined)
        return [(str(row.pk), str(row)) for row in rows]


class TypedJSON(json.JSONDecoder):
    """Decode JSON typed into a form. A huge number or very deep nesting is reported as invalid JSON, not as a server error."""

    def decode(self, s: str, *args: Any) -> Any:
        try:
            return super().decode(s, *args)
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(str(error), s, 0) from error


class CourseScopedAdmin(ModelAdmin):
    """An admin for rows of courses. Instructors see the rows of the courses that they teach; administrators see all rows.

    `instructors` is the lookup from a row to the people who teach its course. Only administrators may delete rows. Instructors
    archive them, because students may have worked on them.
    """

    instructors: ClassVar[str] = "course__instructors"
    list_fullwidth = True
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{self.instructors: request.user})

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [
            (name, OwnFieldListFilter)
            if isinstance(name, str) and get_fields_from_path(self.model, name)[-1].is_relation
            else name
            for name in super().get_list_filter(request)
        ]

    def _may_edit(self, request: HttpRequest, obj: models.Model | None) -> bool:
        if not (request.user.is_active and request.user.is_staff):
            return False
        if obj is None or obj.pk is None or request.user.is_superuser:
            return True
        return bool(type(obj)._default_manager.filter(pk=obj.pk, **{self.instructors: request.user}).exists())

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may_edit(request, None)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._may_edit(request, obj)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self._may_edit(request, None)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._may_edit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(request.user.is_superuser)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.JSONField):
            kwargs["decoder"] = TypedJSON
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer only rows that the person may see in their own list."""
        related = admin.site._registry.get(db_field.related_model)
        if "queryset" not in kwargs and isinstance(related, CourseScopedAdmin):
            kwargs["queryset"] = related.get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[no-any-return]


class OwnedInline:
    """An inline in the form of a `CourseScopedAdmin`. It allows everything, because the form checks who may open the row."""

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True
