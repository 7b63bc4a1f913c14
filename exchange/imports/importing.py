"""Import a file of questions into a quiz: parse it, plan, then change the draft of the quiz, or publish, in one transaction."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from course_files.merging import Fields, Key
from course_files.quizzes.saving import QuizWriter
from course_files.quizzes.stored import get_stored_quizzes
from courses.models import Course
from exchange import gift, moodle, qti
from exchange.exporting import check_language
from exchange.files import FORMATS, READ_ONLY, open_file
from exchange.gift import aiken
from exchange.imports.import_plan import Plan, plan
from exchange.items.questions import ParsedFile
from exchange.pictures import USED, Pictures
from exchange.refusals import CHANGED, ChangedMeanwhile, ExchangeError
from exchange.tables import reader
from quizzes.authoring.models import Quiz
from quizzes.authoring.publishing import UnpublishableQuiz
from workspace.drafts import editing, quizzes
from workspace.drafts import files as drafted_files
from workspace.models import Edit

READERS = {"moodle": moodle.read, "gift": gift.read, "qti": qti.read, "aiken": aiken.read, "table": reader.read}


def parse(
    content: bytes,
    *,
    language: str,
    format: str = "",
    category: str = "",
    assets: Mapping[str, str] = MappingProxyType({}),
    report: Callable[[], None] = lambda: None,
) -> ParsedFile:
    """Parse a file. If `format` is given, the content must have this format. Raises ExchangeError.

    With `category`, only the questions of this category and of those inside it. `assets` are the files of the course: {name:
    SHA-256}. `report` is called before each picture.
    """
    source = open_file(content)
    if format and format != source.format:
        raise ExchangeError(
            _("This is not a %(asked)s file; its content is %(found)s.")
            % {"asked": FORMATS.get(format, format), "found": {**FORMATS, **READ_ONLY}[source.format]}
        )
    if source.format == "gift" and not format and not gift.has_marks(source.text):
        raise ExchangeError(
            _(
                "This is a text without the marks of GIFT (::title::, {=right ~wrong}). If it is GIFT, choose this format."
            )
        )
    pictures = Pictures(language, report, assets)
    parsed = READERS[source.format](source, pictures=pictures)
    if not parsed.questions and not parsed.skipped:
        raise ExchangeError(_("There is no question in this file."))
    parsed.files = pictures.files
    if pictures.files:
        parsed.notes.append(_("Pictures that come along as figures of the course: %(n)d.") % {"n": len(pictures.files)})
    _choose(parsed, category)
    return parsed


def files_of(records: Mapping[Key, Fields]) -> dict[str, str]:
    """Return the files among the records of a course: {name: SHA-256}."""
    return {key[1]: fields["sha256"] for key, fields in records.items() if key[0] == "asset"}


def _choose(parsed: ParsedFile, category: str) -> None:
    """Keep the questions of one category, if one is chosen, and count those of each and of those inside it."""
    for question in parsed.questions:
        steps = question.category.split(" / ") if question.category else []
        parsed.categories.update(" / ".join(steps[:depth]) for depth in range(1, len(steps) + 1))
    if category:
        parsed.questions = [
            question for question in parsed.questions if f"{question.category} / ".startswith(f"{category} / ")
        ]
        if not parsed.questions:
            raise ExchangeError(_("The file has no questions in the category “%(name)s”.") % {"name": category[:80]})
        parsed.notes.append(_("Only the questions of the category “%(name)s”.") % {"name": category})
    elif parsed.categories:
        parsed.notes.append(
            _("Categories are left out, because a quiz has none. Choose one to import its questions only.")
        )


def draft(
    *,
    course: Course,
    slug: str,
    parsed: ParsedFile,
    language: str,
    editor: User | None,
    now: datetime,
    expected_fingerprint: str | None = None,
) -> Plan:
    """Import the questions into the draft of an activity's quiz or check, as one edit that can be undone.

    Return the executed plan.

    `expected_fingerprint` is that of the plan that a person confirmed; None is not compared. Raises ChangedMeanwhile if the plan
    is different now. Then nothing is imported.
    """
    check_language(course, language)
    with transaction.atomic():
        drafted = editing.lock(course)
        check_place(drafted.records, slug)
        result = _plan(slug, drafted.records, parsed, language, expected_fingerprint)
        new = {step.key[2]: step.incoming for step in result.steps if step.writes and step.incoming is not None}
        figures = _new_files(parsed.files, new.values(), drafted.records)
        editing.save(
            course,
            {**drafted_files.store(course, figures), **quizzes.save_questions(drafted, slug, new)},
            editor=editor,
            action=Edit.Action.CHANGE,
            subject=drafted.title(("activity", slug)),
            now=now,
        )
    return result


def check_place(records: Mapping[Key, Fields], slug: str) -> None:
    """Raises ExchangeError if the activity has been taken out of the draft."""
    if ("activity", slug) not in records:
        raise ExchangeError(_("This entry is no longer there."))


def execute(*, quiz: Quiz, parsed: ParsedFile, language: str, now: datetime) -> Plan:
    """Import the questions in one transaction, publish the quiz and return the executed plan. For whoever runs the server.

    Raises ExchangeError if the quiz cannot be published. Then nothing is imported.
    """
    course = quiz.activity.course
    check_language(course, language)
    try:
        with transaction.atomic():
            Quiz.objects.select_for_update(of=("self",)).get(pk=quiz.pk)
            stored = get_stored_quizzes(course)
            result = _plan(quiz.activity.slug, stored.records, parsed, language, None)
            written = [step.incoming for step in result.steps if step.writes and step.incoming is not None]
            known: dict[Key, Fields] = {("asset", name): {} for name in course.assets.values_list("name", flat=True)}
            for name, content in _new_files(parsed.files, written, known).items():
                course.assets.create(name=name, content=content)
            if not result.changes_nothing:
                QuizWriter(stored, result.steps, now=now).write(course, removed_activities=())
    except UnpublishableQuiz as refused:
        faults = "; ".join(f"{key}: {fault}" for key, fault in refused.faults)
        raise ExchangeError(
            _("Nothing was imported because the quiz could not be published: %(faults)s") % {"faults": faults}
        ) from refused
    return result


def _new_files(
    files: Mapping[str, bytes], questions: Iterable[Fields], records: Mapping[Key, Fields]
) -> dict[str, bytes]:
    """Return the pictures that the questions show and the course does not have."""
    if not files:
        return {}
    used = {name for fields in questions for name in USED.findall(str(fields))}
    return {name: content for name, content in files.items() if name in used and ("asset", name) not in records}


def _plan(
    slug: str, records: Mapping[Key, Fields], parsed: ParsedFile, language: str, expected_fingerprint: str | None
) -> Plan:
    result = plan(slug=slug, records=records, parsed=parsed, language=language)
    if expected_fingerprint is not None and result.fingerprint != expected_fingerprint:
        raise ChangedMeanwhile(str(CHANGED), result)
    return result
