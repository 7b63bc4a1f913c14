"""Read the decision of a person on one answer from what was typed or sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from course_files.files import CONTROL
from course_files.merging import canonical
from questions import Spec
from questions.points import format_points
from quizzes.grading.manual import Decision

# Maximum length of a reviewer's comment in characters.
COMMENT_LIMIT = 5000


def read_decision(spec: Spec, *, points: str, criteria: Mapping[str, str], comment: str) -> Decision | None:
    """Return the decision on the answer to the question `spec`; None if it gives no points.

    A question with a rubric takes `criteria`, {uuid of a line: points}, any other `points`. Raises ValueError with a message.
    """
    comment = canonical(comment)
    rubric = {part["uuid"]: (criteria.get(part["uuid"], ""), part["points"]) for part in spec.get("rubric", [])}
    given = [text for text, _top in rubric.values()] or [points]
    if not any(given):
        if comment:
            raise ValueError(_("A comment needs points beside it."))
        return None
    if not all(given):
        raise ValueError(_("Give points for each line of the rubric; 0 is allowed."))
    if len(comment) > COMMENT_LIMIT:
        raise ValueError(_("The comment is too long: at most %(limit)d characters.") % {"limit": COMMENT_LIMIT})
    if CONTROL.search(comment):
        raise ValueError(_("This text contains a control character."))
    by_line = {uuid: f"{_read_points(text, top):.2f}" for uuid, (text, top) in rubric.items()}
    if by_line:
        return Decision(sum((Decimal(each) for each in by_line.values()), Decimal(0)), by_line, comment)
    return Decision(_read_points(given[0], spec["points"]), {}, comment)


def _read_points(text: str, top: str) -> Decimal:
    """Parse points from 0 to `top`. Raises ValueError with an error message."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= Decimal(top) or value != round(value, 2):
        raise ValueError(
            _("points are a number from 0 to %(top)s, with at most two decimals.") % {"top": format_points(top)}
        )
    return value


@dataclass(frozen=True, slots=True)
class QuickPoints:
    """Points that a grader gives by one key: a digit, h for half of them, f for all."""

    keys: str
    points: str

    @property
    def hint(self) -> str:
        """Return the keys that differ from the points that they give."""
        return " ".join(key for key in self.keys.split() if key != self.points)


def quick_points(top: str) -> list[QuickPoints]:
    """Return the points that have a key, in order: whole numbers up to nine, half of `top`, and `top`."""
    most = Decimal(top)
    keys: dict[Decimal, list[str]] = {Decimal(n): [str(n)] for n in range(10) if n <= most}
    half = (most / 2).quantize(Decimal("0.01"), ROUND_DOWN)
    for key, value in (("h", half), ("f", most)):
        keys.setdefault(value, []).append(key)
    return [QuickPoints(" ".join(names), format_points(value)) for value, names in sorted(keys.items())]
