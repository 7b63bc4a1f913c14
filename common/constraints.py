"""Sentences for constraints of the database that several models share. Without one, Django would show a constraint's name."""

from django.utils.translation import gettext_lazy as _

UNKNOWN_VALUE = _("This value cannot be chosen.")
NEGATIVE = _("A number is negative.")
ABOVE_100 = _("A percentage is at most 100.")
