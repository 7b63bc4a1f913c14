"""Find the passages that somebody may read and that have all words: titles and terms first, then the last visited course.

The grams of the words say which passages may have them. Those are read from the first on, until there are enough.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from common import languages
from common.database.prepared import Prepared
from courses.lessons import reading
from courses.models import Activity, Enrolment
from search.finding.matching import best_line, has_all
from search.finding.queries import Query
from search.finding.snippets import Snippet, cut
from search.finding.statements import PreparedLists
from search.indexing import grams
from search.models import MOST_PASSAGES, CourseIndex, Grams, Passage, place_of

# More hits than these help nobody: the answer says that there are more, and that more words find fewer.
MOST = 60
# Passages that are read at once: one more than are shown says that there are more.
_BATCH = MOST + 1
# Grams that are looked up. They only choose which passages are read, so that a few are enough.
_MOST_GRAMS = 4
# How often passages are read: not all that have the grams have the words.
_MOST_ROUNDS = 3
# The courses that were visited last are looked at first. If they have enough, the others are not looked at.
_FIRST = 5


@dataclass(frozen=True, slots=True)
class Readable:
    """The index of a course that somebody may read."""

    pk: int
    title_count: int
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class LessonRef:
    """A lesson, as far as hits show it. Rows of models would take longer to make than to find."""

    uuid: UUID
    slug: str
    code: str
    title: str
    kind: str = Activity.Kind.LESSON


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as it is read: see `search.models.Passage`."""

    kind: str
    heading: str
    language: str
    text: str
    lesson: LessonRef | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that has all words. `anchor` names the block of the lesson (`courses.lessons.blocks`), "" for other kinds.

    `section` is the heading above the block.
    """

    kind: str
    course: Readable
    lesson: LessonRef | None
    title: str
    section: str
    anchor: str
    language: str
    snippet: Snippet
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that were found. `is_cut`: there may be more than these."""

    words: Sequence[str]
    rows: Sequence[tuple[Row, Readable]]
    is_cut: bool

    def hits(self, start: int = 0, end: int | None = None) -> list[Hit]:
        """Return some of what was found as it is shown. Cutting a text takes longer than finding it."""
        return [_hit(row, index, self.words) for row, index in self.rows[start:end]]


def readable(user: User) -> list[Readable]:
    """Return the indexes of the user's courses in the active language, the last visited course first. One query."""
    language = languages.active()
    rows = _INDEXES.values(user.pk, language)
    return [
        Readable(row["pk"], row["title_count"], row["slug"], _title(row["ko"], row["en"], language)) for row in rows
    ]


def _title(korean: str | None, english: str | None, language: str) -> str:
    return (korean if language == "ko" else english) or korean or english or ""


def _indexes(user_id: int, language: str) -> QuerySet[CourseIndex, Any]:
    return (
        CourseIndex.objects.filter(
            language=language,
            course__is_published=True,
            course__enrolments__user_id=user_id,
            course__enrolments__status=Enrolment.Status.ACTIVE,
        )
        .order_by(F("course__enrolments__last_seen_at").desc(nulls_last=True), "-course__enrolments__pk")
        .annotate(slug=F("course__slug"), ko=F("course__title_ko"), en=F("course__title_en"))
        .values("pk", "title_count", "slug", "ko", "en")
    )


def _grams(indexes: Sequence[int], buckets: Sequence[int]) -> QuerySet[Grams, Any]:
    return Grams.objects.filter(index__in=indexes, bucket__in=buckets).values("index_id", "bucket", "entries")


_GRAMS = PreparedLists(_grams)


def _passages(places: Sequence[int]) -> QuerySet[Passage, Any]:
    named = {name: F(f"activity__{name}") for name in ("uuid", "slug", "code")}
    found: QuerySet[Passage, Any] = (
        Passage.objects.filter(Q(activity=None) | Q(activity__archived_at=None), place__in=places)
        .annotate(**named, ko=F("activity__title_ko"), en=F("activity__title_en"))
        .values("place", "kind", "heading", "language", "text", *named, "ko", "en")
    )
    return found


_PASSAGES = PreparedLists(_passages)
_INDEXES = Prepared(_indexes, samples=(-1, "xx"))


