"""Define the states of an enrolment.

They have their own module to avoid a circular import: the query sets of courses and activities need the states, and the
module of enrolments imports courses and activities.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EnrolmentStatus(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("an enrolment", "active")
    WITHDRAWN = "withdrawn", _("withdrawn")
