"""Provide template filters for forms."""

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def without_placeholder(field: BoundField) -> SafeString:
    """The field's input without a placeholder. allauth repeats the label there, and it disappears while typing."""
    return field.as_widget(attrs={"placeholder": False})
