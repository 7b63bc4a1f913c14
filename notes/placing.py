"""Find the place of a row in a text that may have been edited since: where its quotation stands now, else its heading."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from common import languages
from courses.lessons.editions import editions_for_reader
from courses.models import Activity, Enrolment
from courses.outline.published import PublishedCourse, get_published
from notes.models import AtPlace, Note
from search.indexing.folding import compose
from search.indexing.passages import read_sections


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a lesson in the reader's language: {anchor: the words of the block}, in order."""

    language: str
    blocks: Mapping[str, str]

    @property
    def headings(self) -> dict[str, str]:
        """Return {anchor: heading}, and "" for the beginning of the text."""
        return {
            anchor: ("" if anchor == ".0" else words) for anchor, words in self.blocks.items() if anchor.endswith(".0")
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands. `is_exact`: its quotation, or the block that it was made at, is there."""

    anchor: str
    is_exact: bool


def read_text(course: PublishedCourse, activity: Activity) -> Text:
    """Return the text of a lesson. One query if it is not cached."""
    return course.cached(("notes", activity.pk), lambda: _read(activity))


def _read(activity: Activity) -> Text:
    edition = editions_for_reader(activity).defer("body").first()
    if edition is None:
        return Text(languages.active(), {})
    return Text(edition.language, read_blocks_of(edition.html))


def read_blocks_of(html: str) -> dict[str, str]:
    """Return {anchor: the words of the block}, in order."""
    return {
        f"{heading}.{number}": words
        for heading, section in read_sections(html)
        for number, words in enumerate(section.split("\n"))
    }


def find_place(row: AtPlace, text: Text) -> Place:
    """Return where the row stands in the text now."""
    here = text.blocks.get(row.anchor)
    if not row.quote or row.language != text.language:
        # Anchors hold in every language, quotations do not.
        return Place(row.anchor, True) if here is not None else _at_heading(row, text)
    if here is not None and row.quote in here:
        return Place(row.anchor, True)
    having = [anchor for anchor, words in text.blocks.items() if row.quote in words]
    if having:
        return Place(max(having, key=lambda anchor: _likeness(row, anchor, text.blocks[anchor])), True)
    return _at_heading(row, text)


def _likeness(row: AtPlace, anchor: str, words: str) -> tuple[int, bool]:
    """Return how much of what stood around the quotation stands around it here, and whether the section is the same."""
    at = words.index(row.quote)
    before, after = words[:at].rstrip(), words[at + len(row.quote) :].lstrip()
    same = sum(a == b for a, b in zip(reversed(before), reversed(compose(row.prefix)), strict=False))
    same += sum(a == b for a, b in zip(after, compose(row.suffix), strict=False))
    return same, anchor.rpartition(".")[0] == row.anchor.rpartition(".")[0]


def _at_heading(row: AtPlace, text: Text) -> Place:
    heading = f"{row.anchor.rpartition('.')[0]}.0"
    return Place(heading if heading in text.blocks else next(iter(text.blocks), ".0"), False)


def lesson_section(activity: Activity, placed: Collection[str]) -> SafeString:
    """Return what stands at the end of each lesson, the same for everybody: the way to the notes. The script shows them there."""
    if activity.kind != Activity.Kind.LESSON:
        return SafeString()
    url = reverse("notes:lesson", args=[activity.course.slug, activity.slug])
    return render_to_string("notes/_lesson_section.html", {"url": url})


def lesson_marks(user: User, enrolment: Enrolment, activity: Activity) -> list[dict[str, Any]]:
    """Return a student's notes of a lesson with their places. One query, one more if the text is not cached."""
    text = read_text(get_published(enrolment.course_id, enrolment.course.revision), activity)
    rows = enrolment.notes.filter(activity=activity, deleted_at=None).order_by("pk")
    return [
        {
            "uuid": str(note.uuid),
            "anchor": place.anchor,
            "exact": place.is_exact,
            "quote": note.quote,
            "prefix": note.prefix,
            "body": note.body,
        }
        for note in rows
        for place in [find_place(note, text)]
    ]


def marked_rows(lesson_slug: str) -> QuerySet[Any]:
    """Return the notes of an enrolment, OuterRef("pk"), in the lesson."""
    return Note.objects.filter(enrolment=OuterRef("pk"), activity__slug=lesson_slug, deleted_at=None)
