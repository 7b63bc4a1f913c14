"""Render a course's Markdown to HTML, and resolve the names of lessons, quizzes, terms and files in it.

Texts are rendered when they are imported or saved, not when they are read. URLs are paths without a host name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.urls import reverse

from common.markup import figures, markdown, markdown_html
from common.markup.markdown import Problem, Term
from courses.models import Activity, Course, CourseAsset, GlossaryTerm, LessonEdition
from courses.outline import revisions


@dataclass
class Names:
    """The names that a text of a course may refer to.

    `original` is the language that definitions are taken from if there is no translation. `lessons` is {slug: headings}; every
    heading is accepted if the headings are None. `terms` is {key: {language: definition}}, and `assets` is {file name: content}.
    """

    course_slug: str
    original: str
    lessons: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    quizzes: frozenset[str] = frozenset()
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    assets: Mapping[str, bytes] = field(default_factory=dict)


class CourseResolver:
    """Resolves names for `common.markup.markdown` in one course. Methods return None for an unknown name.

    Each figure is validated once and then cached.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._figures: dict[str, str | None] = {}

    @property
    def names(self) -> Names:
        return self._names

    def lesson(self, slug: str, heading: str) -> str | None:
        if slug not in self.names.lessons:
            return None
        headings = self.names.lessons[slug]
        if heading and headings is not None and heading not in headings:
            return None
        url = reverse("courses:lesson-detail", args=[self.names.course_slug, slug])
        return f"{url}#{heading}" if heading else url

    def quiz(self, slug: str) -> str | None:
        if slug not in self.names.quizzes:
            return None
        return reverse("quizzes:quiz-detail", args=[self.names.course_slug, slug])

    def asset(self, name: str) -> str | None:
        if name not in self.names.assets:
            return None
        return reverse("courses:asset", args=[self.names.course_slug, name])

    def figure(self, name: str) -> str | None:
        if name not in self._figures:
            content = self.names.assets.get(name) if name.endswith(".svg") else None
            figure = figures.read(content, name=name.partition(".")[0]) if content else None
            self._figures[name] = figure.svg if figure and figure.svg else None
        return self._figures[name]

    def term(self, key: str, language: str) -> Term | None:
        definitions = self.names.terms.get(key)
        if definitions is None:
            return None
        url = reverse("courses:glossary", args=[self.names.course_slug])
        return Term(f"{url}#term-{key}", definitions.get(language) or definitions.get(self.names.original, ""))


class StoredCourseResolver(CourseResolver):
    """Resolves names from the database. It runs the queries once, when the first name is resolved."""

    def __init__(self, course: Course) -> None:
        super().__init__(Names(course.slug, ""))
        self._course = course

    @cached_property
    def names(self) -> Names:
        return names_of(self._course)


def names_of(course: Course) -> Names:
    """Return the names that the texts of `course` may use, from the database. Three queries."""
    activities = Activity.objects.filter(course=course, archived_at=None).values_list("slug", "kind")
    languages = course.languages or [settings.LANGUAGE_CODE]
    terms = GlossaryTerm.objects.filter(course=course)
    return Names(
        course_slug=course.slug,
        original=languages[0],
        lessons={slug: None for slug, kind in activities if kind == Activity.Kind.LESSON},
        quizzes=frozenset(slug for slug, kind in activities if kind == Activity.Kind.QUIZ),
        terms={term.key: {code: getattr(term, f"definition_{code}") or "" for code in languages} for term in terms},
        assets={asset.name: bytes(asset.content) for asset in CourseAsset.objects.filter(course=course)},
    )


def resolver_for(course: Course) -> CourseResolver:
    """Return a resolver that several texts of `course` can share."""
    return StoredCourseResolver(course)


def problems(text: str, *, language: str, course: Course) -> list[Problem]:
    """Return the faults in `text` that its author must correct: [(line, message)]."""
    return markdown.problems(markdown.parse(text), language=language, resolver=resolver_for(course))


def render_edition(edition: LessonEdition, *, resolver: CourseResolver | None = None) -> None:
    """Render `edition.body` into `edition.html`. Does not save the edition."""
    resolver = resolver or resolver_for(edition.lesson.activity.course)
    edition.html = markdown_html.render(markdown.parse(edition.body), language=edition.language, resolver=resolver)


def render_course(course: Course) -> int:
    """Render all lesson editions of `course` again and save those that changed. Return the number of changed editions.

    Call this after a change of anything that texts refer to: a definition, a figure, an archived lesson.
    """
    resolver = resolver_for(course)
    changed = []
    for edition in LessonEdition.objects.filter(lesson__activity__course=course):
        before = edition.html
        render_edition(edition, resolver=resolver)
        if edition.html != before:
            changed.append(edition)
    LessonEdition.objects.bulk_update(changed, ["html"])
    revisions.touch(course.pk)
    return len(changed)


def render_block(text: str, *, language: str, resolver: CourseResolver) -> str:
    """Render a text that is not a lesson, such as the introduction of a quiz, to HTML blocks."""
    return markdown_html.render(markdown.parse(text), language=language, resolver=resolver)


def render_fragment(text: str, *, language: str, resolver: CourseResolver) -> str:
    """Render a question, choice or feedback: inline HTML if it is a single paragraph, else HTML blocks."""
    document = markdown.parse(text)
    if [token.type for token in document.tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        return markdown_html.render_inline(text.strip(), language=language, resolver=resolver)
    return markdown_html.render(document, language=language, resolver=resolver)
