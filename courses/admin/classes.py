"""Define the base classes of the admin for rows of courses: who sees, adds and changes them is asked of `courses.roles.rules`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from courses.models import InCourse
from courses.models.in_course import find_course_id
from courses.roles import rules
from courses.roles.rules import Permission

# A row, the id of one (unfold passes what stands in the address), or None: any course.
Row = models.Model | str | int | None


class OwnFieldListFilter(admin.RelatedFieldListFilter):
    """A list filter that offers only rows that the person may see.

    The relations in `list_select_related` of their admin are fetched in the same query, because the rows' names may use them.
    """

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        model = field.related_model
        if not issubclass(model, InCourse):
            return list(super().field_choices(field, request, model_admin))
        rows = _with_names(request, model, rules.may(request.user, model_admin.may_view, model.course_path))
        return [(str(row.pk), str(row)) for row in rows]


def _with_names(request: HttpRequest, model: type[InCourse], condition: models.Q) -> models.QuerySet[Any]:
    """Return rows with what their names are made of, so that a list of choices is one query."""
    rows = model._default_manager.filter(condition)
    related = admin.site._registry.get(model)
    joined = related.get_list_select_related(request) if related else ()
    return rows.select_related(*joined) if isinstance(joined, (list, tuple)) else rows


@dataclass(slots=True)
class _Known:
    """What a request has found out: the admin asks about the same row a dozen times while it makes one page."""

    permissions: rules.Permissions
    # {(model, id of a row): id of its course}
    courses: dict[tuple[type[InCourse], str], int | None] = field(default_factory=dict)


def _get_known(request: HttpRequest) -> _Known:
    known: _Known | None = request.__dict__.get("_course_permissions")
    if known is None:
        known = request.__dict__["_course_permissions"] = _Known(rules.get_permissions(request.user))
    return known


def _find_course_id(model: type[InCourse], pk: Any, row: models.Model | None) -> int | None:
    """Return the id of the row's course as it is stored. No query if the row came with what leads to its course."""
    if isinstance(row, model):
        *through, _last = model.course_path.split("__")
        loaded: Any = row
        for name in through:
            loaded = loaded._state.fields_cache.get(name) if loaded is not None else None
        if loaded is not None:
            course_id: int | None = find_course_id(row, model.course_path)
            return course_id
    try:
        found: int | None = model._default_manager.filter(pk=pk).values_list(model.course_path, flat=True).first()
    except (TypeError, ValueError):
        # Not the id of any row: unfold passes what stands in the address.
        return None
    return found


class ScopedChoices:
    """Forms of rows of courses: choices are rows of the courses in which the person may save the form."""

    def get_choice_permission(self) -> Permission:
        raise NotImplementedError

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        model = db_field.related_model
        if "queryset" not in kwargs and issubclass(model, InCourse):
            condition = rules.may(request.user, self.get_choice_permission(), model.course_path)
            kwargs["queryset"] = _with_names(request, model, condition)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc,no-any-return]  # of the class beside


