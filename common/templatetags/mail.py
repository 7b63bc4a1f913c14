"""Add a filter for texts of people in mails."""

from django import template

from common.mail import text

register = template.Library()


@register.filter
def isolated(value: object) -> str:
    """Return a name for a sentence of a mail: on one line, and without effect on the direction of the text around it."""
    return text.isolated(str(value))
