"""Import a file of questions into a quiz: parse, plan, then execute in one transaction."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from course_files.quizzes.saving import QuizWriter
from exchange import gift, moodle, qti
from exchange.exporting import check_language
from exchange.files import FORMATS, open_file
from exchange.imports.import_plan import Plan, plan
from exchange.questions import ParsedFile
from exchange.refusals import ChangedMeanwhile, ExchangeError
from quizzes.authoring.models import Quiz
from quizzes.authoring.publishing import UnpublishableQuiz

READERS = {"moodle": moodle.read, "gift": gift.read, "qti": qti.read}


def parse(content: bytes, *, language: str, format: str = "") -> ParsedFile:
    """Parse a file. If `format` is given, the content must have this format. Raises ExchangeError."""
    source = open_file(content)
    if format and format != source.format:
        raise ExchangeError(
            _("This is not a %(asked)s file; its content is %(found)s.")
            % {"asked": FORMATS.get(format, format), "found": FORMATS[source.format]}
        )
    parsed = READERS[source.format](source, language=language)
    if not parsed.questions and not parsed.skipped:
        raise ExchangeError(_("There is no question in this file."))
    return parsed


def execute(
    *, quiz: Quiz, parsed: ParsedFile, language: str, now: datetime, expected_fingerprint: str | None = None
) -> Plan:
    """Import the questions in one transaction, publish the quiz and return the executed plan.

    `expected_fingerprint` is that of the plan that a person confirmed; None is not compared. Raises ChangedMeanwhile if the plan
    is different now, and ExchangeError if the quiz cannot be published. Then nothing is imported.
    """
    course = quiz.activity.course
    check_language(course, language)
    try:
        with transaction.atomic():
            Quiz.objects.select_for_update(of=("self",)).get(pk=quiz.pk)
            result = plan(quiz=quiz, parsed=parsed, language=language)
            if expected_fingerprint is not None and result.fingerprint != expected_fingerprint:
                raise ChangedMeanwhile(
                    _("The quiz has changed since you looked. Nothing was imported; this is what would happen now."),
                    result,
                )
            if not result.changes_nothing:
                QuizWriter(result.stored, result.steps, now=now).write(course, removed_activities=())
    except UnpublishableQuiz as refused:
        faults = "; ".join(f"{key}: {fault}" for key, fault in refused.faults)
        raise ExchangeError(
            _("Nothing was imported because the quiz could not be published: %(faults)s") % {"faults": faults}
        ) from refused
    return result
