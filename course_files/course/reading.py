"""Owns how the files of a course become things; what is wrong with them is added to the folder's faults."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from common.markup import figures, markdown
from course_files import schema
from course_files.course.format import at, check_languages, check_unique, read_yaml, texts
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
_MINE = re.compile(r"(course|glossary)\.yaml\Z|lessons/|assets/")


@dataclass(slots=True)
class LessonFile:
    """One edition of one lesson: its front matter, and its text from `body_line` on."""

    name: str
    language: str
    front: Document
    body: str
    body_line: int
    text: markdown.Document


@dataclass(slots=True)
class Reading:
    """A course as its folder says it. `codes` maps lessons to their numbers; `quizzes` names them in order."""

    folder: Folder
    slug: str = ""
    languages: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    quizzes: list[str] = field(default_factory=list)
    things: dict[Key, Fields] = field(default_factory=dict)
    assets: dict[str, bytes] = field(default_factory=dict)
    drawings: dict[str, figures.Figure] = field(default_factory=dict)
    editions: dict[tuple[str, str], LessonFile] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    resolver: CourseResolver = field(default_factory=lambda: CourseResolver(Names("", "")))

    def has_place(self, place: str) -> bool:
        """Whether "slug" or "slug#heading" names a lesson (and one of its headings)."""
        slug, _hash, heading = place.partition("#")
        return self.resolver.lesson(slug, heading) is not None

    def check_texts(self, name: str, document: Document, paths: Iterable[YamlPath]) -> None:
        """Hold the Markdown of texts by language, at `paths` of `document`, against what the course holds."""
        for path in paths:
            for language, text in at(document.value, path).items():
                line = document.line((*path, language))
                for _line, message in markdown.problems(
                    markdown.parse(text), language=language, resolver=self.resolver
                ):
                    self.folder.fault(name, line, message)


def read(folder: Folder) -> Reading:
    """Read the files of a course that are not quizzes."""
    reading = Reading(folder)
    lessons = dict(_lesson_files(folder))
    _read_assets(reading)
    glossary = read_yaml(folder, GLOSSARY, "glossary")
    course = read_yaml(folder, COURSE, "course")
    if course is None:
        if COURSE not in folder.files:
            folder.fault(COURSE, 0, _("This file is missing: it makes a folder a course."))
        # What the lessons name cannot be looked up; what is wrong with themselves can be said.
        for lesson in lessons.values():
            for line, message in lesson.text.problems:
                folder.fault(lesson.name, line, message)
        return reading
    reading.documents[COURSE] = course
    _read_course(reading, course)
    _read_lessons(reading, course, lessons)
    if glossary is not None:
        reading.documents[GLOSSARY] = glossary
        _read_glossary(reading, glossary)
    _make_resolver(reading)
    _check_lessons(reading)
    return reading


# --- files -----------------------------------------------------------------------------------------------------


def _lesson_files(folder: Folder) -> Iterator[tuple[tuple[str, str], LessonFile]]:
    for name in sorted(folder.files):
        if not _MINE.match(name):
            continue
        named = _LESSON_FILE.match(name)
        if named:
            lesson = _lesson_file(folder, name, named[2])
            if lesson is not None:
                yield (named[1], named[2]), lesson
        elif name not in (COURSE, GLOSSARY) and not _ASSET_FILE.match(name):
            folder.fault(name, 0, _("This file has not the name of a lesson or an asset."))


def _lesson_file(folder: Folder, name: str, language: str) -> LessonFile | None:
    text = folder.text(name)
    if text is None:
        return None
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), 0)
    if lines[0].rstrip() != "---" or not end:
        folder.fault(name, 1, _("A lesson begins with its front matter between two lines of ---."))
        return None
    front = folder.yaml_text(name, "\n".join(lines[1:end]), first_line=2)
    valid = front is not None and schema.check(folder, name, front, schema=SCHEMA, definition="lesson")
    first = next((number for number in range(end + 1, len(lines)) if lines[number].strip()), None)
    if first is None:
        folder.fault(name, end + 1, _("This lesson has no text."))
        return None
    body = canonical("\n".join(lines[end + 1 :]))
    if front is None or not valid:
        return None
    return LessonFile(name, language, front, body, first + 1, markdown.parse(body, first_line=first + 1))


def _read_assets(reading: Reading) -> None:
    for name, content in reading.folder.files.items():
        named = _ASSET_FILE.match(name)
        if not named:
            continue
        asset = named[1]
        reading.assets[asset] = content
        if asset.endswith(".svg"):
            figure = figures.read(content, name=asset.split(".")[0])
            reading.drawings[asset] = figure
            for line, message in figure.problems:
                reading.folder.fault(name, line, message)


# --- course.yaml -----------------------------------------------------------------------------------------------


def _read_course(reading: Reading, document: Document) -> None:
    course = document.value
    folder = reading.folder
    reading.slug, reading.languages = course["slug"], course["languages"]
    check_languages(folder, COURSE, document, reading.languages)
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
            folder.fault(COURSE, document.line(path), _("“%(key)s” stands here twice.") % {"key": slug})
        slugs.add(slug)
        fields: Fields = {"required": activity.get("required", True), "archived": False}
        if "lesson" in activity:
            if activity["code"] in reading.codes.values():
                message = _("“%(key)s” stands here twice.") % {"key": activity["code"]}
                folder.fault(COURSE, document.line(path), message)
            reading.codes[slug] = activity["code"]
            fields |= {"kind": "lesson", "code": activity["code"], "lesson_kind": "reading"}
        else:
            reading.quizzes.append(slug)
            fields |= {"kind": "quiz", "title": {}}
        reading.things["activity", slug] = fields
    _add_outline(reading, course)


def _add_outline(reading: Reading, course: Fields) -> None:
    """The course and its modules as things, in front of their activities."""
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
    reading.things = {**outline, **reading.things}


# --- lessons and glossary --------------------------------------------------------------------------------------


def _read_lessons(reading: Reading, course: Document, lessons: dict[tuple[str, str], LessonFile]) -> None:
    folder = reading.folder
    for slug, code in reading.codes.items():
        original = f"lessons/{code}.{reading.languages[0]}.md"
        if original not in folder.files:
            message = _("The lesson “%(slug)s” has no text: %(file)s is missing.") % {"slug": slug, "file": original}
            folder.fault(COURSE, _line_of(course, slug), message)
        for language in reading.languages:
            lesson = lessons.pop((code, language), None)
            if lesson is None:
                continue
            front = lesson.front.value
            if front["slug"] != slug:
                message = _("course.yaml calls this lesson “%(slug)s”.") % {"slug": slug}
                folder.fault(lesson.name, lesson.front.line(("slug",)), message)
            if (slug, reading.languages[0]) not in reading.editions:
                reading.things["activity", slug]["lesson_kind"] = front["kind"]
            elif front["kind"] != reading.things["activity", slug]["lesson_kind"]:
                message = _("The original says another kind.")
                folder.fault(lesson.name, lesson.front.line(("kind",)), message)
            reading.editions[slug, language] = lesson
            reading.things["edition", slug, language] = _edition(lesson)
    known = {f"lessons/{code}.{language}.md" for code in reading.codes.values() for language in reading.languages}
    for name in folder.files:
        if _LESSON_FILE.match(name) and name not in known:
            folder.fault(name, 0, _("course.yaml knows no such lesson, or not in this language."))


def _line_of(course: Document, slug: str) -> int:
    for number, module in enumerate(course.value["modules"]):
        for position, activity in enumerate(module["activities"]):
            if activity.get("lesson") == slug:
                return course.line(("modules", number, "activities", position))
    return 1


def _edition(lesson: LessonFile) -> Fields:
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


def _read_glossary(reading: Reading, document: Document) -> None:
    folder, terms = reading.folder, document.value["terms"]
    check_languages(folder, GLOSSARY, document, reading.languages)
    check_unique(folder, GLOSSARY, document, (("terms", index, "key") for index in range(len(terms))))
    for index, term in enumerate(terms):
        lesson = term.get("lesson", "")
        if lesson and lesson not in reading.codes:
            message = _("There is no such lesson: %(slug)s") % {"slug": lesson}
            folder.fault(GLOSSARY, document.line(("terms", index, "lesson")), message)
        reading.things["term", term["key"]] = {
            "lesson": lesson,
            "term": texts(term["term"]),
            "definition": texts(term["definition"]),
        }


def _make_resolver(reading: Reading) -> None:
    for name, content in reading.assets.items():
        reading.things["asset", name] = asset_fields(content)
    headings = {
        slug: frozenset(
            heading.id
            for (lesson, language), edition in reading.editions.items()
            if lesson == slug and language == reading.languages[0]
            for heading in edition.text.headings
        )
        for slug in reading.codes
    }
    reading.resolver = CourseResolver(
        Names(
            course_slug=reading.slug,
            original=reading.languages[0],
            lessons=headings,
            quizzes=frozenset(reading.quizzes),
            terms={key[1]: fields["definition"] for key, fields in reading.things.items() if key[0] == "term"},
            assets=reading.assets,
        )
    )


def _check_lessons(reading: Reading) -> None:
    for lesson in reading.editions.values():
        found = markdown.problems(lesson.text, language=lesson.language, resolver=reading.resolver)
        for line, message in found:
            reading.folder.fault(lesson.name, line, message)


def asset_fields(content: bytes) -> Fields:
    """A file as a thing: its bytes are kept beside, their digest stands for them."""
    return {"sha256": hashlib.sha256(content).hexdigest()}
