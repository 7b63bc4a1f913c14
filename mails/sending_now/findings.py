"""Count where the mails of many students stand, and keep the first of each group to be named.

A finding is stored as JSON: {Standing or SkipReason: {"count": 12, "first": [ids of enrolments]}}.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from courses.models import Course, Enrolment
from mails import planning
from mails.planning import Standing

# So many of each group are named.
NAMED = 50


@dataclass(frozen=True, slots=True)
class Group:
    """Students whose mails stand at the same point. `text` says where in the reader's language; `more` are not named."""

    code: str
    text: str
    count: int
    enrolments: list[Enrolment]

    @property
    def more(self) -> int:
        return self.count - len(self.enrolments)


def add(found: dict[str, Any], codes: Iterable[tuple[int, str]]) -> None:
    """Count more students: (id of the enrolment, code)."""
    for enrolment, code in codes:
        group = found.setdefault(code, {"count": 0, "first": []})
        group["count"] += 1
        if len(group["first"]) < NAMED:
            group["first"].append(enrolment)


def count(found: Mapping[str, Any], code: str) -> int:
    """Return how many students of a finding stand there."""
    return int(found.get(code, {}).get("count", 0))


def groups(found: Mapping[str, Any], course: Course) -> list[Group]:
    """Return the groups of a finding: who gets a mail first, then the largest. One query."""
    ids = [pk for group in found.values() for pk in group["first"]]
    # Only of this course, whatever is stored. Who was deleted is not named any more.
    known = {each.pk: each for each in Enrolment.objects.filter(course=course, pk__in=ids).select_related("user")}
    shown = [
        Group(
            code,
            planning.label(code),
            group["count"],
            [known[pk] for pk in group["first"] if pk in known],
        )
        for code, group in found.items()
    ]
    first = [Standing.GOES.value, Standing.LATER.value]
    return sorted(shown, key=lambda group: (group.code not in first, -group.count, group.code))
