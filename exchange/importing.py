"""Owns the way of an import: parse → plan → execute in one transaction."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from course_files import quizzes
from exchange import gift, moodle, qti
from exchange.exporting import check_language
from exchange.files import FORMATS, MAX_QUESTIONS, open_source
from exchange.planning import Plan, plan
from exchange.shape import ExchangeError, Reading
from quizzes.authoring.models import Quiz
from quizzes.authoring.publishing import UnpublishableQuiz

READERS = {"moodle": moodle.read, "gift": gift.read, "qti": qti.read}


class ChangedMeanwhile(ExchangeError):
    """The quiz is not what it was when the plan was shown; `plan` is the plan as it is now."""

    slug = "quiz-changed-meanwhile"
    status = 409
    help = gettext_lazy("The quiz has changed since the plan of an import was shown. Look again.")

    def __init__(self, message: str, plan: Plan) -> None:
        super().__init__(message)
        self.plan = plan


def parse(content: bytes, *, language: str, format: str = "") -> Reading:
    """What a file holds; `format` is what somebody says it is, and is held against the content. Raises ExchangeError."""
    source = open_source(content)
    if format and format != source.format:
        raise ExchangeError(
            _("This is no %(asked)s file; by its content it is %(found)s.")
            % {"asked": FORMATS.get(format, format), "found": FORMATS[source.format]}
        )
    reading = READERS[source.format](source, language=language)
    found = len(reading.questions) + len(reading.skipped)
    if found > MAX_QUESTIONS:
        raise ExchangeError(_("The file holds more than %(limit)d questions. Split it.") % {"limit": MAX_QUESTIONS})
    if not found:
        raise ExchangeError(_("There is no question in this file."))
    return reading


def execute(*, quiz: Quiz, reading: Reading, language: str, now: datetime, seen: str | None = None) -> Plan:
    """Do what the plan says, all of it or nothing, and publish. `seen` is the fingerprint of the plan that was agreed to.

    Raises ExchangeError: another plan than the one seen, or a quiz that could not be asked afterwards.
    """
    course = quiz.activity.course
    check_language(course, language)
    try:
        with transaction.atomic():
            Quiz.objects.select_for_update(of=("self",)).get(pk=quiz.pk)
            made = plan(quiz=quiz, reading=reading, language=language)
            if seen is not None and made.fingerprint != seen:
                raise ChangedMeanwhile(
                    _("The quiz has changed since you looked. Nothing was imported; this is what would happen now."),
                    made,
                )
            if not made.changes_nothing:
                quizzes.Execution(made.stored, made.steps, now=now).run(course, leaving=())
    except UnpublishableQuiz as refused:
        faults = "; ".join(f"{key}: {fault}" for key, fault in refused.faults)
        raise ExchangeError(
            _("Nothing was imported, as the quiz could not be asked: %(faults)s") % {"faults": faults}
        ) from refused
    return made
