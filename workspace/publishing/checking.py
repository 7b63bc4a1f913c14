"""Find what keeps the drafts of a course from being published.

The drafts are written as the files of a course folder, in memory, and read as an import reads them. So whatever can be published
can be exported and imported again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cachetools import LRUCache
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common.markup import markdown
from course_files import course_folder
from course_files.course.exporting import course_to_files
from course_files.course_folder import ParsedFolder
from course_files.files import Fault, Folder
from course_files.merging import Fields, Key, digest
from course_files.plain_yaml import Document
from course_files.quizzes.exporting import quizzes_to_files
from course_files.quizzes.parsing import OPTIONAL_RULES
from courses.models import GradeItem
from quizzes.attempts.rules import find_students_cut_off
from quizzes.authoring import grade_effects
from quizzes.authoring.models import Quiz
from workspace.drafts.records import COURSE, DraftedCourse, file_contents, text_of_key

_LESSON = re.compile(r"lessons/(.+)\.([a-z]{2})\.md\Z")
_QUIZ = re.compile(r"(quizzes|checks)/(.+)\.yaml\Z")
# The faults of how many drafts one process remembers.
_cache: LRUCache[Any, "list[DraftFault]"] = LRUCache(32)
_lock = Lock()


@dataclass(frozen=True, slots=True, order=True)
class DraftFault:
    """What an author must correct before the drafts can be published. `line` counts in the text of a lesson; 0: no line."""

    key: Key
    message: str
    line: int = 0


def find_faults(drafted: DraftedCourse, *, is_quick: bool = False) -> list[DraftFault]:
    """Return everything that keeps the drafts from being published, in the order of the outline. Empty: they can be.

    With `is_quick`, published quizzes are not read again if no draft changes them or what they may refer to. Publishing itself
    reads everything.
    """
    faults = [
        *_unfinished(drafted), *_conflicts(drafted), *_grade_losses(drafted), *_ended_attempts(drafted),
    ]  # fmt: skip
    if not any(key == COURSE for key in (fault.key for fault in faults)):
        skip = frozenset(fault.key for fault in faults)
        faults += _known_faults_of_files(drafted, skip) if is_quick else _faults_of_files(drafted, skip, set())
    order = {slug: position for position, (slug, _fields) in enumerate(drafted.activities())}
    return sorted(dict.fromkeys(faults), key=lambda fault: order.get(fault.key[1], -1) if len(fault.key) > 1 else -2)


def _untouched_quizzes(drafted: DraftedCourse) -> set[str]:
    """Return the slugs of published quizzes and checks that are as valid as when they were published.

    Quizzes refer to lessons and their headings, to terms and to files.
    """
    for key, draft in drafted.drafts.items():
        if key[0] in ("quiz", "question"):
            continue
        if key[0] != "edition" or _places(draft.fields) != _places(drafted.published.get(key)):
            return set()
    touched = {key[1] for key in drafted.drafts if key[0] != "edition"}
    return {key[1] for key in drafted.published if key[0] == "quiz"} - touched


def _places(edition: Fields | None) -> set[str]:
    """Return what other texts can refer to in a lesson."""
    return {heading.id for heading in markdown.outline(edition["body"]).headings} | {""} if edition else set()


def _parse(drafted: DraftedCourse, left_out: set[str]) -> ParsedFolder:
    """Return the course as an import would read its files. Its faults are in `folder.faults`."""
    visible = _without_archived(drafted)
    quizzes = {key: fields for key, fields in visible.items() if len(key) < 2 or key[1] not in left_out}
    files = {
        **course_to_files(drafted.course.slug, visible, file_contents(drafted)),
        **quizzes_to_files(quizzes, visible),
    }
    names = frozenset(f"quizzes/{slug}.yaml" for slug in left_out)
    return course_folder.parse_files(Folder(files, left_out=names))


def _without_archived(drafted: DraftedCourse) -> dict[Key, Fields]:
    """Return the records of what is in the outline, in its order, so that a file has the same content however it was made."""
    listed = [slug for slug, _fields in drafted.activities()]
    parts: dict[str, list[Key]] = {slug: [] for slug in listed}
    others = []
    for key in drafted.records:
        if key[0] in ("activity", "edition", "quiz", "question"):
            if key[1] in parts:
                parts[key[1]].append(key)
        else:
            others.append(key)
    return {key: drafted.records[key] for key in [*others, *(key for slug in listed for key in parts[slug])]}


def _unfinished(drafted: DraftedCourse) -> Iterator[DraftFault]:
    original = drafted.languages[0]
    if not drafted.records[COURSE]["modules"]:
        yield DraftFault(COURSE, _("The course has no module yet."))
    for slug, fields in drafted.activities():
        if fields["kind"] == "lesson":
            edition = drafted.records.get(("edition", slug, original))
            if edition is None or not edition["body"]:
                yield DraftFault(("activity", slug), _("The lesson has no text in the original language yet."))
            for language in drafted.languages[1:]:
                edition = drafted.records.get(("edition", slug, language))
                if edition is not None and not edition["body"]:
                    yield DraftFault(
                        ("activity", slug),
                        _(
                            "The lesson has a title but no text in one of its languages. Write it, or remove the translation."
                        ),
                    )
        elif not drafted.records.get(("quiz", slug), {}).get("questions"):
            yield DraftFault(("activity", slug), _("The quiz has no questions yet."))


def _conflicts(drafted: DraftedCourse) -> Iterator[DraftFault]:
    for key, draft in drafted.drafts.items():
        if draft.base != drafted.published.get(key) and draft.fields != drafted.published.get(key):
            yield DraftFault(
                key,
                _("This was published differently since the draft was begun, by an import for example. Compare both."),
            )


def _grade_losses(drafted: DraftedCourse) -> Iterator[DraftFault]:
    """Refuse rules that would lower the grade of a student who was not warned."""
    items = {
        item.activity.slug: item
        for item in GradeItem.objects.filter(activity__course=drafted.course).select_related("activity")
    }
    for key, draft in drafted.drafts.items():
        if key[0] == "quiz" and draft.fields and "rules" in draft.fields and key[1] in items:
            rules = draft.fields["rules"]
            explanation = grade_effects.explain_grade_losses(
                items[key[1]].activity_id, grading_method=rules["counts"], pass_mark=rules["pass_mark"]
            )
            if explanation:
                yield DraftFault(key, explanation)


def _ended_attempts(drafted: DraftedCourse) -> Iterator[DraftFault]:
    """Refuse a rule about late work that would end attempts in which students are writing."""
    for key, draft in drafted.drafts.items():
        quiz = drafted.quizzes.rows.get(key)
        if isinstance(quiz, Quiz) and draft.fields and "rules" in draft.fields:
            before = quiz.late_rule
            quiz.late_rule = {**OPTIONAL_RULES, **draft.fields["rules"]}["late_rule"]
            students = find_students_cut_off(quiz, timezone.now()) if quiz.late_rule != before else []
            quiz.late_rule = before
            if students:
                message = ngettext(
                    "%(n)d student is in the middle of an attempt, which the rule about late work would end at once: "
                    "%(who)s. Move the due date first.",
                    "%(n)d students are in the middle of an attempt, which the rule about late work would end at once: "
                    "%(who)s. Move the due date first.",
                    len(students),
                )
                yield DraftFault(key, message % {"n": len(students), "who": grade_effects.join_names(students)})


def _known_faults_of_files(drafted: DraftedCourse, skip: frozenset[Key]) -> list[DraftFault]:
    """Return the faults of the files, without quizzes that no draft changes.

    They stay the same until something is saved or published. To find them takes 0.1 s, so they are cached.
    """
    saved = digest({text_of_key(key): draft.fields for key, draft in drafted.drafts.items()})
    name = (drafted.course.pk, drafted.revision, saved, skip, get_language())
    with _lock:
        found = _cache.get(name)
    if found is None:
        found = list(_faults_of_files(drafted, skip, _untouched_quizzes(drafted)))
        with _lock:
            _cache[name] = found
    return found


def _faults_of_files(drafted: DraftedCourse, skip: frozenset[Key], left_out: set[str]) -> Iterator[DraftFault]:
    """Read the drafts as files. What is unfinished anyway, and said so, is not reported a second time."""
    parsed = _parse(drafted, left_out)
    unfinished = {key[1] for key in skip if len(key) > 1}
    slugs = {code: slug for slug, code in parsed.course.codes.items()}
    for fault in sorted(set(parsed.folder.faults)):
        key, line = _place(fault, parsed, slugs)
        if len(key) < 2 and unfinished:
            # course.yaml complains about the files that unfinished lessons and quizzes have not.
            continue
        if len(key) < 2 or key[1] not in unfinished:
            yield DraftFault(key, fault.message, line)


def _place(fault: Fault, parsed: ParsedFolder, slugs: dict[str, str]) -> tuple[Key, int]:
    """Return the record that a fault of a file belongs to, and the line in its text."""
    if found := _LESSON.match(fault.file):
        slug = slugs.get(found[1], found[1])
        edition = parsed.course.editions.get((slug, found[2]))
        first = edition.body_line if edition else 0
        return ("edition", slug, found[2]), fault.line - first + 1 if first and fault.line >= first else 0
    if found := _QUIZ.match(fault.file):
        slug = slugs.get(found[2], found[2]) if found[1] == "checks" else found[2]
        quiz = parsed.quizzes.quizzes.get(slug)
        question = _question_at(quiz.document, fault.line) if quiz else ""
        return ("question", slug, question) if question else ("quiz", slug), 0
    if fault.file.startswith("assets/"):
        return ("asset", fault.file.removeprefix("assets/")), 0
    return COURSE, 0


def _question_at(document: Document, line: int) -> str:
    """Return the key of the question that a line of a quiz file belongs to, or ""."""
    found = ""
    for index, question in enumerate(document.value.get("questions", [])):
        if document.line(("questions", index)) <= line:
            found = question.get("key", "")
    return found
