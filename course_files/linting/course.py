"""Run all linters of content on a course folder."""

from datetime import date

from course_files.checking.report import CourseCheck, Report
from course_files.course_folder import ParsedFolder
from course_files.linting.choices import lint_choices
from course_files.linting.dated_boxes import lint_dated_boxes
from course_files.linting.facts import lint_facts
from course_files.linting.objectives import lint_objectives
from course_files.linting.spelling import lint_spelling


def lint_course(parsed: ParsedFolder, *, today: date) -> Report:
    """Return the warnings about a folder as the `faults` of a report. There are none if course.yaml could not be read."""
    check = CourseCheck(parsed.course, parsed.quizzes.quizzes, Report())
    if parsed.course.slug:
        lint_dated_boxes(check, today=today)
        lint_objectives(check)
        lint_spelling(check)
        lint_choices(check)
        lint_facts(check)
    check.report.faults = sorted(set(check.report.faults))
    return check.report
