"""What the forms of single choice and multiple choice questions share."""

from typing import ClassVar

from django.utils.translation import gettext as _

from course_files.merging import Fields
from workspace.question_forms.controls import Choice, Part
from workspace.question_forms.form import QuestionForm
from workspace.question_forms.rows import Mark, Rows

# The limits of the course format.
FEWEST, MOST = 2, 20


def choice_parts(form: QuestionForm, *, only_one: bool) -> dict[str, Part]:
    """Return the rows of choices."""

    def choice(prefix: str, row: str) -> dict[str, Part]:
        return {
            "correct": Mark("choices", row, _("right"), only_one=only_one),
            "text": form.texts(f"{prefix}-text", _("Text"), required=True),
            "feedback": form.texts(f"{prefix}-feedback", _("Feedback")),
            "lesson": Choice(f"{prefix}-lesson", _("Explained in"), form.lessons),
        }

    return {
        "choices": Rows(
            "choices",
            _("Choices"),
            _("Choice"),
            choice,
            least=FEWEST,
            most=MOST,
            start=4,
            add=_("Add a choice"),
            key_from="text",
        )
    }


class ChoicesForm(QuestionForm):
    only_one: ClassVar[bool] = False

    def make_parts(self) -> dict[str, Part]:
        return choice_parts(self, only_one=self.only_one)

    def check(self, record: Fields) -> None:
        correct = sum(choice["correct"] for choice in record["choices"])
        rows = self.parts["choices"]
        assert isinstance(rows, Rows)
        if len(record["choices"]) < FEWEST:
            return
        if self.only_one and correct != 1:
            rows.errors.append(_("A single choice question has exactly one correct choice."))
        elif not correct:
            rows.errors.append(_("A multiple choice question has at least one correct choice."))
