"""Run all checks on a course folder."""

from django.utils.translation import gettext as _

from course_files.checking.copies import check_copies
from course_files.checking.languages import check_hangul, check_languages
from course_files.checking.lessons import check_lessons
from course_files.checking.materials import check_figures, check_glossary
from course_files.checking.quizzes import check_longest_choices, check_quizzes
from course_files.checking.report import CourseCheck, Report
from course_files.course_folder import ParsedFolder


def check_course(parsed: ParsedFolder, *, against: str = "") -> Report:
    """Run all checks on a folder and return their report. `against` is the text of notes that the course must not copy.

    If course.yaml could not be read, the report contains only the faults that were found while reading the folder.
    """
    report = Report(faults=list(parsed.folder.faults))
    if not parsed.course.slug:
        return report
    check = CourseCheck(parsed.course, parsed.quizzes.quizzes, report)
    _add_summary(check)
    check_lessons(check)
    check_quizzes(check)
    check_languages(check)
    check_glossary(check)
    check_figures(check)
    check_longest_choices(check)
    check_hangul(check)
    if against:
        check_copies(check, against)
    report.faults = sorted(set(report.faults))
    return report


def _add_summary(check: CourseCheck) -> None:
    lesson_checks = [quiz for quiz in check.quizzes.values() if quiz.is_check]
    counts = {
        "slug": check.course.slug,
        "languages": ", ".join(check.languages),
        "lessons": len(check.course.codes),
        "quizzes": len(check.quizzes) - len(lesson_checks),
        "checks": len(lesson_checks),
        "questions": sum(len(quiz.document.value["questions"]) for quiz in lesson_checks),
        "terms": sum(key[0] == "term" for key in check.course.records),
        "figures": len({name.partition(".")[0] for name in check.course.drawings}),
    }
    check.report.lines.append(
        _(
            "%(slug)s (%(languages)s): %(lessons)d lessons, %(quizzes)d graded quizzes, %(checks)d checks with "
            "%(questions)d questions, %(terms)d glossary terms, %(figures)d figures."
        )
        % counts
    )
