"""Make the slides of a lesson: its title, what is to be learnt, each heading with its key sentences, its figures, its check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from markdown_it.token import Token

from course_files.teaching.questions import ShownQuestion
from course_files.teaching.rendering import FileResolver, render_tokens
from course_files.teaching.sections import Section

# A slide has at most so many points, and fewer if they are long.
MOST_POINTS, MOST_CHARACTERS = 6, {"ko": 300, "en": 520}
# From so many characters a block is long.
LONG_BLOCK = {"ko": 350, "en": 600}
# Blocks that the notes leave out: the slides show them whole.
_DRAWN = frozenset({"figure"})


@dataclass(slots=True)
class Slide:
    """One slide. `part` counts the slides under the same heading from 1. `notes` are for the speaker."""

    title: str
    part: int = 1
    points: Sequence[str] = ()
    block: SafeString | None = None
    question: ShownQuestion | None = None
    notes: SafeString | None = None
    # Whether the content may need smaller letters to fit on a page.
    is_long: bool = False


def section_slides(section: Section, *, opening: str, language: str, resolver: FileResolver) -> list[Slide]:
    """Return the slides of a section, at least one. The first has the speaker's notes: the text of the lesson."""
    title = section.title or opening
    slides = [Slide(title, points=points) for points in _pages(section.points, MOST_CHARACTERS[language])]
    for block in section.blocks:
        html, size = render_tokens(block, language=language, resolver=resolver), _size(block)
        # A short block stands with the few points before it.
        room = MOST_CHARACTERS[language] - sum(map(len, slides[-1].points)) if slides else 0
        if block[0].type != "figure" and slides and slides[-1].block is None and size < room:
            slides[-1].block = html
        else:
            slides.append(Slide(title, block=html, is_long=size > LONG_BLOCK[language]))
    slides = slides or [Slide(title)]
    for number, slide in enumerate(slides, 1):
        slide.part = number
    text = [token for token in section.tokens if token.type not in _DRAWN]
    slides[0].notes = render_tokens(text, language=language, resolver=resolver) if text else None
    return slides


def _size(block: Sequence[Token]) -> int:
    return sum(len(token.content) for token in block)


def _pages(points: Sequence[str], most: int) -> Iterator[list[str]]:
    """Yield the points of each slide."""
    page: list[str] = []
    for point in points:
        if page and (len(page) == MOST_POINTS or sum(map(len, page)) + len(point) > most):
            yield page
            page = []
        page.append(point)
    if page:
        yield page
