"""Read a lesson's drafts for a form, and make records of what the form says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course_files.merging import Fields, Key
from workspace.drafts.lesson_texts import complete
from workspace.drafts.names import free_slug
from workspace.drafts.outline import Changes, new_edition
from workspace.drafts.records import DraftedCourse


@dataclass(frozen=True, slots=True)
class EditionTexts:
    """What an author wrote in one language. `objectives` is one objective a line. `criteria` is [(title, description)]."""

    title: str
    minutes: int
    objectives: str
    body: str
    criteria: Sequence[tuple[str, str]] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.body)


def keys(drafted: DraftedCourse, slug: str) -> list[Key]:
    """Return the keys of the lesson's records that its form shows."""
    return [("activity", slug), *(("edition", slug, language) for language in drafted.languages)]


def objectives_as_text(edition: Fields) -> str:
    return "\n".join(" ".join(objective["text"].split()) for objective in edition["objectives"])


def edition_record(
    old: Fields | None, texts: EditionTexts, *, like: str, criteria: Sequence[tuple[str, int]]
) -> Fields | None:
    """Return the record of an edition, or None if the form has no text in this language.

    `like` is the text in the original language, whose heading ids a translation takes. `criteria` is [(key, points)] of the
    rubric's rows.
    """
    if texts.is_empty:
        return None
    old = old or new_edition("")
    return {
        "title": texts.title,
        "minutes": texts.minutes,
        "objectives": _objectives(old["objectives"], texts.objectives),
        "rubric": [
            {"key": key, "points": points, "title": title, "description": description}
            for (key, points), (title, description) in zip(criteria, texts.criteria, strict=True)
            if title or description
        ],
        "body": complete(texts.body, like=like),
    }


def _objectives(old: Sequence[Fields], text: str) -> list[Fields]:
    """Return the objectives of a text, one a line. Each keeps the places that cover it: by its words, else by its place."""
    covered = {" ".join(objective["text"].split()): objective["covered_by"] for objective in old}
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    same_number = len(lines) == len(old)
    return [
        {
            "text": line,
            "covered_by": covered.get(line, old[position]["covered_by"] if same_number else []),
        }
        for position, line in enumerate(lines)
    ]


def rubric_rows(drafted: DraftedCourse, slug: str) -> list[dict[str, Any]]:
    """Return the rows of the rubric: [{"key", "points", "titles": {language}, "descriptions": {language}}]."""
    rows: dict[str, dict[str, Any]] = {}
    for language in drafted.languages:
        for criterion in drafted.records.get(("edition", slug, language), {"rubric": []})["rubric"]:
            row = rows.setdefault(
                criterion["key"],
                {"key": criterion["key"], "points": criterion["points"], "titles": {}, "descriptions": {}},
            )
            row["titles"][language] = criterion["title"]
            row["descriptions"][language] = criterion["description"]
    return list(rows.values())


def criterion_keys(rows: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
    """Return a key for each row, given as (key or "", titles). New ones are made from a title in Latin letters."""
    taken = {key for key, _titles in rows if key}
    found: list[str] = []
    for known, titles in rows:
        if known:
            found.append(known)
            continue
        found.append(free_slug(titles, f"criterion-{len(found) + 1}", taken))
        taken.add(found[-1])
    return found


def changes(
    drafted: DraftedCourse,
    slug: str,
    *,
    editions: Mapping[str, EditionTexts],
    lesson_kind: str,
    code: str,
    criteria: Sequence[tuple[str, int]],
) -> Changes:
    """Return the records of the lesson as the form says."""
    original = drafted.languages[0]
    like = editions[original].body
    found: Changes = {
        ("activity", slug): {**drafted.records["activity", slug], "lesson_kind": lesson_kind, "code": code}
    }
    for language, texts in editions.items():
        old = drafted.records.get(("edition", slug, language))
        record = edition_record(old, texts, like=complete(like) if language != original else "", criteria=criteria)
        found["edition", slug, language] = record
    return found