class CourseScopedAdmin(ScopedChoices, ModelAdmin):
    """An admin for rows of courses.

    `may_view`, `may_add` and `may_change` are what somebody must be permitted in a row's course. Only administrators may
    delete rows. Others archive them, because students may have worked on them.

    An action of the list names its permission, as Django's actions do: `@admin.action(permissions=["grade"])`. It then gets
    only rows of courses in which the person has it.
    """

    model: type[InCourse]
    may_view: ClassVar[Permission] = Permission.READ
    may_add: ClassVar[Permission] = Permission.EDIT
    may_change: ClassVar[Permission] = Permission.EDIT
    list_fullwidth = True
    # A row takes 2 ms. A list says how many rows it found, and not of how many: counting takes as long as finding.
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True

    def get_choice_permission(self) -> Permission:
        return self.may_change

    def rows_where(self, request: HttpRequest, permission: Permission) -> models.QuerySet[Any]:
        """Return the rows of the courses in which the person may do what `permission` says."""
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.filter(rules.may(request.user, permission, self.model.course_path))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return self.rows_where(request, self.may_view)

    def get_ordering(self, request: HttpRequest) -> Any:
        # Pages of rows need an order; lists add one themselves, autocomplete does not.
        return super().get_ordering(request) or (() if self.model._meta.ordering else ("-pk",))

    def get_row_or_404(
        self, request: HttpRequest, pk: int, permission: Permission, rows: models.QuerySet[Any] | None = None
    ) -> Any:
        """Return the row of `rows` (all, if None). 404 if the person may not see it, 403 if they lack the permission."""
        rows = self.model._default_manager.all() if rows is None else rows
        row = get_object_or_404(rows.filter(rules.may(request.user, self.may_view, self.model.course_path)), pk=pk)
        if not self.may(request, permission, row):
            raise PermissionDenied
        return row

    def may(self, request: HttpRequest, permission: Permission, row: Row = None) -> bool:
        """Return whether the person may do what `permission` says with the row; with any row if it is None or new."""
        known = _get_known(request)
        pk = row.pk if isinstance(row, models.Model) else row
        if pk is None:
            return permission in known.permissions.anywhere()
        key = (self.model, str(pk))
        if key not in known.courses and not known.permissions.is_administrator:
            # The first time, a form has not changed the row yet.
            loaded = row if isinstance(row, models.Model) else None
            known.courses[key] = _find_course_id(self.model, pk, loaded)
        return permission in known.permissions.in_course(known.courses.get(key))

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [
            (name, OwnFieldListFilter)
            if isinstance(name, str) and get_fields_from_path(self.model, name)[-1].is_relation
            else name
            for name in super().get_list_filter(request)
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        # Staff without a course see empty lists.
        return self.has_module_permission(request) if obj is None else self.may(request, self.may_view, obj)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.may(request, self.may_add)

    def has_change_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self.may(request, self.may_change, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return bool(request.user.is_superuser)

    # The names by which actions ask. `obj` is None for an action of the list.

    def has_grade_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self.may(request, Permission.GRADE, obj)

    def has_edit_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self.may(request, Permission.EDIT, obj)

    def has_regrade_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self.may(request, Permission.REGRADE, obj)

    def has_schedule_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self.may(request, Permission.SCHEDULE, obj)

    def has_enrol_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self.may(request, Permission.ENROL, obj)

    def has_manage_roles_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self.may(request, Permission.MANAGE_ROLES, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {
            name: (_limited(function), name, description)
            for name, (function, _name, description) in super().get_actions(request).items()
        }

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        asked = {name for name in request.POST.getlist("action") if name}
        # Django would answer that no action was chosen.
        if asked - self.get_actions(request).keys():
            raise PermissionDenied
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer


def _limited(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give an action only the rows for which the person has its permission, and say how many others there were."""
    names: Iterable[str] = getattr(function, "allowed_permissions", ())
    needed = [Permission(name) for name in names if name in Permission.values]

    @wraps(function)
    def limited(model_admin: CourseScopedAdmin, request: HttpRequest, rows: models.QuerySet[Any]) -> Any:
        permitted = rows
        for permission in needed:
            permitted = permitted.filter(rules.may(request.user, permission, model_admin.model.course_path))
        left_out = 0 if request.user.is_superuser else rows.count() - permitted.count()
        if left_out:
            messages.warning(
                request,
                ngettext(
                    "%(n)d row was left out: your role in its course does not permit this.",
                    "%(n)d rows were left out: your role in their courses does not permit this.",
                    left_out,
                )
                % {"n": left_out},
            )
        return function(model_admin, request, permitted)

    return limited


class OwnedInline(ScopedChoices):
    """An inline in the form of a `CourseScopedAdmin`. It allows everything, because the form checks who may open the row.

    Django shows it read-only to those who may only see the form.
    """

    parent_model: type[models.Model]

    def get_choice_permission(self) -> Permission:
        return cast("CourseScopedAdmin", admin.site._registry[self.parent_model]).may_change

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True
