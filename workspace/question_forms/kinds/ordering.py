"""The form of an ordering question."""

from django.utils.translation import gettext as _

from workspace.question_forms.controls import Part
from workspace.question_forms.credit import credit
from workspace.question_forms.form import QuestionForm
from workspace.question_forms.limits import TEXT_LIMIT, limits_of
from workspace.question_forms.rows import Rows


class OrderingForm(QuestionForm):
    template = "workspace/question_forms/_ordering.html"

    def make_settings(self) -> dict[str, Part]:
        def item(prefix: str, row: str) -> dict[str, Part]:
            return {"text": self.texts(f"{prefix}-text", _("Text"), required=True, limit=TEXT_LIMIT, lines=1)}

        return {
            "items": Rows(
                "items",
                _("Items in the right order"),
                _("Item"),
                item,
                **limits_of(self.kind, "items"),
                start=3,
                add=_("Add an item"),
                key_from="text",
                help_text=_("Students see them in another order."),
            ),
            "credit": credit(_("its share: the part of the items at their own place")),
        }


FORM = OrderingForm
