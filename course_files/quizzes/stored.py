"""Read the rows of quizzes as records, and find the quizzes and questions that students have answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from course_files.course.texts import LANGUAGES, stored_texts
from course_files.merging import Fields, Key, canonical
from course_files.quizzes.parsing import COLUMNS, DEFAULT_RULES, OPTIONAL_FIELDS, OPTIONAL_RULES, normalise_rules
from courses.models import Course
from questions import KINDS
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz

Row = Quiz | Question
# A course has thousands of choices, and to make a model's instance of each takes longer than to read them.
_OF_CHOICE = (
    "question_id",
    "key",
    "is_correct",
    "lesson",
    *(f"{n}_{code}" for n in ("text", "feedback") for code in LANGUAGES),
)
_OF_ANSWER = ("question_id", "text", "is_correct", *(f"feedback_{code}" for code in LANGUAGES))


@dataclass
class StoredQuizzes:
    """The quizzes of a course read from the database. The fields mean the same as those of `course.stored.StoredCourse`."""

    records: dict[Key, Fields] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    imported: dict[Key, str] = field(default_factory=dict)

    @cached_property
    def in_use(self) -> set[Key]:
        """Return the keys of the quizzes with an attempt and of the questions with an answer."""
        quizzes = [row.pk for row in self.rows.values() if isinstance(row, Quiz)]
        attempted = set(Attempt.objects.filter(quiz__in=quizzes).values_list("quiz_id", flat=True).distinct())
        answers = Answer.objects.filter(attempt__quiz__in=attempted)
        answered = set(answers.values_list("question", flat=True).distinct()) if attempted else set()
        return {
            key
            for key, row in self.rows.items()
            if (row.pk in attempted if isinstance(row, Quiz) else row.uuid in answered)
        }

    def add(self, key: Key, row: Row, fields: Fields) -> None:
        self.records[key] = fields
        self.rows[key] = row
        self.imported[key] = row.source_digest


def get_stored_quizzes(course: Course | None, *, only: Collection[str] | None = None) -> StoredQuizzes:
    """Return the quizzes and checks of `course`. There are no records if it is None.

    With `only`, those of these activities: slugs.
    """
    stored = StoredQuizzes()
    if course is None:
        return stored
    languages = [code for code in course.languages if code in LANGUAGES] or list(LANGUAGES)
    quizzes = Quiz.objects.filter(activity__course=course).select_related("activity").order_by("activity__position")
    if only is not None:
        quizzes = quizzes.filter(activity__slug__in=only)
    # Not by prefetch_related: it makes a query set for each row, which takes longer than to read the rows.
    of_quiz = _grouped(Question.objects.filter(quiz__in=quizzes.order_by()), "quiz_id")
    inner = {"question__quiz__in": quizzes.order_by()}
    choices = _grouped(Choice.objects.filter(**inner).values_list(*_OF_CHOICE, named=True), "question_id")
    answers_of = _grouped(AcceptedAnswer.objects.filter(**inner).values_list(*_OF_ANSWER, named=True), "question_id")
    for quiz in quizzes:
        slug = quiz.activity.slug
        questions = of_quiz.get(quiz.pk, [])
        stored.add(("quiz", slug), quiz, _quiz_record(quiz, questions, languages))
        for question in questions:
            parts = choices.get(question.pk, []), answers_of.get(question.pk, [])
            stored.add(("question", slug, question.key), question, _question_record(question, *parts, languages))
    return stored


def _quiz_record(quiz: Quiz, questions: Sequence[Question], languages: Sequence[str]) -> Fields:
    visible = [question.key for question in questions if question.archived_at is None]
    fields: Fields = {
        "check": not quiz.is_graded,
        "intro": stored_texts(quiz, "intro", languages),
        "questions": visible,
        # A lesson check has no `archived_at`: it counts as archived when all its questions are.
        "archived": bool(questions) and not visible,
    }
    if not quiz.is_graded:
        return {**fields, "title": stored_texts(quiz, "title", languages)}
    return {
        **fields,
        "rules": normalise_rules(
            {name: getattr(quiz, COLUMNS.get(name, name)) for name in (*DEFAULT_RULES, *OPTIONAL_RULES)}
        ),
    }


def _grouped(rows: QuerySet[Any], name: str) -> dict[int, list[Any]]:
    """Return {id of the row that they belong to: rows}."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def _question_record(
    question: Question, choice_rows: Sequence[Any], answers: Sequence[Any], languages: Sequence[str]
) -> Fields:
    """Return the record of a question. `choice_rows` and `answers` are tuples with the names `_OF_CHOICE` and `_OF_ANSWER`."""
    fields: Fields = {
        "kind": question.kind,
        "points": f"{question.points:.2f}",
        "lesson": question.lesson,
        "text": stored_texts(question, "text", languages),
        "archived": question.archived_at is not None,
    }
    kind = KINDS[question.kind]
    fields |= {name: value for name in OPTIONAL_FIELDS if (value := getattr(question, name))}
    if kind.rows == "choices":
        choices = [
            {
                "key": choice.key,
                "correct": choice.is_correct,
                "text": stored_texts(choice, "text", languages),
                "feedback": stored_texts(choice, "feedback", languages),
                "lesson": choice.lesson,
            }
            for choice in choice_rows
        ]
        return {**fields, "choices": choices}
    fields["feedback"] = {
        "correct": stored_texts(question, "correct_feedback", languages),
        "incorrect": stored_texts(question, "incorrect_feedback", languages),
    }
    if not kind.rows:
        return fields
    wrong = [answer for answer in answers if not answer.is_correct]
    return {
        **fields,
        "accept": [canonical(answer.text) for answer in answers if answer.is_correct],
        # The database stores no groups. Adjacent wrong answers with the same feedback form one.
        "known_wrong": [
            {"answers": [canonical(answer.text) for answer in group], "feedback": feedback}
            for feedback, group in groupby(wrong, key=lambda answer: stored_texts(answer, "feedback", languages))
        ],
    }
