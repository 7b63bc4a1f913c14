"""The form of a short answer question."""

from django.utils.translation import gettext as _

from course_files.merging import Fields
from questions import WAITS_IN_CHECK
from workspace.question_forms.answers import AnswersForm
from workspace.question_forms.controls import Choice, Part
from workspace.question_forms.form import at


class ShortAnswerForm(AnswersForm):
    template = "workspace/question_forms/_short_answer.html"

    def make_settings(self) -> dict[str, Part]:
        options = [("reject", _("earns nothing")), ("review", _("waits for a person, who decides"))]
        return {
            "near_misses": Choice(
                "near_misses", _("An answer that is only similar to an accepted one"), options, blank="reject"
            )
        }

    def check(self, record: Fields) -> None:
        super().check(record)
        if self.is_check and self.kind.may_wait(record.get("definition", {})):
            at(self.settings["near_misses"], _(WAITS_IN_CHECK))


FORM = ShortAnswerForm
