"""Owns what every admin class shares: who may see which rows, and what "read-only" means."""

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
    """What a page of the admin needs that is no form of one row."""
    return {**model_admin.admin_site.each_context(request), "opts": model_admin.model._meta, "title": title}


def report_sent(request: HttpRequest, outcomes: Iterable[str | None]) -> None:
    """Say what became of mails that a person has sent again; None: it was nothing to send."""
    told = [outcome for outcome in outcomes if outcome is not None]
    sent = told.count("sent")
    messages.info(request, ngettext("%(n)d mail was sent.", "%(n)d mails were sent.", sent) % {"n": sent})
    if failed := len(told) - sent:
        messages.warning(
            request, ngettext("%(n)d mail could not be sent.", "%(n)d mails could not be sent.", failed) % {"n": failed}
        )


class ReadOnlyAdmin(ModelAdmin):
    """Rows that are looked at: nobody adds, changes or deletes them here."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class OwnFieldListFilter(admin.RelatedFieldListFilter):
    """Offers the rows that the person may see in their own list, and reads them with what their names are made of."""

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
    """JSON that somebody types: a number of thousands of digits, or brackets without end, are a fault of it, no error."""

    def decode(self, s: str, *args: Any) -> Any:
        try:
            return super().decode(s, *args)
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(str(error), s, 0) from error


class CourseScopedAdmin(ModelAdmin):
    """Rows that belong to a course: an instructor sees those of the courses they teach, an administrator all.

    `instructors` is the lookup from the row to the people who teach its course. Deleting is an administrator's: what
    students have worked on is archived instead.
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

    def _owns(self, request: HttpRequest, obj: models.Model | None) -> bool:
        if not (request.user.is_active and request.user.is_staff):
            return False
        if obj is None or obj.pk is None or request.user.is_superuser:
            return True
        return bool(type(obj)._default_manager.filter(pk=obj.pk, **{self.instructors: request.user}).exists())

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._owns(request, None)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._owns(request, obj)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self._owns(request, None)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._owns(request, obj)

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
    """An inline of a row that `CourseScopedAdmin` lets somebody edit: whoever edits the row edits its parts."""

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True