def find(query: Query, indexes: Sequence[Readable]) -> Found:
    """Return what these indexes have. Two to five queries."""
    by_pk = {index.pk: index for index in indexes}
    found: list[tuple[Row, Readable]] = []
    candidates = _candidates(choose_grams(query.words), indexes)
    for _round in range(_MOST_ROUNDS):
        batch = list(islice(candidates, _BATCH))
        rows = _read(batch)
        found += (
            (row, by_pk[place // MOST_PASSAGES])
            for place in batch
            if (row := rows.get(place)) and has_all(row.text, query.words)
        )
        if len(batch) < _BATCH:
            return Found(query.words, found[:MOST], is_cut=len(found) > MOST)
        if len(found) > MOST:
            break
    return Found(query.words, found[:MOST], is_cut=True)


def may_have(query: Query, indexes: Sequence[Readable]) -> bool:
    """Return whether these indexes have passages with the grams of all words. One query."""
    return any(True for _place in _find_in(choose_grams(query.words), indexes))


def choose_grams(words: Iterable[str]) -> list[str]:
    """Return the grams to look up: of a long word some from all of its parts."""
    chosen = list(dict.fromkeys(gram for word in words for gram in grams.grams_of_word(word)))
    if len(chosen) <= _MOST_GRAMS:
        return chosen
    return [chosen[at * (len(chosen) - 1) // (_MOST_GRAMS - 1)] for at in range(_MOST_GRAMS)]


def _candidates(wanted: Sequence[str], indexes: Sequence[Readable]) -> Iterator[int]:
    """Yield the places of the passages that have all grams: the best first. Two queries at most."""
    for some in (indexes[:_FIRST], indexes[_FIRST:]):
        if some:
            yield from _find_in(wanted, some)


def _find_in(wanted: Sequence[str], indexes: Sequence[Readable]) -> Iterator[int]:
    buckets = {gram: grams.bucket_of(gram) for gram in wanted}
    if not buckets or not indexes:
        return
    rows = _GRAMS.values([each.pk for each in indexes], list(set(buckets.values())))
    entries = {(row["index_id"], row["bucket"]): row["entries"] for row in rows}
    found = [(each, own) for each in indexes if (own := _numbers(each.pk, buckets, entries))]
    for is_title in (True, False):
        for each, numbers in found:
            yield from (place_of(each.pk, number) for number in numbers if (number < each.title_count) == is_title)


def _numbers(index: int, buckets: Mapping[str, int], entries: Mapping[tuple[int, int], str]) -> list[int]:
    """Return the passages of one index that have all grams, in their order."""
    written = []
    for gram, bucket in buckets.items():
        own = grams.read(entries.get((index, bucket), ""), gram)
        if not own:
            return []
        written.append(own)
    return grams.shared(written)


def _read(places: Sequence[int]) -> dict[int, Row]:
    """Return the passages that are not of archived lessons. One query, none for no places."""
    if not places:
        return {}
    language = languages.active()
    found = {}
    for row in _PASSAGES.values(places):
        lesson = None
        if row["uuid"]:
            lesson = LessonRef(row["uuid"], row["slug"], row["code"], _title(row["ko"], row["en"], language))
        found[row["place"]] = Row(row["kind"], row["heading"], row["language"], row["text"], lesson)
    return found


def _hit(row: Row, index: Readable, words: Sequence[str]) -> Hit:
    lines = row.text.split("\n")
    at = best_line(lines, words)
    anchor = f"{row.heading}.{at}" if row.kind == Passage.Kind.TEXT else ""
    title = f"{row.lesson.code} {row.lesson.title}".strip() if row.lesson else lines[0]
    # Of a title and of a term the title itself says what was found, so that the text goes on with what it says of it.
    if row.kind != Passage.Kind.TEXT and at == 0 and len(lines) > 1:
        at = 1
    return Hit(
        kind=row.kind,
        course=index,
        lesson=row.lesson,
        title=title,
        section=lines[0] if anchor and row.heading else "",
        anchor=anchor,
        language=row.language,
        snippet=cut(lines[at], words),
        url=_url(row, index, anchor),
    )


def _url(row: Row, course: Readable, anchor: str) -> str:
    if row.lesson is None:
        return f"{reverse('courses:glossary', args=[course.slug])}#term-{row.heading}"
    return reading.get_place_url(course.slug, row.lesson.slug, anchor)
