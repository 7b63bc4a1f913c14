"""Complete what an author of a lesson's text need not know: the ids of headings and their highest level."""

import re

from common.markup import markdown
from course_files.merging import canonical
from workspace.drafts.names import make_slug

_HEADING = re.compile(r"( {0,3})(#{1,6})([ \t].*)\Z")
_LAST_LEVEL_WITH_ID = 3


def complete(body: str, *, like: str = "") -> str:
    """Return the text in canonical form, with an id at each heading up to level 3 and no heading above level 2.

    A new id is that of the heading at the same place in `like`, the text in the original language, so that readers who switch
    the language stay where they are. Otherwise it is made from the heading's words, or numbered.
    """
    text = canonical(body)
    document = markdown.parse(text)
    if not document.headings:
        return text
    examples = [heading.id for heading in markdown.parse(canonical(like)).headings]
    taken = {heading.id for heading in document.headings if heading.id}
    lines = text.split("\n")
    for position, heading in enumerate(document.headings):
        found = _HEADING.match(lines[heading.line - 1])
        if not found or not heading.text:
            # Underlined headings, headings inside of lists and empty ones stay as they are. The check names them.
            continue
        indent, marks, rest = found.groups()
        level = max(2, len(marks))
        if level <= _LAST_LEVEL_WITH_ID and not heading.id:
            wanted = examples[position] if len(examples) == len(document.headings) else ""
            new = _free_id(wanted or make_slug(heading.text), position + 1, taken)
            taken.add(new)
            rest = f"{rest.rstrip()} {{#{new}}}"
        lines[heading.line - 1] = f"{indent}{'#' * level}{rest}"
    return "\n".join(lines)


def _free_id(wanted: str, number: int, taken: set[str]) -> str:
    """Return an id that no heading has: a letter first, then letters, digits and hyphens."""
    base = wanted
    if not base or not base[0].isalpha():
        base = f"part-{number}"
    found, count = base, 2
    while found in taken:
        found, count = f"{base}-{count}", count + 1
    return found
