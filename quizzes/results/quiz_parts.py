"""A quiz's page as it is before an attempt: the parts that students share, and the rules in words."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from courses.models import Activity
from courses.outline.published import PublishedCourse
from quizzes.attempts.queries import find_quiz_of_course
from quizzes.authoring.models import Quiz
from quizzes.results.overview import QuizOverview


@dataclass(frozen=True, slots=True)
class QuizParts:
    """A quiz, and the parts of its page that are the same for all students. SafeStrings are HTML."""

    quiz: Quiz
    question_count: int
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
    context = {"course": course.course, "activity": quiz.activity, "quiz": quiz}
    return QuizParts(
        quiz=quiz,
        question_count=quiz.current_version.question_count if quiz.current_version else 0,
        breadcrumbs=render_to_string("quizzes/_quiz_breadcrumbs.html", context),
        title=render_to_string("quizzes/_quiz_title.html", context),
        start_url=reverse("quizzes:attempt-start", args=[course.course.slug, slug]),
    )


def render_rules(course: PublishedCourse, parts: QuizParts, overview: QuizOverview) -> SafeString:
    """Return the rules in words. Students with the same rules and attempts left share them, unless there are dates."""
    context = {
        "quiz": parts.quiz,
        "question_count": parts.question_count,
        "rules": overview.rules,
        "left": overview.attempts_left,
        "is_revealed": overview.is_revealed,
    }
    if overview.rules.opens_at or overview.rules.due_at or overview.rules.closes_at:
        # They are written in the student's time zone.
        return render_to_string("quizzes/_quiz_rules.html", context)
    return course.cached(
        ("quiz rules", parts.quiz.pk, overview.rules, overview.attempts_left, overview.is_revealed),
        lambda: render_to_string("quizzes/_quiz_rules.html", context),
    )
