"""The form of a numeric question."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from course_files.merging import Fields
from questions import KINDS
from workspace.question_forms.controls import Check, Line, Number, Part
from workspace.question_forms.form import QuestionForm, at
from workspace.question_forms.rows import Row, Rows

_SCHEMA = KINDS["numeric"].schema["properties"]
LONGEST_UNIT: int = _SCHEMA["unit"]["maxLength"]
MOST_UNITS: int = _SCHEMA["units"]["maxProperties"]


class Units(Rows):
    """Other units. A record has {unit: factor}, without keys."""

    def unpack(self, value: Any) -> Sequence[Mapping[str, Any]]:
        return [{"name": name, "factor": factor} for name, factor in value.items()]

    def pack(self, rows: list[tuple[Row, dict[str, Any]]]) -> Any:
        units: dict[str, Any] = {}
        for row, values in rows:
            if values["name"] in units:
                at(row.parts["name"], _("This unit stands here twice."))
            units[values["name"]] = values["factor"]
        return units


class NumericForm(QuestionForm):
    template = "workspace/question_forms/_numeric.html"

    def make_settings(self) -> dict[str, Part]:
        def unit(prefix: str, row: str) -> dict[str, Part]:
            return {
                "name": Line(f"{prefix}-name", _("Unit"), limit=LONGEST_UNIT, required=True),
                "factor": Number(
                    f"{prefix}-factor",
                    _("One of it is how many of the unit above"),
                    required=True,
                    more_than=0,
                ),
            }

        units = Units(
            "units",
            _("Other units"),
            _("Unit"),
            unit,
            least=0,
            most=MOST_UNITS,
            start=0,
            add=_("Add a unit"),
            help_text=_("An answer in one of them is converted: with the unit ms, s is 1000."),
        )
        units.blank = {}
        return {
            "value": Number("value", _("Right value"), required=True),
            "tolerance": Number(
                "tolerance",
                _("Tolerance (±)"),
                least=0,
                help_text=_("Empty: only exactly the right value is accepted."),
            ),
            "unit": Line(
                "unit", _("Unit"), limit=LONGEST_UNIT, help_text=_("Students see it beside the field. Empty: none.")
            ),
            "unit_text": self.texts(
                "unit-text",
                _("The unit in each language"),
                limit=LONGEST_UNIT,
                lines=1,
                help_text=_("What students see instead of it. An answer may have any of them."),
            ),
            "unit_required": Check("unit_required", _("Students must write the unit")),
            "units": units,
        }

    def check(self, record: Fields) -> None:
        definition = record["definition"]
        needs_unit = any(definition.get(name) for name in ("units", "unit_required", "unit_text"))
        if needs_unit and not definition.get("unit"):
            at(self.settings["unit"], _("Other units, or a required one, need the unit of the value."))


FORM = NumericForm
