"""The setting that several kinds share: what an answer that is right in parts earns."""

from django.utils.translation import gettext as _

from workspace.question_forms.controls import Choice


def credit(partial: str) -> Choice:
    """Return the control. `partial` says how the points of a partly right answer are computed."""
    options = [("all", _("all points or none")), ("partial", partial)]
    return Choice("credit", _("A partly right answer earns"), options, blank="all")
