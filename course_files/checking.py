"""Owns what makes a course folder fit to be taught from, beyond what an import needs: `manage.py check_course`.

Both languages present and parallel, objectives covered, feedback everywhere, no way to guess the right choice by its
length, glossary terms used, honest reading times, no copy of somebody else's words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil

from django.utils.translation import gettext as _

from common.markup import markdown
from course_files import copying
from course_files.copying import Run
from course_files.course.format import at, text_paths
from course_files.course.reading import GLOSSARY, LessonFile
from course_files.course_folder import Parsed
from course_files.files import Fault
from course_files.merging import Fields
from course_files.plain_yaml import Document
from course_files.plain_yaml import Path as YamlPath
from course_files.quizzes.reading import QuizFile, markdown_paths
from quizzes.questions import KINDS

# A minute of reading: characters of Korean, words of English.
READ_PER_MINUTE = {"ko": 500, "en": 200}
# Reading times are estimates: half as much again, or three minutes, is no fault.
MINUTES_TOLERANCE = (3, 0.5)
# The rate of single choice questions whose right choice is the longest one. By chance it is about 1 in 4.
LONGEST_PER_QUIZ, LONGEST_PER_COURSE = 0.5, 0.4
ENOUGH_QUESTIONS = 4
CRITERIA = 4
# Words in a row that may stand in the notes as well; technical terms make up this many.
LONGEST_COPY = 6
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")


@dataclass(slots=True)
class Report:
    """What was found: `lines` to read, `faults` to mend."""

    lines: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class _Text:
    """One text of the course in one language, and where it stands."""

    file: str
    line: int
    language: str
    text: str


def check(parsed: Parsed, *, against: str = "") -> Report:
    """Examine a folder that was read; `against` is the text of notes that it must not copy."""
    report = Report(faults=list(parsed.folder.faults))
    if not parsed.course.slug:
        return report
    _Check(parsed, report).run(against)
    report.faults = sorted(set(report.faults))
    return report


class _Check:
    def __init__(self, parsed: Parsed, report: Report) -> None:
        self.course = parsed.course
        self.quizzes = parsed.quizzes.quizzes
        self.report = report
        self.languages = parsed.course.languages

    def fault(self, file: str, line: int, message: str) -> None:
        self.report.faults.append(Fault(file, line, message))

    def run(self, against: str) -> None:
        self.summary()
        for slug, code in self.course.codes.items():
            self.lesson(slug, code)
        for quiz in self.quizzes.values():
            self.quiz(quiz)
        for name, document in {**self.course.documents, **{q.name: q.document for q in self.quizzes.values()}}.items():
            self.all_languages(name, document)
        self.glossary()
        self.figures()
        self.longest_choices()
        self.hangul()
        if against:
            self.copies(against)

    def summary(self) -> None:
        checks = [quiz for quiz in self.quizzes.values() if quiz.is_check]
        counts = {
            "slug": self.course.slug,
            "languages": ", ".join(self.languages),
            "lessons": len(self.course.codes),
            "quizzes": len(self.quizzes) - len(checks),
            "checks": len(checks),
            "questions": sum(len(quiz.document.value["questions"]) for quiz in checks),
            "terms": sum(key[0] == "term" for key in self.course.things),
            "figures": len({name.partition(".")[0] for name in self.course.drawings}),
        }
        self.report.lines.append(
            _(
                "%(slug)s (%(languages)s): %(lessons)d lessons, %(quizzes)d graded quizzes, %(checks)d checks with "
                "%(questions)d questions, %(terms)d glossary terms, %(figures)d figures."
            )
            % counts
        )

    # --- lessons -----------------------------------------------------------------------------------------------

    def lesson(self, slug: str, code: str) -> None:
        editions = []
        for language in self.languages:
            if (slug, language) in self.course.editions:
                editions.append(self.course.editions[slug, language])
            else:
                self.fault(f"lessons/{code}.{language}.md", 0, _("This edition of the lesson is missing."))
        if slug not in self.quizzes:
            self.fault(f"checks/{code}.yaml", 0, _("This lesson has no check."))
        for edition in editions:
            self.edition(slug, edition)
        for other in editions[1:]:
            self.parallel(editions[0], other)

    def edition(self, slug: str, edition: LessonFile) -> None:
        front, name = edition.front.value, edition.name
        self.objectives(slug, edition)
        if not edition.text.headings or edition.text.headings[-1].id != "summary":
            self.fault(name, 0, _("The last section of a lesson is its summary: ## … {#summary}."))
        if front["kind"] == "practice":
            if len(front.get("rubric", [])) != CRITERIA:
                self.fault(name, 1, _("A practice has a rubric of %(count)d criteria.") % {"count": CRITERIA})
        elif not _figures(edition):
            self.fault(name, 0, _("A reading lesson has a figure."))
        for reference in edition.text.references:
            if reference.kind == "figure" and f".{edition.language}." not in reference.target:
                self.fault(name, reference.line, _("This figure is not drawn in the language of the text."))
        self.minutes(slug, edition)

    def objectives(self, slug: str, edition: LessonFile) -> None:
        headings = {f"#{heading.id}" for heading in edition.text.headings}
        check = self.quizzes.get(slug)
        questions = {f"?{question['key']}" for question in check.document.value["questions"]} if check else set()
        if not edition.front.value.get("objectives"):
            self.fault(edition.name, 1, _("This lesson has no objectives."))
        for index, objective in enumerate(edition.front.value.get("objectives", [])):
            line = edition.front.line(("objectives", index))
            covered = objective.get("covered_by", [])
            if not covered:
                self.fault(edition.name, line, _("Nothing covers this objective."))
            for place in covered:
                if place not in headings | questions:
                    self.fault(edition.name, line, _("There is no %(place)s in this lesson.") % {"place": place})

    def minutes(self, slug: str, edition: LessonFile) -> None:
        size = _size(edition)
        estimate = ceil(size / READ_PER_MINUTE[edition.language])
        minutes = edition.front.value["minutes"]
        values = {"minutes": minutes, "estimate": estimate}
        allowed = max(MINUTES_TOLERANCE[0], estimate * MINUTES_TOLERANCE[1])
        if edition.front.value["kind"] == "practice" and minutes < estimate:
            message = _("Reading alone takes %(estimate)d minutes; %(minutes)d are given.")
            self.fault(edition.name, edition.front.line(("minutes",)), message % values)
        elif edition.front.value["kind"] == "reading" and abs(minutes - estimate) > allowed:
            message = _("Reading this takes about %(estimate)d minutes; %(minutes)d are given.")
            self.fault(edition.name, edition.front.line(("minutes",)), message % values)
        facts = {
            "name": edition.name,
            "size": size,
            "unit": _("characters") if edition.language == "ko" else _("words"),
            "minutes": minutes,
            "estimate": estimate,
            "headings": len(edition.text.headings),
            "figures": len(_figures(edition)),
            "terms": len(_terms(edition)),
        }
        self.report.lines.append(
            _(
                "  %(name)s: %(size)d %(unit)s, %(minutes)d minutes (about %(estimate)d by its length), "
                "headings: %(headings)d, figures: %(figures)d, terms: %(terms)d"
            )
            % facts
        )

    def parallel(self, original: LessonFile, other: LessonFile) -> None:
        """The same headings, figures, objectives and criteria stand in both editions, in the same order."""
        mine, theirs = original.front.value, other.front.value
        pairs: list[tuple[str, Sequence[object], Sequence[object]]] = [
            (
                _("headings"),
                [(heading.level, heading.id) for heading in original.text.headings],
                [(heading.level, heading.id) for heading in other.text.headings],
            ),
            (_("figures"), _figures(original), _figures(other)),
            (_("terms"), sorted(_terms(original)), sorted(_terms(other))),
            (_("links"), sorted(_inner_links(original)), sorted(_inner_links(other))),
            (
                _("objectives"),
                [objective.get("covered_by", []) for objective in mine.get("objectives", [])],
                [objective.get("covered_by", []) for objective in theirs.get("objectives", [])],
            ),
            (
                _("criteria"),
                [(criterion["key"], criterion["points"]) for criterion in mine.get("rubric", [])],
                [(criterion["key"], criterion["points"]) for criterion in theirs.get("rubric", [])],
            ),
        ]
        for what, here, there in pairs:
            if list(here) != list(there):
                extra = [item for item in here if item not in there], [item for item in there if item not in here]
                values = {"what": what, "file": original.name, "missing": extra[0], "extra": extra[1]}
                message = _("Other %(what)s than in %(file)s: missing here %(missing)s, only here %(extra)s.")
                self.fault(other.name, 0, message % values)

    # --- quizzes -----------------------------------------------------------------------------------------------

    def quiz(self, quiz: QuizFile) -> None:
        for index, question in enumerate(quiz.document.value["questions"]):
            path: YamlPath = ("questions", index)
            if not question.get("lesson"):
                self.fault(
                    quiz.name, quiz.document.line(path), _("The question does not say which lesson explains it.")
                )
            if "choices" in question:
                for number, choice in enumerate(question["choices"]):
                    if not choice.get("feedback"):
                        line = quiz.document.line((*path, "choices", number))
                        self.fault(quiz.name, line, _("This choice has no feedback."))
            elif not KINDS[question["kind"]].by_person and set(question.get("feedback", {})) != {
                "correct",
                "incorrect",
            }:
                message = _("A question without choices has feedback for a right and for a wrong answer.")
                self.fault(quiz.name, quiz.document.line(path), message)

    def all_languages(self, name: str, document: Document) -> None:
        for path in text_paths(document):
            for language in self.languages:
                if not at(document.value, path).get(language, "").strip():
                    message = _("The text in this language is missing: %(language)s.") % {"language": language}
                    self.fault(name, document.line(path), message)

    def longest_choices(self) -> None:
        """Who always picks the longest choice must not pass."""
        for language in self.languages:
            total: list[bool] = []
            for quiz in self.quizzes.values():
                longest = [
                    _longest_is_right(question, language)
                    for question in quiz.document.value["questions"]
                    if question["kind"] == "single_choice"
                ]
                total += longest
                rate = sum(longest) / len(longest) if longest else 0
                if not quiz.is_check and longest:
                    self.longest_line(quiz.name, language, longest)
                if len(longest) >= ENOUGH_QUESTIONS and rate > LONGEST_PER_QUIZ:
                    message = _("In %(rate).0f %% of the questions the right choice is the longest (%(language)s).")
                    self.fault(quiz.name, 0, message % {"rate": rate * 100, "language": language})
            if total:
                self.longest_line(self.course.slug, language, total)
                if len(total) >= ENOUGH_QUESTIONS and sum(total) / len(total) > LONGEST_PER_COURSE:
                    message = _("Over the whole course the right choice is the longest too often (%(language)s).")
                    self.fault("course.yaml", 0, message % {"language": language})

    def longest_line(self, name: str, language: str, longest: Sequence[bool]) -> None:
        values = {"name": name, "language": language, "right": sum(longest), "all": len(longest)}
        values["rate"] = 100 * sum(longest) // len(longest)
        self.report.lines.append(
            _("  %(name)s (%(language)s): the right choice is the longest in %(right)d of %(all)d (%(rate)d %%)")
            % values
        )

    # --- the rest ----------------------------------------------------------------------------------------------

    def glossary(self) -> None:
        document = self.course.documents.get(GLOSSARY)
        if document is None:
            self.fault(GLOSSARY, 0, _("The course has no glossary."))
            return
        for index, term in enumerate(document.value["terms"]):
            line = document.line(("terms", index))
            if not term.get("lesson"):
                self.fault(GLOSSARY, line, _("The term “%(key)s” does not say which lesson teaches it.") % term)
            for language in self.languages:
                users = {
                    slug
                    for (slug, code), edition in self.course.editions.items()
                    if code == language and term["key"] in _terms(edition)
                }
                values = {"key": term["key"], "language": language, "lesson": term.get("lesson", "")}
                if not users:
                    message = _("The term “%(key)s” stands in no lesson (%(language)s).")
                    self.fault(GLOSSARY, line, message % values)
                elif term.get("lesson") and term["lesson"] not in users:
                    message = _("The lesson “%(lesson)s” teaches “%(key)s” and does not mark it (%(language)s).")
                    self.fault(GLOSSARY, line, message % values)

    def figures(self) -> None:
        used = {
            reference.target.removeprefix("assets/")
            for edition in self.course.editions.values()
            for reference in edition.text.references
        }
        for name in self.course.assets:
            if name not in used:
                self.fault(f"assets/{name}", 0, _("No lesson uses this file."))
        for name, figure in self.course.drawings.items():
            base, _dot, rest = name.partition(".")
            for language in self.languages:
                other = self.course.drawings.get(f"{base}.{language}.svg")
                if other is None:
                    message = _("This figure is missing in a language: %(language)s.") % {"language": language}
                    self.fault(f"assets/{name}", 0, message)
                elif rest.startswith(self.languages[0]) and len(other.words) != len(figure.words):
                    values = {"here": len(figure.words), "there": len(other.words), "language": language}
                    message = _("This figure holds %(here)d texts, in the other language (%(language)s) %(there)d.")
                    self.fault(f"assets/{name}", 0, message % values)

    def hangul(self) -> None:
        """A reader of English meets no Korean: a screen reader would spell it."""
        for text in self.texts():
            if text.language != "ko" and _HANGUL.search(text.text):
                lines = text.text.split("\n")
                line = next(number for number, content in enumerate(lines) if _HANGUL.search(content))
                found = _HANGUL.search(lines[line])
                start = found.start() if found else 0
                values = {"text": lines[line][start : start + 20]}
                # A text in YAML is one line there, or stands below its name: the place is near enough.
                self.fault(text.file, text.line + line, _("Korean in an English text: %(text)s") % values)

    def texts(self) -> Iterator[_Text]:
        for edition in self.course.editions.values():
            front = edition.front
            for path in front.lines:
                value = at(front.value, path)
                if isinstance(value, str):
                    yield _Text(edition.name, front.line(path), edition.language, value)
            yield _Text(edition.name, edition.body_line, edition.language, edition.body)
        for name, figure in self.course.drawings.items():
            language = name.partition(".")[2].partition(".")[0]
            yield _Text(f"assets/{name}", 1, language, " ".join(figure.words))
        documents = [*self.course.documents.items(), *((quiz.name, quiz.document) for quiz in self.quizzes.values())]
        for name, document in documents:
            for path in text_paths(document):
                for language, text in at(document.value, path).items():
                    yield _Text(name, document.line((*path, language)), language, text)

    def copies(self, against: str) -> None:
        notes = list(copying.words(against))
        longest, where = Run(), ""
        for name, run in self.runs(notes):
            if len(run) > LONGEST_COPY:
                values = {"count": len(run), "words": str(run)}
                self.fault(name, run.line, _("%(count)d words in a row stand in the notes: %(words)s") % values)
            if len(run) > len(longest):
                longest, where = run, name
        self.report.lines.append(
            _("  Longest run of words shared with the notes: %(count)d (%(file)s:%(line)d: %(words)s)")
            % {"count": len(longest), "file": where, "line": longest.line, "words": str(longest)}
        )

    def runs(self, notes: Sequence[copying.Word]) -> Iterator[tuple[str, Run]]:
        for edition in self.course.editions.values():
            own = copying.own_words(edition.text, first_line=edition.body_line)
            yield edition.name, copying.longest_run(own, notes)
        for quiz in self.quizzes.values():
            for path in markdown_paths(quiz.document):
                for language, text in at(quiz.document.value, path).items():
                    line = quiz.document.line((*path, language))
                    own = (
                        copying.Word(word.text, line)
                        for word in copying.own_words(markdown.parse(text), first_line=line)
                    )
                    yield quiz.name, copying.longest_run(own, notes)


def _figures(edition: LessonFile) -> list[str]:
    """The names of an edition's figures, without language."""
    return [
        reference.target.removeprefix("assets/").partition(".")[0]
        for reference in edition.text.references
        if reference.kind == "figure"
    ]


def _terms(edition: LessonFile) -> set[str]:
    return {reference.target for reference in edition.text.references if reference.kind == "term"}


def _inner_links(edition: LessonFile) -> set[str]:
    return {
        reference.target
        for reference in edition.text.references
        if reference.kind == "link" and not reference.target.startswith(("https:", "mailto:"))
    }


def _size(edition: LessonFile) -> int:
    """How long the text is that a reader sees: Korean is counted by characters, English by words."""
    text = "\n".join(part for _line, part in markdown.paragraphs(edition.text))
    return len(text) if edition.language == "ko" else len(text.split())


def _longest_is_right(question: Fields, language: str) -> bool:
    lengths = [(len(choice["text"].get(language, "")), choice.get("correct", False)) for choice in question["choices"]]
    longest = max(length for length, _correct in lengths)
    right = [correct for length, correct in lengths if length == longest]
    return right == [True]
