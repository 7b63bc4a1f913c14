"""Find own texts of a person by their words, for sources of other apps. Each statement is compiled once.

Compiling what two sources ask took more than half of the time of a search.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import StrIndex

from accounts.models import User
from common import languages
from common.database.prepared import Prepared
from search.finding.queries import Query


@dataclass(frozen=True, slots=True)
class OwnText:
    """A row that has all words. `columns` are those that the source asked for; `lesson` is the lesson's name as pages show it."""

    columns: dict[str, Any]
    course: str
    slug: str
    lesson: str


class OwnTexts:
    """The texts of one source. `rows` returns those that a person may read, in their order; they have `folded` and `activity`."""

    def __init__(self, rows: Callable[[User], QuerySet[Any, Any]], *columns: str) -> None:
        self._rows = rows
        self._columns = columns
        # By the number of words, whether one course is asked for, and the most rows.
        self._statements: dict[tuple[int, bool, int], Prepared[Any]] = {}

    def find(self, user: User, query: Query, course: str, most: int) -> list[OwnText]:
        """Return at most so many rows that have all words. `course` is a slug, or "" for all. One query."""
        key = (len(query.words), bool(course), most)
        statement = self._statements.get(key)
        if statement is None:
            statement = self._statements[key] = self._prepare(*key)
        # PostgreSQL refuses a NUL.
        asked = (course.replace("\0", ""),) if course else ()
        return [_read(row) for row in statement.values(user.pk, *query.words, *asked)]

    def _prepare(self, number: int, is_of_course: bool, most: int) -> Prepared[Any]:
        def build(user_id: int, *given: str) -> QuerySet[Any, Any]:
            rows = self._rows(User(pk=user_id))
            for at, word in enumerate(given[:number]):
                # Both are folded, so that letters are compared as they are.
                rows = rows.alias(**{f"at_{at}": StrIndex("folded", Value(word))}).filter(**{f"at_{at}__gt": 0})
            if is_of_course:
                rows = rows.filter(activity__course__slug=given[number])
            titles = {f"title_{code}": F(f"activity__title_{code}") for code in ("ko", "en")}
            named = {"course": F("activity__course__slug"), "slug": F("activity__slug"), "code": F("activity__code")}
            return rows.values(*self._columns, **named, **titles)[:most]

        return Prepared(build, samples=(-1, *(f"word {at}" for at in range(number)), *(["a course"] * is_of_course)))


def _read(row: dict[str, Any]) -> OwnText:
    course, slug, code = row.pop("course"), row.pop("slug"), row.pop("code")
    title = languages.choose({code: row.pop(f"title_{code}") or "" for code in ("ko", "en")})
    return OwnText(row, course, slug, f"{code} {title}".strip())
