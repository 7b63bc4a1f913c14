"""The form of one question: what all kinds share. `workspace/question_forms/kinds/` has what is special to a kind."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from common.files import schema
from common.markup import markdown
from course_files.merging import Fields
from course_files.quizzes.parsing import explain_question_fault
from questions import KINDS, WAITS_IN_CHECK
from questions.points import format_points
from quizzes.authoring.models import Question
from workspace.question_forms.controls import Choice, Control, Data, Fault, Number, Part, Texts
from workspace.question_forms.keeping import keep
from workspace.question_forms.rows import Rows, find_operation

# The limit of the course format.
MOST_POINTS = 9999.99
# As in the schema of the course format.
MOST_OBJECTIVES = 20


class QuestionForm:
    """The form of one question.

    `fields` is the record that is edited, or None for a new question. `data` is what a browser sent, or None for the first
    look. `parts` and `last` are the form's parts by the name of the record's field, `settings` those of its definition.
    """

    template: ClassVar[str]

    def __init__(
        self,
        kind: str,
        fields: Fields | None,
        *,
        languages: Sequence[str],
        lessons: Sequence[tuple[str, str]] = (),
        pools: Sequence[str] = (),
        is_check: bool = False,
        data: Data | None = None,
        resolver: markdown.Resolver | None = None,
    ) -> None:
        self.kind = KINDS[kind]
        self.kind_name = kind
        self.kind_label = _(self.kind.label)
        self.original = fields
        self.languages = list(languages)
        self.is_check = is_check
        self.resolver = resolver
        self.lessons = [("", _("none")), *lessons]
        self._known_lessons()
        # Faults of the question as a whole.
        self.errors: list[str] = []
        text = self.texts("text", _("Question"), required=True, lines=4, help_text=self.text_help())
        self.parts: dict[str, Part] = {"text": text, **self.make_parts()}
        self.settings: dict[str, Part] = self.make_settings()
        # Parts that come last in the page.
        self.last: dict[str, Part] = {**self._make_feedback(), **self._make_facts(pools)}
        self._share_keys()
        self.fill(fields or self.new_record())
        self.is_bound = data is not None
        self.operation = find_operation(data) if isinstance(data, Mapping) else None
        if data is not None:
            self.read(data)

    def _make_feedback(self) -> dict[str, Part]:
        if self.kind.rows == "choices":
            return {}
        return {
            "feedback_correct": self.texts("feedback-correct", _("Feedback on a right answer")),
            "feedback_incorrect": self.texts("feedback-incorrect", _("Feedback on a wrong answer")),
        }

    def _make_facts(self, pools: Sequence[str]) -> dict[str, Part]:
        facts: dict[str, Part] = {}
        if self.has_points:
            facts["points"] = Number("points", _("Points"), required=True, more_than=0, most=MOST_POINTS, decimals=2)
        facts["lesson"] = Choice(
            "lesson", _("Explained in"), self.lessons, help_text=_("Where a student can read it again.")
        )
        facts["objective"] = Number(
            "objective",
            _("Objective"),
            least=1,
            most=MOST_OBJECTIVES,
            decimals=0,
            help_text=_("Which objective of that lesson it tests: 1 is the first. Students do not see it."),
        )
        facts["level"] = Choice(
            "level",
            _("Level"),
            [("", _("none")), *((level.value, str(level.label)) for level in Question.Level)],
            help_text=_("What an answer takes. Students do not see it."),
        )
        # The questions of a lesson check are drawn from no pool.
        if not self.is_check or (self.original or {}).get("pool"):
            facts["pool"] = Choice(
                "pool",
                _("Pool"),
                [("", _("none")), *((pool, pool) for pool in pools)],
                help_text=_(
                    "Of a pool's questions each attempt gets some. Without a pool every attempt has this question."
                ),
            )
        return facts

    # What a kind may say.

    # Whether the author sets the points. Otherwise the form computes them from its parts.
    has_points: ClassVar[bool] = True

    def make_parts(self) -> dict[str, Part]:
        """Return further parts by the name of the record's field."""
        return {}

    def make_settings(self) -> dict[str, Part]:
        """Return the parts of the definition by the name of the property."""
        return {}

    def text_help(self) -> str:
        return ""

    def new_record(self) -> Fields:
        """Return what a new question begins with."""
        return {"kind": self.kind_name, "points": "1.00"}

    def check(self, record: Fields) -> None:
        """Add faults that concern several parts, each at its place."""

    # What a view uses.

    @property
    def is_row_operation(self) -> bool:
        """Whether a button for rows was pressed. The form is then to be shown again; nothing is to be saved."""
        return self.operation is not None

    def is_valid(self) -> bool:
        """Return whether the question can be saved as it was sent."""
        return self.is_bound and not self.is_row_operation and self.record is not None and not self.faults

    def fields_of_record(self) -> Fields:
        """Return the record as it was sent. The form must be valid."""
        if not self.is_valid() or self.record is None:
            raise ValueError("The form is not valid.")
        return self.record

    @cached_property
    def record(self) -> Fields | None:
        """The record as it was sent, with its faults in `faults`; None if it was not sent or cannot be one."""
        if not self.is_bound or self.is_row_operation:
            return None
        record: Fields = self.clean()
        if self.original is not None:
            record = dict(keep(self.original, self._shown(), record))
        # A record without settings has no definition at all.
        if not record.get("definition"):
            record.pop("definition", None)
        if not any(True for _fault in self._faults_of_parts()):
            self._check_whole(record)
        return record

    @property
    def faults(self) -> list[Fault]:
        """All faults, those of the whole question first."""
        # Reading the record finds the faults.
        if self.record is None and not self.is_bound:
            return []
        return [*(Fault("", "", message) for message in self.errors), *self._faults_of_parts()]

    # How it works.

    def texts(self, name: str, label: str, **options: Any) -> Texts:
        return Texts(name, label, self.languages, resolver=self.resolver, **options)

    def fill(self, fields: Fields) -> None:
        definition = fields.get("definition", {})
        for name, part in self.settings.items():
            part.fill(definition.get(name, part.blank))
        for name, part in {**self.parts, **self.last}.items():
            part.fill(_field(fields, name, part.blank))

    def read(self, data: Data) -> None:
        for part in self.all_parts():
            part.read(data)
        if self.operation is not None:
            self.operate()

    def operate(self) -> None:
        """Apply the operation of the button that was pressed."""
        for part in self.all_parts():
            if isinstance(part, Rows) and self.operation is not None and part.name == self.operation.rows:
                part.operate(self.operation)

    def all_parts(self) -> Iterator[Part]:
        yield from self.parts.values()
        yield from self.settings.values()
        yield from self.last.values()

    def clean(self) -> Fields:
        """Return the record that stands in the form, and collect the faults of its parts."""
        values = {name: part.clean() for name, part in {**self.parts, **self.last}.items()}
        settings = {name: part.clean() for name, part in self.settings.items()}
        definition = {name: value for name, value in settings.items() if value != self.settings[name].blank}
        record: Fields = {
            "kind": self.kind_name,
            "points": f"{values.get('points') or self.points_of(definition):.2f}",
            "lesson": values["lesson"],
            "text": values["text"],
            "archived": bool(self.original and self.original.get("archived")),
        }
        record["definition"] = definition
        record |= {name: values[name] for name in ("pool", "objective", "level") if values.get(name)}
        if "feedback_correct" in values:
            record["feedback"] = {name: values[f"feedback_{name}"] for name in ("correct", "incorrect")}
        record |= {name: values[name] for name in ("choices", "accept", "known_wrong") if name in values}
        self.check(record)
        return record

    def points_of(self, definition: Mapping[str, Any]) -> Decimal:
        """Return the points of a question whose points its author does not set."""
        return Decimal(0)

    def _shown(self) -> Fields:
        """Return what the form makes of the record if nothing is edited."""
        again = type(self)(
            self.kind_name, self.original, languages=self.languages, lessons=self.lessons[1:], is_check=self.is_check
        )
        return again.clean()

    def _check_whole(self, record: Fields) -> None:
        """Add what the schema and the kind find. Most of it has been said at its place before."""
        definition = record.get("definition", {})
        if schema.faults_by(definition, self.kind.schema):
            self.errors.append(_("Some settings of this kind of question are missing or not allowed."))
        elif fault := explain_question_fault(record):
            self.errors.append(fault)
        elif self.is_check and self.kind.may_wait(definition):
            self.errors.append(_(WAITS_IN_CHECK))

    def _faults_of_parts(self) -> Iterator[Fault]:
        for part in self.all_parts():
            yield from part.faults()

    def _known_lessons(self) -> None:
        """Offer the lessons that the record names, even if they would not be offered anew."""
        fields = self.original or {}
        named = [fields.get("lesson", ""), *(choice["lesson"] for choice in fields.get("choices", []))]
        known = dict(self.lessons)
        self.lessons += [(name, name) for name in dict.fromkeys(named) if name not in known]

    def _share_keys(self) -> None:
        """Make keys unique in the question, not only among the rows of one part."""
        taken: set[str] = set()
        for part in self.all_parts():
            if isinstance(part, Rows):
                part.taken = taken


def _field(fields: Fields, name: str, blank: Any) -> Any:
    """Return a field of a record for the form; "feedback_correct" is a field inside of another."""
    if name.startswith("feedback_"):
        return fields.get("feedback", {}).get(name.removeprefix("feedback_"), blank)
    if name == "points":
        return format_points(fields["points"])
    return fields.get(name, blank)


def at(control: Part, message: str) -> None:
    """Add a fault to a control, unless it has it already."""
    if isinstance(control, Control | Rows) and message not in control.errors:
        control.errors.append(message)
