"""Collect the lines and faults of a course check, with helpers that several checks use."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from course_files.course.parsing import LessonFile, ParsedCourse
from course_files.files import Fault
from course_files.quizzes.parsing import QuizFile


@dataclass(slots=True)
class Report:
    """The result of a check: `lines` of information to print, and `faults` to correct."""

    lines: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CourseCheck:
    """The course that is checked and the report that checks add to."""

    course: ParsedCourse
    quizzes: Mapping[str, QuizFile]
    report: Report

    @property
    def languages(self) -> list[str]:
        return self.course.languages

    def add_fault(self, file: str, line: int, message: str) -> None:
        self.report.faults.append(Fault(file, line, message))


def figure_names(edition: LessonFile) -> list[str]:
    """Return the names of an edition's figures in order, without the language."""
    return [
        reference.target.removeprefix("assets/").partition(".")[0]
        for reference in edition.text.references
        if reference.kind == "figure"
    ]


def term_keys(edition: LessonFile) -> set[str]:
    """Return the keys of the glossary terms that an edition marks."""
    return {reference.target for reference in edition.text.references if reference.kind == "term"}


def placed_questions(edition: LessonFile) -> dict[str, tuple[int, str]]:
    """Return {key: (line, id of the heading above)} of the questions that stand in the text of an edition."""
    found: dict[str, tuple[int, str]] = {}
    for reference in edition.text.references:
        if reference.kind == "question":
            above = [heading.id for heading in edition.text.headings if heading.line < reference.line]
            found[reference.target] = (reference.line, above[-1] if above else "")
    return found
