"""Write the material for teaching: a folder with an index, slides, plans and handouts, and a folder for staff only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from course_files import files
from course_files.course.parsing import LessonFile
from course_files.course_folder import ParsedFolder
from course_files.merging import Fields
from course_files.teaching.answers import Answer, answer
from course_files.teaching.plans import minutes_of_questions, plan_steps
from course_files.teaching.questions import ShownQuestion, in_language, show_question
from course_files.teaching.rendering import FileResolver
from course_files.teaching.sections import Section, sections
from course_files.teaching.slides import Slide, section_slides

_HERE = Path(__file__).parent
KINDS = ("slides", "handout", "plan")
# Lines to write on below each section of a handout.
NOTE_LINES = 3


@dataclass
class LessonMaterial:
    """One edition of a lesson, and the questions of its check."""

    code: str
    edition: LessonFile
    questions: Sequence[Fields]
    resolver: FileResolver

    @property
    def language(self) -> str:
        return self.edition.language

    @property
    def front(self) -> Fields:
        front: Fields = self.edition.front.value
        return front

    @cached_property
    def sections(self) -> list[Section]:
        return sections(self.edition)

    @cached_property
    def shown(self) -> dict[str, ShownQuestion]:
        """The questions of the check by key, without their keys: first those in the text, in its order, then the others."""
        return {
            question["key"]: show_question(question, number=number, language=self.language, resolver=self.resolver)
            for number, question in enumerate(in_order(self.sections, self.questions), 1)
        }

    def asked_in(self, section: Section) -> list[ShownQuestion]:
        """Return the questions that stand in a section."""
        return [self.shown[key] for key in section.questions if key in self.shown]

    def left(self) -> list[ShownQuestion]:
        """Return the questions that stand nowhere in the text: they come at the end."""
        placed = {key for section in self.sections for key in section.questions}
        return [question for key, question in self.shown.items() if key not in placed]

    def slides(self) -> list[Slide]:
        opening, slides = self.front["title"], []
        for section in self.sections:
            slides += section_slides(section, opening=opening, language=self.language, resolver=self.resolver)
            slides += [_question_slide(question) for question in self.asked_in(section)]
        return [*slides, *map(_question_slide, self.left())]

    def context(self) -> dict[str, Any]:
        """Return what the pages of the lesson show."""
        front = self.front
        steps = plan_steps(self.sections, front["minutes"], opening=_("Opening"))
        return {
            "code": self.code,
            "language": self.language,
            "front": front,
            "slides": self.slides(),
            "sections": [
                (
                    section,
                    section_slides(section, opening="", language=self.language, resolver=self.resolver),
                    self.asked_in(section),
                )
                for section in self.sections
            ],
            "steps": steps,
            "questions": list(self.shown.values()),
            "left": self.left(),
            "question_minutes": minutes_of_questions(self.questions),
            "all_minutes": front["minutes"] + minutes_of_questions(self.questions),
            "note_lines": range(NOTE_LINES),
        }


def in_order(parts: Sequence[Section], questions: Sequence[Fields]) -> list[Fields]:
    """Return first the questions that stand in the text, in its order, then the others."""
    by_key = {question["key"]: question for question in questions}
    placed = [key for part in parts for key in part.questions if key in by_key]
    return [by_key[key] for key in dict.fromkeys([*placed, *by_key])]


def _question_slide(question: ShownQuestion) -> Slide:
    return Slide(_("Check"), part=question.number, question=question)


def write_material(parsed: ParsedFolder, output: Path, *, only: Sequence[str] = ()) -> list[str]:
    """Write the pages of the course, or of the lessons with the codes `only`, below `output`. Return the names of all pages.

    The answer book has the whole course in any case, since its quizzes ask about several lessons.
    """
    pages = dict(_pages(parsed, only))
    files.write(output, {name: html.encode() for name, html in pages.items()})
    return sorted(pages)


def _pages(parsed: ParsedFolder, only: Sequence[str]) -> Iterator[tuple[str, str]]:
    course = parsed.course
    for language in course.languages:
        lessons = []
        for slug, code in course.codes.items():
            lesson = None if only and code not in only else _lesson(parsed, slug, language)
            if lesson is not None:
                lessons.append(lesson)
                for kind in KINDS:
                    yield f"{kind}/{code}.{language}.html", _render(kind, lesson, language)
        index = {"course_title": _title(parsed, language), "lessons": lessons}
        yield f"index.{language}.html", _render("index", index, language)
        yield f"staff-only/answers.{language}.html", answer_book(parsed, language)


def lesson_page(parsed: ParsedFolder, kind: str, slug: str, language: str) -> str | None:
    """Return a page of a lesson; `kind` is one of KINDS. None if there is no such lesson in the language."""
    lesson = _lesson(parsed, slug, language)
    return _render(kind, lesson, language) if lesson else None


def answer_book(parsed: ParsedFolder, language: str) -> str:
    """Return the answer book of the whole course."""
    with translation.override(language):
        quizzes = _answers(parsed, language, FileResolver(parsed.course.assets))
    return _render("answers", {"course_title": _title(parsed, language), "quizzes": quizzes}, language)


def _title(parsed: ParsedFolder, language: str) -> str:
    return in_language(parsed.course.records["course",]["title"], language)


def _lesson(parsed: ParsedFolder, slug: str, language: str) -> dict[str, Any] | None:
    """Return what the pages of a lesson show. None if there is no such lesson in the language."""
    course = parsed.course
    edition = course.editions.get((slug, language))
    if edition is None:
        return None
    quiz = parsed.quizzes.quizzes.get(slug)
    questions = quiz.document.value["questions"] if quiz else []
    with translation.override(language):
        return LessonMaterial(course.codes[slug], edition, questions, FileResolver(course.assets)).context()


def _answers(parsed: ParsedFolder, language: str, resolver: FileResolver) -> list[tuple[str, list[Answer]]]:
    """Return (title, answers) of each check and quiz in the order of the course."""
    found = []
    for key in (key for key in parsed.course.records if key[0] == "activity"):
        quiz = parsed.quizzes.quizzes.get(key[1])
        if quiz is not None:
            value = quiz.document.value
            code = parsed.course.codes.get(quiz.slug, "")
            title = in_language(value.get("title", {}), language) or _("Check")
            edition = parsed.course.editions.get((quiz.slug, language)) if quiz.is_check else None
            # The same numbers as on slides and handouts.
            questions = in_order(sections(edition) if edition else [], value["questions"])
            answers = [
                answer(question, number=number, language=language, resolver=resolver)
                for number, question in enumerate(questions, 1)
            ]
            found.append((f"{code} {title}".strip(), answers))
    return found


def _render(kind: str, context: dict[str, Any], language: str) -> str:
    script = _asset("slides.js") if kind == "slides" else ""
    shared = {"style": _asset("material.css"), "script": script, "language": language}
    with translation.override(language):
        return render_to_string(f"teaching/{kind}.html", {**context, **shared})


def _asset(name: str) -> SafeString:
    return mark_safe((_HERE / name).read_text(encoding="utf-8"))  # noqa: S308 (a file of this package)
