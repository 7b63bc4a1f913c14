"""The form of a multiple choice question."""

from django.utils.translation import gettext as _

from workspace.question_forms.choices import ChoicesForm
from workspace.question_forms.controls import Part
from workspace.question_forms.credit import credit


class MultipleChoiceForm(ChoicesForm):
    template = "workspace/question_forms/_multiple_choice.html"

    def make_settings(self) -> dict[str, Part]:
        return {"credit": credit(_("its share: the part of the right choices less the part of the wrong ones"))}


FORM = MultipleChoiceForm
