"""Parse the files of a course into records, and add a fault to the folder for each mistake in them."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from common.markup import figures, markdown, pictures
from course_files import schema
from course_files.course.grading import GRADING, parse_grading
from course_files.course.texts import check_languages, check_unique, read_yaml, texts, value_at
from course_files.files import Folder
from course_files.merging import Fields, Key, canonical
from course_files.plain_yaml import Document
from course_files.plain_yaml import Path as YamlPath
from courses.course_format import SCHEMA
from courses.lessons.rendering import CourseResolver, Names

COURSE = "course.yaml"
GLOSSARY = "glossary.yaml"
_LESSON_FILE = re.compile(r"lessons/([0-9A-Za-z-]{1,10})\.([a-z]{2})\.md\Z")
_ASSET_FILE = re.compile(r"assets/([A-Za-z0-9][A-Za-z0-9._-]{0,119})\Z")
_COURSE_PATHS = re.compile(r"(course|glossary)\.yaml\Z|lessons/|assets/")


@dataclass(slots=True)
class LessonFile:
    """One edition of one lesson. `front` is its front matter; `body` is its text, which begins at line `body_line`."""

    name: str
    language: str
    front: Document
    body: str
    body_line: int
    text: markdown.Outline


@dataclass(slots=True)
class ParsedCourse:
    """A course read from its folder. `codes` maps lesson slugs to lesson numbers; `quizzes` lists quiz slugs in order.

    `editions` has the keys (lesson slug, language). `drawings` are the parsed SVG assets by name. `documents` are course.yaml and
    glossary.yaml by file name.
    """

    folder: Folder
    slug: str = ""
    languages: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    quizzes: list[str] = field(default_factory=list)
    records: dict[Key, Fields] = field(default_factory=dict)
    assets: dict[str, bytes] = field(default_factory=dict)
    drawings: dict[str, figures.Figure] = field(default_factory=dict)
    editions: dict[tuple[str, str], LessonFile] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    resolver: CourseResolver = field(default_factory=lambda: CourseResolver(Names("", "")))

    def has_target(self, target: str) -> bool:
        """Return whether `target` ("slug" or "slug#heading") is a lesson of the course, or a heading in one."""
        slug, _hash, heading = target.partition("#")
        return self.resolver.lesson(slug, heading) is not None

    def check_texts(self, name: str, document: Document, paths: Iterable[YamlPath]) -> None:
        """Add a fault for each problem of the Markdown texts by language at `paths` in `document`.

        For example, a text may refer to a lesson, a term or a figure that the course does not have.
        """
        for path in paths:
            for language, text in value_at(document.value, path).items():
                line = document.line((*path, language))
                for _line, message in markdown.problems(
                    markdown.outline(text), language=language, resolver=self.resolver
                ):
                    self.folder.add_fault(name, line, message)


def parse_course(folder: Folder) -> ParsedCourse:
    """Parse all files of a course except its quizzes. Faults are added to `folder`."""
    parsed = ParsedCourse(folder)
    lessons = dict(_parse_lesson_files(folder))
    _parse_assets(parsed)
    glossary = read_yaml(folder, GLOSSARY, "glossary")
    course = read_yaml(folder, COURSE, "course")
    if course is None:
        if COURSE not in folder.files:
            folder.add_fault(COURSE, 0, _("This file is missing. Every course folder needs it."))
        # Without course.yaml, links cannot be resolved. Faults inside a lesson can still be reported.
        for lesson in lessons.values():
            for line, message in lesson.text.problems:
                folder.add_fault(lesson.name, line, message)
        return parsed
    parsed.documents[COURSE] = course
    _parse_course(parsed, course)
    _parse_lessons(parsed, course, lessons)
    if glossary is not None:
        parsed.documents[GLOSSARY] = glossary
        _parse_glossary(parsed, glossary)
    _make_resolver(parsed)
    _check_lessons(parsed)
    return parsed


# --- files -----------------------------------------------------------------------------------------------------


def _parse_lesson_files(folder: Folder) -> Iterator[tuple[tuple[str, str], LessonFile]]:
    for name in sorted(folder.files):
        if not _COURSE_PATHS.match(name):
            continue
        named = _LESSON_FILE.match(name)
        if named:
            lesson = _parse_lesson_file(folder, name, named[2])
            if lesson is not None:
                yield (named[1], named[2]), lesson
        elif name not in (COURSE, GLOSSARY) and not _ASSET_FILE.match(name):
            folder.add_fault(name, 0, _("This is not a valid name for a lesson or an asset."))


def _parse_lesson_file(folder: Folder, name: str, language: str) -> LessonFile | None:
    text = folder.text(name)
    if text is None:
        return None
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), 0)
    if lines[0].rstrip() != "---" or not end:
        folder.add_fault(name, 1, _("A lesson begins with its front matter between two lines of ---."))
        return None
    front = folder.yaml_text(name, "\n".join(lines[1:end]), first_line=2)
    valid = front is not None and schema.check(folder, name, front, schema=SCHEMA, definition="lesson")
    first = next((number for number in range(end + 1, len(lines)) if lines[number].strip()), None)
    if first is None:
        folder.add_fault(name, end + 1, _("This lesson has no text."))
        return None
    body = canonical("\n".join(lines[end + 1 :]))
    if front is None or not valid:
        return None
    return LessonFile(name, language, front, body, first + 1, markdown.outline(body, first_line=first + 1))


def _parse_assets(parsed: ParsedCourse) -> None:
    for name, content in parsed.folder.files.items():
        named = _ASSET_FILE.match(name)
        if not named:
            continue
        asset = named[1]
        parsed.assets[asset] = content
        if asset.endswith(".svg"):
            figure = figures.read(content, name=asset.split(".")[0])
            parsed.drawings[asset] = figure
            for line, message in figure.problems:
                parsed.folder.add_fault(name, line, message)
        elif pictures.kind_of_name(asset) and (message := pictures.problem(content, name=asset)):
            parsed.folder.add_fault(name, 0, message)


# --- course.yaml -----------------------------------------------------------------------------------------------


def _parse_course(parsed: ParsedCourse, document: Document) -> None:
    course = document.value
    folder = parsed.folder
    parsed.slug, parsed.languages = course["slug"], course["languages"]
    check_languages(folder, COURSE, document, parsed.languages)
    check_unique(folder, COURSE, document, (("modules", index, "slug") for index in range(len(course["modules"]))))
    entries = [
        (("modules", number, "activities", position), activity)
        for number, module in enumerate(course["modules"])
        for position, activity in enumerate(module["activities"])
    ]
    slugs: set[str] = set()
    for path, activity in entries:
        slug = activity.get("lesson") or activity["quiz"]
        if slug in slugs:
            folder.add_fault(COURSE, document.line(path), _("“%(key)s” stands here twice.") % {"key": slug})
        slugs.add(slug)
        fields: Fields = {"required": activity.get("required", True), "archived": False}
        if "lesson" in activity:
            if activity["code"] in parsed.codes.values():
                message = _("“%(key)s” stands here twice.") % {"key": activity["code"]}
                folder.add_fault(COURSE, document.line(path), message)
            parsed.codes[slug] = activity["code"]
            fields |= {"kind": "lesson", "code": activity["code"], "lesson_kind": "reading"}
        else:
            parsed.quizzes.append(slug)
            fields |= {"kind": "quiz", "title": {}}
        parsed.records["activity", slug] = fields
    _add_outline(parsed, course)
    if grading := parse_grading(folder, COURSE, document):
        parsed.records[GRADING] = grading


def _add_outline(parsed: ParsedCourse, course: Fields) -> None:
    """Add the records of the course and its modules, before those of their activities."""
    outline: dict[Key, Fields] = {
        ("course",): {
            "languages": course["languages"],
            "title": texts(course["title"]),
            "summary": texts(course.get("summary")),
            "enrolment": course.get("enrolment", "roster"),
            "enrolment_code": course.get("enrolment_code", ""),
            "modules": [module["slug"] for module in course["modules"]],
        }
    }
    for module in course["modules"]:
        outline["module", module["slug"]] = {
            "number": module["number"],
            "title": texts(module["title"]),
            "activities": [activity.get("lesson") or activity["quiz"] for activity in module["activities"]],
        }
    parsed.records = {**outline, **parsed.records}


# --- lessons and glossary --------------------------------------------------------------------------------------


def _parse_lessons(parsed: ParsedCourse, course: Document, lessons: dict[tuple[str, str], LessonFile]) -> None:
    folder = parsed.folder
    for slug, code in parsed.codes.items():
        original = f"lessons/{code}.{parsed.languages[0]}.md"
        if original not in folder.files:
            message = _("The lesson “%(slug)s” has no text: %(file)s is missing.") % {"slug": slug, "file": original}
            folder.add_fault(COURSE, _line_of(course, slug), message)
        for language in parsed.languages:
            lesson = lessons.pop((code, language), None)
            if lesson is None:
                continue
            front = lesson.front.value
            if front["slug"] != slug:
                message = _("course.yaml calls this lesson “%(slug)s”.") % {"slug": slug}
                folder.add_fault(lesson.name, lesson.front.line(("slug",)), message)
            if (slug, parsed.languages[0]) not in parsed.editions:
                parsed.records["activity", slug]["lesson_kind"] = front["kind"]
            elif front["kind"] != parsed.records["activity", slug]["lesson_kind"]:
                message = _("The original has another kind.")
                folder.add_fault(lesson.name, lesson.front.line(("kind",)), message)
            parsed.editions[slug, language] = lesson
            parsed.records["edition", slug, language] = _edition_record(lesson)
    known = {f"lessons/{code}.{language}.md" for code in parsed.codes.values() for language in parsed.languages}
    for name in folder.files:
        if _LESSON_FILE.match(name) and name not in known:
            folder.add_fault(name, 0, _("course.yaml does not list this lesson, or not in this language."))


def _line_of(course: Document, slug: str) -> int:
    for number, module in enumerate(course.value["modules"]):
        for position, activity in enumerate(module["activities"]):
            if activity.get("lesson") == slug:
                return course.line(("modules", number, "activities", position))
    return 1


def _edition_record(lesson: LessonFile) -> Fields:
    front = lesson.front.value
    return {
        "title": canonical(front["title"]),
        "minutes": front["minutes"],
        "objectives": [
            {"text": canonical(objective["text"]), "covered_by": objective.get("covered_by", [])}
            for objective in front.get("objectives", [])
        ],
        "rubric": [
            {
                "key": criterion["key"],
                "points": criterion["points"],
                "title": canonical(criterion["title"]),
                "description": canonical(criterion["description"]),
            }
            for criterion in front.get("rubric", [])
        ],
        "body": lesson.body,
    }


def _parse_glossary(parsed: ParsedCourse, document: Document) -> None:
    folder, terms = parsed.folder, document.value["terms"]
    check_languages(folder, GLOSSARY, document, parsed.languages)
    check_unique(folder, GLOSSARY, document, (("terms", index, "key") for index in range(len(terms))))
    for index, term in enumerate(terms):
        lesson = term.get("lesson", "")
        if lesson and lesson not in parsed.codes:
            message = _("There is no such lesson: %(slug)s") % {"slug": lesson}
            folder.add_fault(GLOSSARY, document.line(("terms", index, "lesson")), message)
        parsed.records["term", term["key"]] = {
            "lesson": lesson,
            "term": texts(term["term"]),
            "definition": texts(term["definition"]),
        }


def _make_resolver(parsed: ParsedCourse) -> None:
    for name, content in parsed.assets.items():
        parsed.records["asset", name] = asset_record(content)
    headings = {
        slug: frozenset(
            heading.id
            for (lesson, language), edition in parsed.editions.items()
            if lesson == slug and language == parsed.languages[0]
            for heading in edition.text.headings
        )
        for slug in parsed.codes
    }
    parsed.resolver = CourseResolver(
        Names(
            course_slug=parsed.slug,
            original=parsed.languages[0],
            lessons=headings,
            quizzes=frozenset(parsed.quizzes),
            terms={key[1]: fields["definition"] for key, fields in parsed.records.items() if key[0] == "term"},
            assets=parsed.assets,
        )
    )


def _check_lessons(parsed: ParsedCourse) -> None:
    for lesson in parsed.editions.values():
        # Which questions there are is known when the checks have been read: see `course_folder`.
        found = markdown.problems(lesson.text, language=lesson.language, resolver=parsed.resolver, questions=None)
        for line, message in found:
            parsed.folder.add_fault(lesson.name, line, message)


def asset_record(content: bytes) -> Fields:
    """Return the record of an asset: the SHA-256 of its bytes. The bytes are stored separately."""
    return {"sha256": hashlib.sha256(content).hexdigest()}
