"""Export the questions of a quiz in one language."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from course_files.merging import Fields
from course_files.quizzes.stored import get_stored_quizzes
from courses.models import Course
from exchange import gift, moodle, qti
from exchange.exported_pictures import files_of
from exchange.items.questions import Blank, ExportedFile, Pair, Part, Question, WrongAnswers
from exchange.items.values import clean_all
from exchange.refusals import ExchangeError
from quizzes.authoring.models import Quiz

WRITERS: dict[str, Callable[..., ExportedFile]] = {
    "moodle": moodle.write,
    "gift": gift.write,
    "qti": qti.write,
    "qti3": qti.write_3,
}


def check_language(course: Course, language: str) -> None:
    """Raise ExchangeError if the course does not have this language."""
    if language not in course.languages:
        raise ExchangeError(_("The course is not written in this language: %(language)s.") % {"language": language})


def export(*, quiz: Quiz, format: str, language: str) -> ExportedFile:
    """Return a file with all questions of a quiz that have a text in `language`. Its `losses` list what is left out.

    Raises ExchangeError for an unknown format or language.
    """
    if format not in WRITERS:
        raise ExchangeError(_("There is no such format: %(format)s.") % {"format": format})
    course = quiz.activity.course
    check_language(course, language)
    stored, slug = get_stored_quizzes(course), quiz.activity.slug
    questions: list[Question] = []
    losses: list[tuple[str, str]] = []
    for key in stored.records["quiz", slug]["questions"]:
        fields = stored.records["question", slug, key]
        if fields["text"].get(language):
            # The admin stores control characters as they are sent. XML does not allow them.
            questions.append(to_question(key, clean_all(fields), language))
            questions[-1].shuffle = quiz.shuffle_choices
            losses += [(key, loss) for loss in _list_unsupported(fields)]
        else:
            losses.append((key, _("left out: it has no text in this language")))
    exported = WRITERS[format](questions, language=language, name=slug, files=files_of(course, questions))
    exported.losses += losses
    return exported


def _list_unsupported(fields: Fields) -> Iterator[str]:
    """Yield a description of each field of the question that no format can express."""
    if fields["lesson"] or any(choice["lesson"] for choice in fields.get("choices", [])):
        yield _("the lesson that explains it; it stays here when the file is imported again")
    if fields.get("pool"):
        yield _("its pool; it stays here when the file is imported again")
    if fields.get("objective") or fields.get("level"):
        yield _("its objective and level; they stay here when the file is imported again")
    if fields.get("definition", {}).get("unit_text"):
        yield _("its unit in each language; it stays here when the file is imported again")
    if fields.get("definition", {}).get("near_misses"):
        yield _("the review of near misses by a person; it stays here when the file is imported again")


def _on_a_line(answers: list[str]) -> list[str]:
    """Return the answers without line breaks, which nobody can type elsewhere. Here all white space is the same."""
    return [" ".join(answer.split("\n")) for answer in answers]


def _blank(blank: Fields, text: Callable[[dict[str, str]], str]) -> Blank:
    return Blank(
        blank["key"],
        _on_a_line(blank.get("accept", [])),
        [Part(text(part["text"]), part["key"], part.get("correct", False)) for part in blank.get("choices", [])],
        {name: blank[name] for name in ("value", "tolerance", "unit") if name in blank},
    )


def to_question(key: str, fields: Fields, language: str) -> Question:
    """Convert the fields of a stored question to a format-neutral question in one language."""

    def text(texts: dict[str, str] | None) -> str:
        return (texts or {}).get(language, "")

    definition = fields.get("definition", {})
    feedback = fields.get("feedback", {})
    pairs = [Pair(text(pair["left"]), text(pair["right"]), pair["key"]) for pair in definition.get("pairs", [])]
    pairs += [Pair("", text(other["text"]), other["key"]) for other in definition.get("distractors", [])]
    extra = {
        name: definition[name]
        for name in ("value", "tolerance", "unit", "units", "unit_required", "text", "files", "rubric")
        if name in definition
    }
    if "notes" in definition:
        extra["notes"] = text(definition["notes"])
    return Question(
        name=key,
        kind=fields["kind"],
        text=text(fields["text"]),
        points=fields["points"],
        credit=definition.get("credit", "all"),
        parts=[
            Part(text(part["text"]), part["key"], part.get("correct", False), text(part.get("feedback")))
            for part in fields.get("choices") or definition.get("items", [])
        ],
        pairs=pairs,
        blanks=[_blank(blank, text) for blank in definition.get("blanks", [])],
        accept=_on_a_line(fields.get("accept", [])),
        wrong=[
            WrongAnswers(_on_a_line(group["answers"]), text(group["feedback"]))
            for group in fields.get("known_wrong", [])
        ],
        extra=extra,
        correct_feedback=text(feedback.get("correct")),
        incorrect_feedback=text(feedback.get("incorrect")),
    )
