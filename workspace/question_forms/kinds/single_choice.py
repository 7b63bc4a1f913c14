"""The form of a single choice question."""

from workspace.question_forms.choices import ChoicesForm


class SingleChoiceForm(ChoicesForm):
    template = "workspace/question_forms/_single_choice.html"
    only_one = True


FORM = SingleChoiceForm
