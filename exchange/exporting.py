"""Owns how a quiz's questions become one language's, ready for a format to write."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from course_files import quizzes
from course_files.merging import Fields
from courses.models import Course
from exchange import gift, moodle, qti
from exchange.shape import Blank, ExchangeError, Export, Pair, Part, Question, Wrong
from quizzes.authoring.models import Quiz

WRITERS: dict[str, Callable[..., Export]] = {"moodle": moodle.write, "gift": gift.write, "qti": qti.write}


def check_language(course: Course, language: str) -> None:
    """Raises ExchangeError where the course is not written in this language."""
    if language not in course.languages:
        raise ExchangeError(_("The course is not written in this language: %(language)s.") % {"language": language})


def export(*, quiz: Quiz, format: str, language: str) -> Export:
    """All questions of a quiz that have a text in `language`. Raises ExchangeError."""
    if format not in WRITERS:
        raise ExchangeError(_("There is no such format: %(format)s.") % {"format": format})
    course = quiz.activity.course
    check_language(course, language)
    stored, slug = quizzes.stored(course), quiz.activity.slug
    questions, losses = [], []
    for key in stored.things["quiz", slug]["questions"]:
        fields = stored.things["question", slug, key]
        if fields["text"].get(language):
            questions.append(question_of(key, fields, language))
            losses += [(key, loss) for loss in _staying(fields)]
        else:
            losses.append((key, _("left out: it has no text in this language")))
    made = WRITERS[format](questions, language=language, name=slug)
    made.losses += losses
    return made


def _staying(fields: Fields) -> Iterator[str]:
    """What no format has a word for."""
    if fields["lesson"] or any(choice["lesson"] for choice in fields.get("choices", [])):
        yield _("the lesson that explains it; it stays here when the file is imported again")
    if fields.get("pool"):
        yield _("its pool; it stays here when the file is imported again")
    if fields.get("definition", {}).get("near_misses"):
        yield _("that near misses go to a person; it stays here when the file is imported again")


def question_of(key: str, fields: Fields, language: str) -> Question:
    """One question in one language."""

    def said(texts: dict[str, str] | None) -> str:
        return (texts or {}).get(language, "")

    definition = fields.get("definition", {})
    feedback = fields.get("feedback", {})
    pairs = [Pair(said(pair["left"]), said(pair["right"]), pair["key"]) for pair in definition.get("pairs", [])]
    pairs += [Pair("", said(other["text"]), other["key"]) for other in definition.get("distractors", [])]
    more = {
        name: definition[name]
        for name in ("value", "tolerance", "unit", "units", "unit_required", "text", "files", "rubric")
        if name in definition
    }
    if "notes" in definition:
        more["notes"] = said(definition["notes"])
    return Question(
        name=key,
        kind=fields["kind"],
        text=said(fields["text"]),
        points=fields["points"],
        credit=definition.get("credit", "all"),
        parts=[
            Part(said(part["text"]), part["key"], part.get("correct", False), said(part.get("feedback")))
            for part in fields.get("choices") or definition.get("items", [])
        ],
        pairs=pairs,
        blanks=[Blank(blank["key"], blank["accept"]) for blank in definition.get("blanks", [])],
        accept=fields.get("accept", []),
        wrong=[Wrong(group["answers"], said(group["feedback"])) for group in fields.get("known_wrong", [])],
        more=more,
        correct_feedback=said(feedback.get("correct")),
        incorrect_feedback=said(feedback.get("incorrect")),
    )
