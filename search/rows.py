"""Write the rows of the page of the search. A template that did it for twenty hits would take longer than finding them."""

from collections.abc import Iterable, Sequence

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common import languages
from search.finding.hits import Hit, Readable
from search.models import Passage


def render_hits(hits: Iterable[Hit], *, has_many_courses: bool) -> SafeString:
    """Return an item of a list for each hit. Its course is named if the reader has several."""
    reader, glossary = languages.active(), format_html(' <span class="badge">{}</span>', _("Glossary"))
    return format_html_join(
        "",
        '<li><a href="{}"{}>{}{}</a>{}{}<p{}>{}</p></li>',
        (
            (
                hit.url,
                language,
                hit.title,
                format_html(' <span class="muted">› {}</span>', hit.section) if hit.section else "",
                glossary if hit.kind == Passage.Kind.TERM else "",
                format_html(' <span class="muted">{}</span>', hit.course.title) if has_many_courses else "",
                language,
                hit.snippet.html,
            )
            for hit in hits
            for language in [format_html(' lang="{}"', hit.language) if hit.language != reader else ""]
        ),
    )


def render_courses(courses: Sequence[Readable], chosen: str) -> SafeString:
    """Return an option for each course."""
    options = (
        f'<option value="{each.slug}"{" selected" if each.slug == chosen else ""}>{escape(each.title)}</option>'
        for each in courses
    )
    return mark_safe("".join(options))  # noqa: S308 (a slug has no special characters, the title is escaped)
