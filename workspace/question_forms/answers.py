"""The form of questions whose key is a list of accepted answers: short answers."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from course_files.merging import Fields
from questions.comparing.short_answers import normalise
from workspace.question_forms.controls import Line, Lines, Part
from workspace.question_forms.form import QuestionForm, at
from workspace.question_forms.rows import Row, Rows

# The limits of the course format. It has none for groups of wrong answers and the answers in them.
LONGEST_ANSWER, MOST_ANSWERS = 200, 100
# So many groups, and lines of one, are offered; a question that has more keeps them.
MOST_GROUPS = 50


class Accepted(Rows):
    """Accepted answers. A record has a list of texts, without keys."""

    def unpack(self, value: Any) -> Sequence[Mapping[str, Any]]:
        return [{"text": text} for text in value]

    def pack(self, rows: list[tuple[Row, dict[str, Any]]]) -> Any:
        return [values["text"] for _row, values in rows]


class KnownWrong(Rows):
    """Groups of wrong answers with a feedback of their own."""

    def pack(self, rows: list[tuple[Row, dict[str, Any]]]) -> Any:
        # The database stores no groups: neighbours with the same feedback would be read as one.
        groups = groupby((values for _row, values in rows), key=lambda values: values["feedback"])
        return [
            {"answers": [answer for values in group for answer in values["answers"]], "feedback": feedback}
            for feedback, group in groups
        ]


def answer_parts(form: QuestionForm) -> dict[str, Part]:
    """Return the rows of accepted and of known wrong answers."""

    def accepted(prefix: str, row: str) -> dict[str, Part]:
        return {"text": Line(f"{prefix}-text", _("Accepted answer"), limit=LONGEST_ANSWER, required=True)}

    stored = (form.original or {}).get("known_wrong", [])
    most_lines = max([MOST_ANSWERS, *(len(group["answers"]) for group in stored)])

    def known_wrong(prefix: str, row: str) -> dict[str, Part]:
        return {
            "answers": Lines(
                f"{prefix}-answers",
                _("Wrong answers, one a line"),
                limit=LONGEST_ANSWER,
                most=most_lines,
                required=True,
            ),
            "feedback": form.texts(f"{prefix}-feedback", _("Feedback")),
        }

    return {
        "accept": Accepted(
            "accept",
            _("Accepted answers"),
            _("Answer"),
            accepted,
            least=1,
            most=MOST_ANSWERS,
            start=2,
            add=_("Add an answer"),
            help_text=_(
                "Spaces, hyphens, case, particles and a sentence around the term do not count. List other words for it."
            ),
        ),
        "known_wrong": KnownWrong(
            "known_wrong",
            _("Known wrong answers"),
            _("Group"),
            known_wrong,
            least=0,
            most=max(MOST_GROUPS, len(stored)),
            start=0,
            add=_("Add a group"),
            help_text=_("Wrong answers that many give, with a feedback that says what is wrong with them."),
        ),
    }


class AnswersForm(QuestionForm):
    def make_parts(self) -> dict[str, Part]:
        return answer_parts(self)

    def check(self, record: Fields) -> None:
        accept, wrong = self.parts["accept"], self.parts["known_wrong"]
        assert isinstance(accept, Rows)
        assert isinstance(wrong, Rows)
        accepted: set[str] = set()
        for row in accept.rows:
            line = row.parts["text"]
            if isinstance(line, Line) and not row.is_blank:
                accepted.add(normalise(line.raw))
                if not normalise(line.raw):
                    at(line, _("An accepted answer is empty once spaces and hyphens are left out."))
        for row in wrong.rows:
            lines = row.parts["answers"]
            if isinstance(lines, Lines) and accepted & {normalise(text) for text in lines.raw.splitlines()} - {""}:
                at(lines, _("A text is listed as accepted and as wrong."))
