"""Compare a course folder with the draft of its course: what an import adds, changes and archives, and what it must not do."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from accounts.models import User
from course_files import course_folder
from course_files.course.grading import GRADING
from course_files.course.parsing import ParsedCourse
from course_files.course.texts import set_texts
from course_files.course_folder import ParsedFolder
from course_files.files import FaultyFolder, Folder
from course_files.merging import Fields, Key, digest
from courses.models import Course
from courses.roles import rules
from courses.roles.rules import Permission
from workspace.course_imports.refusals import CourseRefused
from workspace.drafts import records
from workspace.drafts.names import numbered
from workspace.drafts.outline import Changes
from workspace.drafts.records import COURSE, DraftedCourse, text_of_key
from workspace.publishing import differences

# So many faults and differences are shown.
SHOWN = 200
_OF_ACTIVITIES = ("activity", "edition", "quiz", "question")


@dataclass
class CoursePlan:
    """What an import does. `drafted` is the course before it; the course of a new one is not saved yet."""

    drafted: DraftedCourse
    parsed: ParsedCourse
    changes: Changes

    @property
    def is_new(self) -> bool:
        return self.drafted.course.pk is None

    @property
    def fingerprint(self) -> str:
        """A digest of everything that the import changes, before and after."""
        before = self.drafted.records
        states = {text_of_key(key): [before.get(key), after] for key, after in self.changes.items()}
        return digest({"course": self.drafted.course.slug, "is_new": self.is_new, "states": states})

    @cached_property
    def after(self) -> DraftedCourse:
        """The course after the import; with what it removes, so that everything has a title."""
        drafted = self.drafted
        after = {key: fields for key, fields in self.changes.items() if fields is not None}
        return DraftedCourse(drafted.course, drafted.revision, {}, drafted.records, {**drafted.records, **after})

    def describe(self) -> dict[str, Any]:
        """Return what the page shows, in the current language."""
        drafted = self.drafted
        entries = [
            {
                "kind": differences.kind_of(key),
                "title": self.after.title(key)[:200],
                "language": key[2] if key[0] == "edition" else "",
                "state": differences.state_of(drafted.records.get(key), fields),
            }
            for key, fields in self.changes.items()
        ]
        counts = Counter(entry["state"] for entry in entries)
        return {
            "title": self.after.title(COURSE),
            "slug": drafted.course.slug,
            "is_new": self.is_new,
            "counts": {state: counts[state] for state in ("added", "changed", "archived", "removed")},
            "kinds": dict(Counter(entry["kind"] for entry in entries if entry["state"] == "added")),
            # What is new says its kind and number. What changes or goes is named.
            "entries": [entry for entry in entries if entry["state"] != "added"][:SHOWN],
            "fingerprint": self.fingerprint,
            "changes_nothing": not self.changes,
        }


def parse(files: Mapping[str, bytes]) -> ParsedFolder:
    """Read the files of a course folder. Raises CourseRefused with all faults."""
    parsed = course_folder.parse_files(Folder(dict(files)))
    try:
        parsed.folder.raise_faults()
    except FaultyFolder as faulty:
        raise CourseRefused([str(fault) for fault in faulty.faults[:SHOWN]]) from faulty
    return parsed


def plan(parsed: ParsedFolder, *, person: User, is_copy: bool) -> CoursePlan:
    """Return the plan of an import by `person`. With `is_copy` it is a new course, whatever courses there are.

    Raises CourseRefused for a course that the person may not write, and for a folder without questions that students have
    answered.
    """
    drafted = _find_course(parsed.course, person, is_copy=is_copy)
    incoming = {**parsed.course.records, **parsed.quizzes.records}
    _check_kinds(drafted, incoming)
    if lost := list(_lost_questions(drafted, incoming)):
        introduction = _(
            "The folder does not have these questions, which students have answered. Take them out in the workspace first, "
            "or put them into the folder."
        )
        raise CourseRefused([introduction, *lost[:SHOWN]])
    return CoursePlan(drafted, parsed.course, dict(_changes(drafted, incoming)))


def _find_course(parsed: ParsedCourse, person: User, *, is_copy: bool) -> DraftedCourse:
    course = None if is_copy else Course.objects.filter(slug=parsed.slug).first()
    if course is not None:
        if not rules.can(person, Permission.EDIT, course):
            raise CourseRefused(
                [_("The site has a course “%(slug)s” that you do not write. Import a copy.") % {"slug": parsed.slug}]
            )
        return records.read(course)
    if not rules.can_create_course(person):
        raise CourseRefused([_("You may not make courses.")])
    slug = numbered(parsed.slug, set(Course.objects.values_list("slug", flat=True)))
    new = Course(slug=slug, languages=parsed.languages, is_published=False)
    # Until it is published, lists show this title.
    set_texts(new, "title", parsed.records[COURSE]["title"])
    return DraftedCourse(new, uuid4(), {}, {}, {})


def _check_kinds(drafted: DraftedCourse, incoming: Mapping[Key, Fields]) -> None:
    known = drafted.published | drafted.records
    for key, fields in incoming.items():
        if key[0] == "activity" and key in known and known[key]["kind"] != fields["kind"]:
            message = _("“%(slug)s” has changed from a lesson to a quiz or back. Use another slug.")
            raise CourseRefused([message % {"slug": key[1]}])


def _missing(drafted: DraftedCourse, incoming: Mapping[Key, Fields]) -> Iterator[tuple[Key, Fields]]:
    """Yield the drafted records that the folder does not have, without those that are archived."""
    for key, fields in drafted.records.items():
        if key in incoming:
            continue
        if key == GRADING:
            # A folder that says nothing of weights leaves those of the gradebook.
            continue
        owner: Key = ("activity", key[1]) if key[0] in _OF_ACTIVITIES else key
        is_archived = fields.get("archived") or drafted.records.get(owner, {}).get("archived")
        if owner in incoming or not is_archived:
            yield key, fields


def _lost_questions(drafted: DraftedCourse, incoming: Mapping[Key, Fields]) -> Iterator[str]:
    missing = [key for key, _fields in _missing(drafted, incoming) if key[0] == "question"]
    in_use = drafted.stored_quizzes({key[1] for key in missing}).in_use if missing else set()
    for key in missing:
        if key in in_use and not drafted.records[key]["archived"]:
            yield f"{drafted.title(('activity', key[1]))}: {drafted.title(key)}"


def _changes(drafted: DraftedCourse, incoming: Mapping[Key, Fields]) -> Iterator[tuple[Key, Fields | None]]:
    for key, fields in incoming.items():
        current = drafted.records.get(key)
        if current is None or digest(current) != digest(fields):
            yield key, fields
    for key, fields in _missing(drafted, incoming):
        if key[0] in _OF_ACTIVITIES[1:] and ("activity", key[1]) not in incoming:
            # It goes with its activity. What is archived keeps its parts.
            if ("activity", key[1]) not in drafted.published:
                yield key, None
        elif key not in drafted.published or key[0] in ("module", "edition", "term", "asset"):
            yield key, None
        elif not fields.get("archived"):
            yield key, {**fields, **({"questions": []} if key[0] == "quiz" else {}), "archived": True}
