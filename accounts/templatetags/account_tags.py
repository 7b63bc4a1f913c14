"""Provide template filters for forms."""

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Return whether the field's widget is a checkbox."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def without_placeholder(field: BoundField) -> SafeString:
    """Return the HTML of the input without a placeholder. allauth repeats the label there, and typing hides it."""
    return field.as_widget(attrs={"placeholder": False})
