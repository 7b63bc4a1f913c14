"""Check questions: lesson links, feedback, and whether the longest choice is right too often."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from course_files.checking.report import CourseCheck
from course_files.merging import Fields
from course_files.plain_yaml import Path as YamlPath
from course_files.quizzes.parsing import QuizFile
from questions import KINDS

# The highest share of single choice questions whose right choice is the longest. By chance it is about 1 in 4.
LONGEST_PER_QUIZ, LONGEST_PER_COURSE = 0.5, 0.4
# With fewer questions the share is not checked.
ENOUGH_QUESTIONS = 4


def check_quizzes(check: CourseCheck) -> None:
    """Check that each question links to a lesson and has feedback."""
    for quiz in check.quizzes.values():
        _check_quiz(check, quiz)


def _check_quiz(check: CourseCheck, quiz: QuizFile) -> None:
    for index, question in enumerate(quiz.document.value["questions"]):
        path: YamlPath = ("questions", index)
        if not question.get("lesson"):
            check.add_fault(
                quiz.name, quiz.document.line(path), _("The question does not say which lesson explains it.")
            )
        if "choices" in question:
            for number, choice in enumerate(question["choices"]):
                if not choice.get("feedback"):
                    line = quiz.document.line((*path, "choices", number))
                    check.add_fault(quiz.name, line, _("This choice has no feedback."))
        elif not KINDS[question["kind"]].by_person and set(question.get("feedback", {})) != {
            "correct",
            "incorrect",
        }:
            message = _("A question without choices needs feedback for right and for wrong answers.")
            check.add_fault(quiz.name, quiz.document.line(path), message)


def check_longest_choices(check: CourseCheck) -> None:
    """Add a fault if a student who always picks the longest choice would be right too often."""
    for language in check.languages:
        total: list[bool] = []
        for quiz in check.quizzes.values():
            longest = [
                _longest_is_right(question, language)
                for question in quiz.document.value["questions"]
                if question["kind"] == "single_choice"
            ]
            total += longest
            rate = sum(longest) / len(longest) if longest else 0
            if not quiz.is_check and longest:
                _add_longest_line(check, quiz.name, language, longest)
            if len(longest) >= ENOUGH_QUESTIONS and rate > LONGEST_PER_QUIZ:
                message = _("In %(rate).0f %% of the questions the right choice is the longest (%(language)s).")
                check.add_fault(quiz.name, 0, message % {"rate": rate * 100, "language": language})
        if total:
            _add_longest_line(check, check.course.slug, language, total)
            if len(total) >= ENOUGH_QUESTIONS and sum(total) / len(total) > LONGEST_PER_COURSE:
                message = _("Over the whole course the right choice is the longest too often (%(language)s).")
                check.add_fault("course.yaml", 0, message % {"language": language})


def _add_longest_line(check: CourseCheck, name: str, language: str, longest: Sequence[bool]) -> None:
    values = {"name": name, "language": language, "right": sum(longest), "all": len(longest)}
    values["rate"] = 100 * sum(longest) // len(longest)
    check.report.lines.append(
        _("  %(name)s (%(language)s): the right choice is the longest in %(right)d of %(all)d (%(rate)d %%)") % values
    )


def _longest_is_right(question: Fields, language: str) -> bool:
    lengths = [(len(choice["text"].get(language, "")), choice.get("correct", False)) for choice in question["choices"]]
    longest = max(length for length, _correct in lengths)
    right = [correct for length, correct in lengths if length == longest]
    return right == [True]
