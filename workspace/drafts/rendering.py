"""Render texts of a course as drafted, for previews."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from common import languages
from common.markup import markdown, markdown_html
from common.markup.markdown import Problem
from courses.lessons.placing import put_into_html
from courses.lessons.rendering import CourseResolver, Names, render_fragment
from workspace.drafts.records import COURSE, DraftedCourse, file_contents


class DraftResolver(CourseResolver):
    """Resolves names in the drafts of a course. Files are served to its authors only."""

    def __init__(self, drafted: DraftedCourse) -> None:
        activities = dict(drafted.activities())
        super().__init__(
            Names(
                course_slug=drafted.course.slug,
                original=drafted.records[COURSE]["languages"][0],
                lessons={slug: None for slug, fields in activities.items() if fields["kind"] == "lesson"},
                quizzes=frozenset(slug for slug, fields in activities.items() if fields["kind"] == "quiz"),
                terms={key[1]: fields["definition"] for key, fields in drafted.records.items() if key[0] == "term"},
                assets=file_contents(drafted),
            )
        )

    def asset_address(self, name: str) -> str:
        return reverse("workspace:file", args=[self.names.course_slug, name])


def render(drafted: DraftedCourse, slug: str, text: str, language: str) -> tuple[SafeString, list[Problem]]:
    """Return the text of the lesson `slug` as HTML, and what its author must correct: [(line, message)]."""
    document, resolver = markdown.parse(text), DraftResolver(drafted)
    questions = questions_of(drafted, slug)
    html = markdown_html.render(document, language=language, resolver=resolver)
    placed = {
        reference.target: _show(questions[reference.target], language, resolver)
        for reference in document.references
        if reference.kind == "question" and reference.target in questions
    }
    problems = markdown.problems(document, language=language, resolver=resolver, questions=questions)
    return put_into_html(html, placed), problems


def questions_of(drafted: DraftedCourse, slug: str) -> dict[str, dict[str, str]]:
    """Return the questions of a lesson's check in their order: {key: text by language}."""
    check = drafted.records.get(("quiz", slug), {"questions": []})
    return {
        key: drafted.records["question", slug, key]["text"]
        for key in check["questions"]
        if ("question", slug, key) in drafted.records
    }


def _show(texts: dict[str, str], language: str, resolver: CourseResolver) -> str:
    """Return a question as its author sees it in the text: what is asked. The preview of the page shows all of it."""
    text = languages.choose(texts, language)
    html = mark_safe(render_fragment(text, language=language, resolver=resolver))  # noqa: S308 (cleaned)
    return render_to_string("workspace/_placed_question.html", {"html": html})
