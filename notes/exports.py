"""Write notes as Markdown and as a file that Anki imports, for the page and the API."""

import csv
import io
from collections.abc import Iterable

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.lessons.reading import get_place_url
from notes.models import Note, NoteQuerySet

# {name in the address: (ending of the file, its type)}
FORMATS = {"markdown": ("md", "text/markdown"), "anki": ("txt", "text/plain")}

# The header lines of Anki's text import: https://docs.ankiweb.net/importing/text-files.html
_ANKI_HEAD = "#separator:tab\n#html:false\n#guid column:1\n#tags column:4\n"


def send(rows: NoteQuerySet, kind: str, *, site: str) -> HttpResponse:
    """Return the notes as a file to download, in the order of the text. `site`: the address of the site. Raises Http404."""
    if kind not in FORMATS:
        raise Http404
    chosen = rows.select_related("activity__course", "activity__module")
    notes = chosen.order_by("activity__course__slug", "activity__module__position", "activity__position", "pk")
    text = write_anki(notes) if kind == "anki" else write_markdown(notes, site=site)
    ending, content_type = FORMATS[kind]
    name = f"baeum-notes-{timezone.localdate().isoformat()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{content_type}; charset=utf-8", headers=headers)


def write_markdown(notes: Iterable[Note], *, site: str) -> str:
    """Return the notes under their courses and lessons. Their rows need `activity` and its course."""
    parts = [f"# {_('My notes')}"]
    course = lesson = None
    for note in notes:
        if note.activity.course_id != course:
            course = note.activity.course_id
            parts.append(f"## {note.activity.course}")
        if note.activity_id != lesson:
            lesson = note.activity_id
            parts.append(f"### {note.activity}")
        if note.quote:
            parts.append(f"> {note.quote}")
        if note.body:
            parts.append(note.body)
        url = get_place_url(note.activity.course.slug, note.activity.slug, note.anchor)
        parts.append(f"<{site}{url}>")
    return "\n\n".join(parts) + "\n"


def write_anki(notes: Iterable[Note]) -> str:
    """Return a file for Anki: a card for each note that has a text or a quotation. Imported again, it changes the same cards."""
    file = io.StringIO()
    file.write(_ANKI_HEAD)
    writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL)
    for note in notes:
        lesson = str(note.activity)
        if note.quote and note.body:
            front, back = f"{note.quote}\n({lesson})", note.body
        elif note.quote or note.body:
            front, back = lesson, note.quote or note.body
        else:
            continue
        writer.writerow([note.uuid, front, back, f"baeum::{note.activity.course.slug}"])
    return file.getvalue()
