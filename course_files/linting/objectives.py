"""Find objectives that nobody asks for and questions without a place, and count the levels of Bloom's taxonomy."""

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from course_files.checking.report import CourseCheck, placed_questions
from course_files.merging import Fields
from course_files.quizzes.parsing import QuizFile
from quizzes.authoring.models import Question

# Levels that ask for more than to know and to understand, and the share of a course's graded questions that they should have.
_LEVELS = Question.Level.values
HIGHER_LEVELS = frozenset(_LEVELS[_LEVELS.index("apply") :])
SHARE_OF_HIGHER = 1 / 3


def lint_objectives(check: CourseCheck) -> None:
    """Warn of objectives without a question, of questions without a level, and of too few that ask for more than recall."""
    asked = {(slug, number) for _quiz, _index, slug, number in _asked(check)}
    for (slug, language), edition in check.course.editions.items():
        if language != check.languages[0]:
            continue
        for index, objective in enumerate(edition.front.value.get("objectives", [])):
            has_check = any(place.startswith("?") for place in objective.get("covered_by", []))
            if not has_check and (slug, index + 1) not in asked:
                message = _("No question asks for this objective: name one in “covered_by”, or set “objective” in one.")
                check.add_fault(edition.name, edition.front.line(("objectives", index)), message)
    _lint_numbers(check)
    _lint_levels(check)
    _lint_places(check)


def _asked(check: CourseCheck) -> Iterator[tuple[QuizFile, int, str, int]]:
    """Yield (file, index of the question, lesson, number) for each question that names an objective of a lesson."""
    for quiz in check.quizzes.values():
        for index, question in enumerate(quiz.document.value["questions"]):
            if "objective" in question:
                lesson = question.get("lesson", quiz.slug if quiz.is_check else "").partition("#")[0]
                yield quiz, index, lesson, question["objective"]


def _lint_numbers(check: CourseCheck) -> None:
    for quiz, index, slug, number in _asked(check):
        edition = check.course.editions.get((slug, check.languages[0]))
        count = len(edition.front.value.get("objectives", [])) if edition else 0
        if number > count:
            message = _("There is no objective %(number)d: the lesson of this question has %(count)d.")
            line = quiz.document.line(("questions", index, "objective"))
            check.add_fault(quiz.name, line, message % {"number": number, "count": count})


def _lint_levels(check: CourseCheck) -> None:
    every: Counter[str] = Counter()
    for quiz in check.quizzes.values():
        levels = Counter(_level(question) for question in quiz.document.value["questions"])
        check.report.lines.append(f"  {quiz.name}: {describe_levels(levels)}")
        if levels[""] and (not quiz.is_check or len(levels) > 1):
            values = {"missing": levels[""], "all": levels.total()}
            check.add_fault(quiz.name, 0, _("%(missing)d of %(all)d questions do not say their level.") % values)
        if not quiz.is_check:
            every += levels
    known = every.total() - every[""]
    if known and _higher(every) < SHARE_OF_HIGHER * known:
        message = _("Only %(percent)d %% of the graded questions ask to apply or more. A third should.")
        check.add_fault("course.yaml", 0, message % {"percent": 100 * _higher(every) // known})


def _lint_places(check: CourseCheck) -> None:
    """Warn of a question that stays at the end of a lesson whose text has places for others."""
    for quiz in check.quizzes.values():
        edition = check.course.editions.get((quiz.slug, check.languages[0])) if quiz.is_check else None
        placed = placed_questions(edition) if edition else {}
        for index, question in enumerate(quiz.document.value["questions"] if placed else []):
            if question["key"] not in placed:
                message = _("The question “%(key)s” has no place in the text, as others have: it stays at the end.")
                check.add_fault(quiz.name, quiz.document.line(("questions", index)), message % {"key": question["key"]})


def _level(question: Fields) -> str:
    level: str = question.get("level", "")
    return level


def _higher(levels: Counter[str]) -> int:
    return sum(count for level, count in levels.items() if level in HIGHER_LEVELS)


def describe_levels(levels: Counter[str]) -> str:
    """Return one line: how many questions have each level, and the share of those that ask to apply or more."""
    labels = {level.value: str(level.label) for level in Question.Level}
    counts = [f"{labels[level]} {levels[level]}" for level in labels if levels[level]]
    if levels[""]:
        counts.append(_("without a level %(count)d") % {"count": levels[""]})
    share = _("apply or higher %(percent)d %%") % {"percent": 100 * _higher(levels) // max(1, levels.total())}
    return f"{', '.join(counts)}; {share}"
