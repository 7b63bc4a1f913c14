"""Check that a course does not copy the text of given notes."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from common.markup import markdown
from course_files import copying
from course_files.checking.report import CourseCheck
from course_files.copying import Run
from course_files.course.texts import value_at
from course_files.quizzes.parsing import markdown_paths

# The longest run of words that the course and the notes may share. Technical terms can have this many words.
LONGEST_COPY = 6


def check_copies(check: CourseCheck, against: str) -> None:
    """Add a fault for each text that shares a long run of words with the notes, and a line with the longest run."""
    notes = list(copying.words(against))
    longest, file = Run(), ""
    for name, run in _shared_runs(check, notes):
        if len(run) > LONGEST_COPY:
            values = {"count": len(run), "words": str(run)}
            check.add_fault(name, run.line, _("%(count)d words in a row also occur in the notes: %(words)s") % values)
        if len(run) > len(longest):
            longest, file = run, name
    check.report.lines.append(
        _("  Longest run of words shared with the notes: %(count)d (%(file)s:%(line)d: %(words)s)")
        % {"count": len(longest), "file": file, "line": longest.line, "words": str(longest)}
    )


def _shared_runs(check: CourseCheck, notes: Sequence[copying.Word]) -> Iterator[tuple[str, Run]]:
    """Yield (file, longest run shared with the notes) for each lesson and each text of a quiz."""
    for edition in check.course.editions.values():
        own = copying.own_words(markdown.parse(edition.body), first_line=edition.body_line)
        yield edition.name, copying.longest_run(own, notes)
    for quiz in check.quizzes.values():
        for path in markdown_paths(quiz.document):
            for language, text in value_at(quiz.document.value, path).items():
                line = quiz.document.line((*path, language))
                own = (
                    copying.Word(word.text, line) for word in copying.own_words(markdown.parse(text), first_line=line)
                )
                yield quiz.name, copying.longest_run(own, notes)
