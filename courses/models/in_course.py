"""Define the rule that a row of a course refers only to rows of the same course, and never moves to another one."""

from functools import cache
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _


class InCourse(models.Model):
    """A model whose rows belong to a course. `course_path` is the lookup from a row to its course ("pk" for courses)."""

    course_path: ClassVar[str] = "course"

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        check_same_course(self)


def find_course_id(row: models.Model | None, path: str) -> Any:
    """Return the id of the course to which `path` leads from the row, None if a row on the way is missing."""
    *through, last = path.split("__")
    try:
        for name in through:
            row = getattr(row, name)
    except ObjectDoesNotExist:
        return None
    return None if row is None else getattr(row, "pk" if last == "pk" else f"{last}_id")


def check_same_course(row: InCourse) -> None:
    """Raise ValidationError if the row refers to a row of another course, or has moved to another course.

    What was wrong before and has not changed is no error of a field: the form that is being saved may not contain it.
    """
    path = type(row).course_path
    course = find_course_id(row, path)
    if path == "pk" or course is None:
        return
    stored: InCourse | None = None if row._state.adding else type(row)._base_manager.filter(pk=row.pk).first()
    errors: dict[str, list[str]] = {}
    if stored is not None and find_course_id(stored, path) != course:
        errors[path.split("__")[0]] = [_("This cannot move to another course.")]
    for field in _other_references(type(row)):
        if _is_foreign(row, field, course):
            if stored is None or getattr(stored, field.attname) != getattr(row, field.attname) or errors:
                errors.setdefault(field.name, []).append(_("This belongs to another course."))
            else:
                text = _("%(field)s: this belongs to another course.") % {"field": capfirst(str(field.verbose_name))}
                errors.setdefault(NON_FIELD_ERRORS, []).append(text)
    if errors:
        raise ValidationError(errors)


@cache
def _other_references(model: type[InCourse]) -> list[Any]:
    """Return the foreign keys to rows of courses, without the one that says to which course the row belongs."""
    own = model.course_path.split("__")[0]
    found: list[Any] = [field for field in model._meta.concrete_fields if field.is_relation and field.editable]
    return [field for field in found if field.name != own and issubclass(field.related_model, InCourse)]


def _is_foreign(row: InCourse, field: Any, course: Any) -> bool:
    if getattr(row, field.attname) is None:
        return False
    other = find_course_id(getattr(row, field.name), field.related_model.course_path)
    return other is not None and other != course
