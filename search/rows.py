"""Write the rows of the page of the search. A template that did it for twenty hits would take longer than finding them."""

from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common import languages
from search.finding.hits import Hit, Readable
from search.models import Passage


def render_hits(hits: Iterable[Hit], *, has_many_courses: bool) -> SafeString:
    """Return an item of a list for each hit. Its course is named if the reader has several."""
    reader, glossary = languages.active(), f' <span class="badge">{escape(_("Glossary"))}</span>'
    written = []
    for hit in hits:
        language = f' lang="{escape(hit.language)}"' if hit.language != reader else ""
        section = f' <span class="muted">› {escape(hit.section)}</span>' if hit.section else ""
        kind = glossary if hit.kind == Passage.Kind.TERM else ""
        course = f' <span class="muted">{escape(hit.course.title)}</span>' if has_many_courses else ""
        written.append(
            f'<li><a href="{escape(hit.url)}"{language}>{escape(hit.title)}{section}</a>{kind}{course}'
            f"<p{language}>{hit.snippet.html}</p></li>"
        )
    return mark_safe("".join(written))  # noqa: S308 (each text is escaped)


def render_courses(courses: Sequence[Readable], chosen: str) -> SafeString:
    """Return an option for each course."""
    options = (
        f'<option value="{each.slug}"{" selected" if each.slug == chosen else ""}>{escape(each.title)}</option>'
        for each in courses
    )
    return mark_safe("".join(options))  # noqa: S308 (a slug has no special characters, the title is escaped)
