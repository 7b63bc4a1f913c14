"""The form of a matching question."""

from django.utils.translation import gettext as _

from workspace.question_forms.controls import Part
from workspace.question_forms.credit import credit
from workspace.question_forms.form import QuestionForm
from workspace.question_forms.limits import TEXT_LIMIT, limits_of
from workspace.question_forms.rows import Rows


class MatchingForm(QuestionForm):
    template = "workspace/question_forms/_matching.html"

    def make_settings(self) -> dict[str, Part]:
        def pair(prefix: str, row: str) -> dict[str, Part]:
            return {
                "left": self.texts(f"{prefix}-left", _("Left side"), required=True, limit=TEXT_LIMIT, lines=1),
                "right": self.texts(f"{prefix}-right", _("Right side"), required=True, limit=TEXT_LIMIT, lines=1),
            }

        def distractor(prefix: str, row: str) -> dict[str, Part]:
            return {"text": self.texts(f"{prefix}-text", _("Text"), required=True, limit=TEXT_LIMIT, lines=1)}

        return {
            "pairs": Rows(
                "pairs",
                _("Pairs"),
                _("Pair"),
                pair,
                **limits_of(self.kind, "pairs"),
                start=3,
                add=_("Add a pair"),
                key_from="left",
                help_text=_("Students choose the right side of each left side from a list."),
            ),
            "distractors": Rows(
                "distractors",
                _("Right sides that belong to nothing"),
                _("Distractor"),
                distractor,
                **limits_of(self.kind, "distractors"),
                start=0,
                add=_("Add a distractor"),
                key_from="text",
                help_text=_("They stand in the list beside the right ones."),
            ),
            "credit": credit(_("its share: the part of the right pairs")),
        }


FORM = MatchingForm
