"""The form of a question kind that has no form of its own."""

from typing import Any

from django.utils.translation import gettext as _

from workspace.question_forms.answers import answer_parts
from workspace.question_forms.choices import choice_parts
from workspace.question_forms.controls import Check, Choice, Line, Number, Part
from workspace.question_forms.form import QuestionForm


class GenericForm(QuestionForm):
    """Offers what all kinds share, the rows that the kind needs, and each setting that is one value.

    Settings with an inner structure cannot be edited here. They are kept as they are.
    """

    template = "workspace/question_forms/_generic.html"

    def make_parts(self) -> dict[str, Part]:
        if self.kind.rows == "choices":
            return choice_parts(self, only_one=False)
        return answer_parts(self) if self.kind.rows == "answers" else {}

    def make_settings(self) -> dict[str, Part]:
        required = self.kind.schema.get("required", [])
        found = {
            name: _control(name, schema, is_required=name in required)
            for name, schema in self.kind.schema.get("properties", {}).items()
        }
        return {name: control for name, control in found.items() if control is not None}


def _control(name: str, schema: dict[str, Any], *, is_required: bool) -> Part | None:
    label = name.replace("_", " ").capitalize()
    if "enum" in schema:
        return Choice(f"setting-{name}", label, [("", _("not set")), *((value, value) for value in schema["enum"])])
    if schema.get("type") == "boolean":
        check = Check(f"setting-{name}", label)
        if is_required:
            # "No" is a value that the definition must contain, not one that it leaves out.
            check.blank = None
        return check
    if schema.get("type") in ("number", "integer"):
        return Number(
            f"setting-{name}",
            label,
            required=is_required,
            least=schema.get("minimum"),
            more_than=schema.get("exclusiveMinimum"),
            most=schema.get("maximum"),
            decimals=0 if schema["type"] == "integer" else None,
        )
    if schema.get("type") == "string":
        return Line(f"setting-{name}", label, limit=schema.get("maxLength", 1000), required=is_required)
    return None
