"""Read the passages of a course as its students read them, in one language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from django.utils import translation

from courses.lessons.blocks import TAG, read_blocks
from courses.models import Activity, Course, GlossaryTerm, LessonEdition
from search.indexing.folding import compose
from search.models import Passage

# Between these elements there is no space: <strong>과적합</strong>은.
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "code",
        "del",
        "em",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
    ]
)
_LANGUAGES = ("ko", "en")


@dataclass(frozen=True, slots=True)
class Read:
    """A passage without its number: see `search.models.Passage`."""

    kind: str
    activity_id: int | None
    heading: str
    language: str
    text: str


def read_course(course: Course, language: str) -> tuple[list[Read], list[Read]]:
    """Return (titles and terms, sections) in the order of the outline. Three queries."""
    lessons = list(Activity.objects.filter(course=course, kind=Activity.Kind.LESSON).visible())
    editions = _editions(course, language)
    titles: list[Read] = []
    sections: list[Read] = []
    with translation.override(language):
        for lesson in lessons:
            edition = editions.get(lesson.pk)
            if edition is None:
                continue
            titles.append(_title(lesson, edition, language))
            sections += (
                Read(Passage.Kind.TEXT, lesson.pk, heading, edition.language, text)
                for heading, text in read_sections(edition.html)
            )
        terms = GlossaryTerm.objects.filter(course=course).order_by("key")
        titles += [_term(term, language) for term in terms]
    return titles, sections


def _editions(course: Course, language: str) -> Mapping[int, LessonEdition]:
    """Return {activity: the edition that its reader gets}, as `courses.lessons.editions` chooses it."""
    rows = LessonEdition.objects.filter(lesson__activity__course=course).select_related("lesson").order_by("-pk")
    found: dict[int, LessonEdition] = {}
    # The last one wins: of those in other languages the first, then the reader's own.
    for edition in sorted(rows.defer("body"), key=lambda each: each.language == language):
        found[edition.lesson.activity_id] = edition
    return found


def _title(lesson: Activity, edition: LessonEdition, language: str) -> Read:
    lines = [str(lesson), *(str(objective.get("text", "")) for objective in edition.objectives)]
    return Read(Passage.Kind.TITLE, lesson.pk, "", lesson.foreign_language or language, "\n".join(map(compose, lines)))


def _term(term: GlossaryTerm, language: str) -> Read:
    names = dict.fromkeys(filter(None, [str(term.term), *(getattr(term, f"term_{code}") or "" for code in _LANGUAGES)]))
    lines = [" · ".join(names), str(term.definition)]
    return Read(Passage.Kind.TERM, None, term.key, language, "\n".join(map(compose, lines)))


def read_sections(html: str) -> Iterator[tuple[str, str]]:
    """Yield (id of the heading, text with a line for each block) of a lesson. A block without text is an empty line."""
    blocks = read_blocks(html)
    heading, lines = "", list[str]()
    for at, block in enumerate(blocks):
        own, number = block.anchor.rsplit(".", 1)
        if number == "0" and lines:
            yield heading, "\n".join(lines)
            lines = []
        heading = own
        end = blocks[at + 1].start if at + 1 < len(blocks) else len(html)
        lines.append(text_of(html[block.start : end]))
    if any(lines):
        yield heading, "\n".join(lines)


def text_of(html: str) -> str:
    """Return the words of HTML in one line."""
    return compose(unescape(TAG.sub(_space, html)))


def _space(tag: re.Match[str]) -> str:
    return "" if tag[2].lower() in _INLINE else " "
