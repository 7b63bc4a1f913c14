"""Template words of forms."""

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def without_placeholder(field: BoundField) -> SafeString:
    """The field's input. allauth repeats the label as a placeholder, which vanishes when one types."""
    return field.as_widget(attrs={"placeholder": False})
