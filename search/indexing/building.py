"""Build the indexes of a course again when it has changed."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from courses.models import Course
from search.indexing import grams
from search.indexing.folding import compose, fold
from search.indexing.passages import Read, read_course
from search.models import MOST_PASSAGES, CourseIndex, Grams, Passage, place_of

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
# Words that a mistyped one may have meant: those of titles and terms, and those that stand in the text so often.
_OFTEN, _MOST_WORDS = 3, 2000
_WORD = re.compile(r"[^\W\d_]{2,}")
# Another way of building gives other digests, so that every index is built again.
_VERSION = 1


def find_changed() -> QuerySet[Course]:
    """Return the courses whose index is older than they are, or missing."""
    current = CourseIndex.objects.filter(course=OuterRef("pk"), revision=OuterRef("revision"))
    missing = Q()
    for language in LANGUAGES:
        missing |= ~Q(Exists(current.filter(language=language)))
    return Course.objects.filter(missing).order_by("pk")


def build(course_id: int, *, is_forced: bool = False) -> int:
    """Bring the indexes of a course to its present state. Return how many were written anew. Idempotent."""
    return sum(_build(course_id, language, is_forced=is_forced) for language in LANGUAGES)


@transaction.atomic
def _build(course_id: int, language: str, *, is_forced: bool) -> bool:
    # Read first: a change that is made meanwhile has another revision, and is found by the next sweep.
    course = Course.objects.filter(pk=course_id).first()
    if course is None:
        return False
    index, _is_new = CourseIndex.objects.select_for_update().get_or_create(
        course=course, language=language, defaults={"revision": course.revision}
    )
    titles, sections = read_course(course, language)
    passages = [*titles, *sections][:MOST_PASSAGES]
    digest = digest_of(passages)
    is_other = is_forced or index.digest != digest
    if is_other:
        index.passages.all().delete()
        index.grams.all().delete()
        Passage.objects.bulk_create(_rows(index, passages), batch_size=500)
        written = grams.write(find_grams(passages))
        Grams.objects.bulk_create((Grams(index=index, bucket=at, entries=text) for at, text in written.items()))
        index.digest, index.title_count = digest, len(titles)
        index.words = "\n".join(find_words(titles, sections))
    index.revision = course.revision
    index.save()
    return is_other


def _rows(index: CourseIndex, passages: Sequence[Read]) -> Iterable[Passage]:
    for number, each in enumerate(passages):
        yield Passage(
            index=index,
            place=place_of(index.pk, number),
            kind=each.kind,
            activity_id=each.activity_id,
            heading=each.heading,
            language=each.language,
            text=each.text,
        )


def digest_of(passages: Sequence[Read]) -> str:
    """Return a digest of all that an index is made of."""
    content = json.dumps([_VERSION, [astuple(each) for each in passages]], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def find_grams(passages: Sequence[Read]) -> dict[str, list[int]]:
    """Return {gram: the numbers of the passages that have it}."""
    found: dict[str, list[int]] = {}
    for number, passage in enumerate(passages):
        for gram in grams.grams_of(fold(passage.text)):
            found.setdefault(gram, []).append(number)
    return found


def find_words(titles: Sequence[Read], sections: Sequence[Read]) -> list[str]:
    """Return the words that a mistyped one may have meant: those of titles and terms, then the most frequent ones."""
    named = Counter(_words(line for title in titles for line in title.text.split("\n")[:1]))
    often = Counter(_words(line for section in sections for line in section.text.split("\n")))
    frequent = [word for word, count in often.most_common(_MOST_WORDS) if count >= _OFTEN]
    return list(dict.fromkeys([*named, *frequent]))[:_MOST_WORDS]


def _words(lines: Iterable[str]) -> Iterable[str]:
    return (word for line in lines for word in _WORD.findall(compose(line).casefold()))


def is_current(index: CourseIndex) -> bool:
    """Return whether an index has what a new one of the course as it is now would have."""
    titles, sections = read_course(index.course, index.language)
    passages = [*titles, *sections]
    stored = [
        Read(row.kind, row.activity_id, row.heading, row.language, row.text) for row in index.passages.order_by("place")
    ]
    entries = dict(index.grams.values_list("bucket", "entries"))
    return stored == passages and entries == grams.write(find_grams(passages)) and index.digest == digest_of(passages)
