"""The form of a hand-in question."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from course_files.merging import Fields
from questions.kinds.hand_in import FILE_TYPES, MAX_FILES
from workspace.question_forms.controls import Check, Data, Fault, Number, Part
from workspace.question_forms.form import MOST_POINTS, QuestionForm, at
from workspace.question_forms.limits import TEXT_LIMIT, limits_of
from workspace.question_forms.rows import Rows


class Files(Part):
    """How many files a student may upload, and of which types."""

    template = "workspace/question_forms/parts/_files.html"

    def __init__(self) -> None:
        self.blank: dict[str, Any] = {}
        self.most = Number(
            "files-max",
            _("Files at most"),
            least=0,
            most=MAX_FILES,
            decimals=0,
            help_text=_("Empty or 0: no files. Each has at most 10 MB."),
        )
        self.types = [Check(f"files-type-{name}", name) for name in FILE_TYPES]

    @property
    def id(self) -> str:
        return self.most.id

    def fill(self, value: Mapping[str, Any]) -> None:
        self.most.fill(value.get("max"))
        for check in self.types:
            check.fill(check.label in value.get("types", []))

    def read(self, data: Data) -> None:
        self.most.read(data)
        for check in self.types:
            check.read(data)

    def clean(self) -> dict[str, Any]:
        most = self.most.clean() or 0
        types = [check.label for check in self.types if check.is_checked]
        if not most and not types:
            return {}
        return {"max": most, "types": types} if types else {"max": most}

    def faults(self, place: str = "") -> Iterator[Fault]:
        return self.most.faults(place)

    @property
    def is_blank(self) -> bool:
        return self.most.is_blank and not any(check.is_checked for check in self.types)


class HandInForm(QuestionForm):
    """The points of the question are those of its criteria together, so the author sets only these."""

    template = "workspace/question_forms/_hand_in.html"
    has_points: ClassVar[bool] = False

    def make_settings(self) -> dict[str, Part]:
        def criterion(prefix: str, row: str) -> dict[str, Part]:
            return {
                "text": self.texts(f"{prefix}-text", _("What is graded"), required=True, limit=TEXT_LIMIT),
                "points": Number(
                    f"{prefix}-points", _("Points"), required=True, more_than=0, most=MOST_POINTS, decimals=2
                ),
            }

        return {
            "rubric": Rows(
                "rubric",
                _("Criteria"),
                _("Criterion"),
                criterion,
                **limits_of(self.kind, "rubric"),
                start=2,
                add=_("Add a criterion"),
                key_from="text",
                help_text=_("Students see them. Together their points are the points of the question."),
            ),
            "text": Check("takes_text", _("Students write a text"), blank=True),
            "files": Files(),
            "notes": self.texts(
                "notes", _("Notes for graders"), limit=TEXT_LIMIT, help_text=_("Students never see them.")
            ),
        }

    def points_of(self, definition: Mapping[str, Any]) -> Decimal:
        """Return the sum of the criteria's points, each rounded as the kind rounds it."""
        points = (Decimal(f"{Decimal(str(row['points'] or 0)):.2f}") for row in definition.get("rubric", []))
        return sum(points, Decimal(0))

    def check(self, record: Fields) -> None:
        definition = record["definition"]
        if Decimal(record["points"]) > Decimal(str(MOST_POINTS)):
            at(self.settings["rubric"], _("Together they are more than %(limit)s points.") % {"limit": MOST_POINTS})
        files = self.settings["files"]
        assert isinstance(files, Files)
        has_files = bool(definition.get("files", {}).get("max"))
        if "text" in definition and not has_files:
            at(self.settings["text"], _("A hand-in takes a text, files, or both."))
        if not has_files and definition.get("files"):
            at(files.most, _("You have chosen types of files. Say how many files a student may upload."))


FORM = HandInForm
