"""A quiz's page as it is before an attempt: the parts that students share, and the rules in words."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from courses.models import Activity
from courses.outline.published import PublishedCourse
from questions import KINDS
from quizzes.attempts.queries import find_quiz_of_course
from quizzes.authoring.models import Quiz
from quizzes.results.overview import QuizOverview


@dataclass(frozen=True, slots=True)
class QuizParts:
    """A quiz, and the parts of its page that are the same for all students. SafeStrings are HTML."""

    quiz: Quiz
    question_count: int
    # Whether only a person grades its questions: students hand in work, and are not asked.
    is_assignment: bool
    breadcrumbs: SafeString
    title: SafeString
    start_url: str


def get_quiz_parts(course: PublishedCourse, slug: str) -> QuizParts | None:
    """Return the parts of the course's quiz with this slug, or None. Cached for the course's revision, then no query."""
    activities = (activity for _, entries in course.modules for activity in entries)
    if not any(each.slug == slug and each.kind == Activity.Kind.QUIZ for each in activities):
        return None
    return course.cached(("quiz", slug), lambda: _read_quiz(course, slug))


def _read_quiz(course: PublishedCourse, slug: str) -> QuizParts | None:
    quiz = find_quiz_of_course(course.course.pk, slug)
    if quiz is None:
        return None
    questions = quiz.current_version.content["questions"] if quiz.current_version else []
    context = {"course": course.course, "activity": quiz.activity, "quiz": quiz}
    return QuizParts(
        quiz=quiz,
        question_count=quiz.current_version.question_count if quiz.current_version else 0,
        is_assignment=bool(questions) and all(KINDS[question["kind"]].by_person for question in questions),
        breadcrumbs=render_to_string("quizzes/_quiz_breadcrumbs.html", context),
        title=render_to_string("quizzes/_quiz_title.html", context),
        start_url=reverse("quizzes:attempt-start", args=[course.course.slug, slug]),
    )


def render_rules(course: PublishedCourse, parts: QuizParts, overview: QuizOverview) -> dict[str, SafeString]:
    """Return the rules for a student as {"facts", "dates", "rules"}, each as HTML.

    Dates may be one student's own, and are written in their time zone. The rest is shared by students with equal rules.
    """
    quiz, rules = parts.quiz, overview.rules
    context = {
        "quiz": quiz,
        "question_count": parts.question_count,
        "rules": rules,
        "left": overview.attempts_left,
        "is_revealed": overview.is_revealed,
        "has_limit": rules.time_limit is not None,
        "has_due_date": rules.due_at is not None,
        "has_closing": rules.closes_at is not None,
    }
    has_dates = rules.opens_at or rules.due_at or rules.closes_at
    shared = course.in_language()
    return {
        "facts": shared.cached(
            ("facts", quiz.pk, rules.time_limit, rules.attempts_allowed, context["left"], context["is_revealed"]),
            lambda: render_to_string("quizzes/_quiz_facts.html", context),
        ),
        "dates": render_to_string("quizzes/_quiz_dates.html", context) if has_dates else SafeString(""),
        "rules": shared.cached(
            ("rules", quiz.pk, context["has_limit"], context["has_due_date"], context["has_closing"]),
            lambda: render_to_string("quizzes/_quiz_rules.html", context),
        ),
    }
