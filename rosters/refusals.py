"""Define the refusal of a file that is no list of students."""

from django.utils.translation import gettext_lazy

from common.errors import DomainError


class RosterError(DomainError):
    slug = "invalid-roster"
    help = gettext_lazy("The file cannot be read as a list of students. Nothing was imported.")
