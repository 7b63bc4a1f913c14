"""Render texts of a course as drafted, for previews."""

from django.urls import reverse

from common.markup import markdown, markdown_html
from common.markup.markdown import Problem
from courses.lessons.rendering import CourseResolver, Names
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


def render(drafted: DraftedCourse, text: str, language: str) -> tuple[str, list[Problem]]:
    """Return a lesson's text as HTML, and what its author must correct: [(line, message)]."""
    document, resolver = markdown.parse(text), DraftResolver(drafted)
    html = markdown_html.render(document, language=language, resolver=resolver)
    return html, markdown.problems(document, language=language, resolver=resolver)
