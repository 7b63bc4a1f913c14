"""Owns how the rows of quizzes become things, and which of them somebody has answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from course_files.course.format import LANGUAGES, stored_texts
from course_files.merging import Fields, Key, canonical
from course_files.quizzes.reading import COLUMNS, MORE_RULES, RULES, read_rules
from courses.models import Course
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Question, Quiz
from quizzes.questions import KINDS

Row = Quiz | Question


@dataclass(slots=True)
class Stored:
    """The quizzes of a course as the database says them; see `course_files.course.Stored`."""

    things: dict[Key, Fields] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    imported: dict[Key, str] = field(default_factory=dict)
    used: set[Key] = field(default_factory=set)

    def add(self, key: Key, row: Row, fields: Fields) -> None:
        self.things[key] = fields
        self.rows[key] = row
        self.imported[key] = row.source_digest


def stored(course: Course | None) -> Stored:
    """The quizzes and checks of `course`."""
    result = Stored()
    if course is None:
        return result
    languages = [code for code in course.languages if code in LANGUAGES] or list(LANGUAGES)
    quizzes = Quiz.objects.filter(activity__course=course).select_related("activity").order_by("activity__position")
    attempted = set(Attempt.objects.filter(quiz__activity__course=course).values_list("quiz_id", flat=True).distinct())
    answered: set[UUID] = set()
    if attempted:
        answers = Answer.objects.filter(attempt__quiz__activity__course=course)
        answered = set(answers.values_list("question", flat=True).distinct())
    for quiz in quizzes.prefetch_related("questions__choices", "questions__answers"):
        slug = quiz.activity.slug
        questions = list(quiz.questions.all())
        result.add(("quiz", slug), quiz, _quiz(quiz, questions, languages))
        if quiz.pk in attempted:
            result.used.add(("quiz", slug))
        for question in questions:
            key = ("question", slug, question.key)
            result.add(key, question, _question(question, languages))
            if question.uuid in answered:
                result.used.add(key)
    return result


def _quiz(quiz: Quiz, questions: Sequence[Question], languages: Sequence[str]) -> Fields:
    visible = [question.key for question in questions if question.archived_at is None]
    fields: Fields = {
        "check": not quiz.is_graded,
        "intro": stored_texts(quiz, "intro", languages),
        "questions": visible,
        # A lesson's check has no archive of its own: it is gone when all its questions are.
        "archived": bool(questions) and not visible,
    }
    if not quiz.is_graded:
        return {**fields, "title": stored_texts(quiz, "title", languages)}
    return {
        **fields,
        "rules": read_rules({name: getattr(quiz, COLUMNS.get(name, name)) for name in (*RULES, *MORE_RULES)}),
    }


def _question(question: Question, languages: Sequence[str]) -> Fields:
    fields: Fields = {
        "kind": question.kind,
        "points": f"{question.points:.2f}",
        "lesson": question.lesson,
        "text": stored_texts(question, "text", languages),
        "archived": question.archived_at is not None,
    }
    kind = KINDS[question.kind]
    fields |= {name: value for name in ("definition", "pool") if (value := getattr(question, name))}
    if kind.rows == "choices":
        choices = [
            {
                "key": choice.key,
                "correct": choice.is_correct,
                "text": stored_texts(choice, "text", languages),
                "feedback": stored_texts(choice, "feedback", languages),
                "lesson": choice.lesson,
            }
            for choice in question.choices.all()
        ]
        return {**fields, "choices": choices}
    fields["feedback"] = {
        "correct": stored_texts(question, "correct_feedback", languages),
        "incorrect": stored_texts(question, "incorrect_feedback", languages),
    }
    if not kind.rows:
        return fields
    wrong = [answer for answer in question.answers.all() if not answer.is_correct]
    return {
        **fields,
        "accept": [canonical(answer.text) for answer in question.answers.all() if answer.is_correct],
        # Neighbours with the same feedback are one group: there is no other mark of it.
        "known_wrong": [
            {"answers": [canonical(answer.text) for answer in group], "feedback": feedback}
            for feedback, group in groupby(wrong, key=lambda answer: stored_texts(answer, "feedback", languages))
        ],
    }
