"""Render a course's Markdown to HTML, and resolve the names of lessons, quizzes, terms and files in it.

Texts are rendered when they are imported or saved, not when they are read. URLs are paths without a host name.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.urls import reverse

from common.markup import figures, markdown, markdown_html, pictures
from common.markup.markdown import Picture, Term
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
        self._figures: dict[str, str | Picture | None] = {}

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
        return self.asset_address(name) if name in self.names.assets else None

    def asset_address(self, name: str) -> str:
        """Return where a file is. A preview overrides this: its files are not published yet, and its reader is not enrolled."""
        return reverse("courses:asset", args=[self.names.course_slug, name])

    def figure(self, name: str) -> str | Picture | None:
        if name not in self._figures:
            self._figures[name] = self._read_figure(name)
        return self._figures[name]

    def _read_figure(self, name: str) -> str | Picture | None:
        is_drawing = name.endswith(".svg")
        content = self.names.assets.get(name) if is_drawing or pictures.kind_of_name(name) else None
        if content is None:
            return None
        if is_drawing:
            return figures.read(content, name=name.partition(".")[0]).svg or None
        header = pictures.read_header(content)
        if header is None or pictures.problem(content, name=name):
            return None
        return Picture(f"{self.asset_address(name)}?v={asset_version(content)}", header.width, header.height)

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


class StoredAssets(Mapping[str, bytes]):
    """The files of a course by name. A content is read when it is asked for: all photos of a course at once fill the memory."""

    def __init__(self, course: Course) -> None:
        self._rows = CourseAsset.objects.filter(course=course)
        self._names = frozenset(self._rows.values_list("name", flat=True))

    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        return bytes(self._rows.values_list("content", flat=True).get(name=name))

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def asset_version(content: bytes) -> str:
    """Return what stands behind ?v= in a picture's address, so that browsers may keep it: other bytes have another version."""
    return hashlib.sha256(content).hexdigest()[:16]


def names_of(course: Course) -> Names:
    """Return the names that the texts of `course` may use, from the database. Three queries, and one for each figure later."""
    activities = Activity.objects.filter(course=course, archived_at=None).values_list("slug", "kind")
    languages = course.languages or [settings.LANGUAGE_CODE]
    terms = GlossaryTerm.objects.filter(course=course)
    return Names(
        course_slug=course.slug,
        original=languages[0],
        lessons={slug: None for slug, kind in activities if kind == Activity.Kind.LESSON},
        quizzes=frozenset(slug for slug, kind in activities if kind == Activity.Kind.QUIZ),
        terms={term.key: {code: getattr(term, f"definition_{code}") or "" for code in languages} for term in terms},
        assets=StoredAssets(course),
    )


def resolver_for(course: Course) -> CourseResolver:
    """Return a resolver that several texts of `course` can share."""
    return StoredCourseResolver(course)


def render_edition(edition: LessonEdition, *, resolver: CourseResolver | None = None) -> None:
    """Render `edition.body` into `edition.html`. Does not save the edition."""
    resolver = resolver or resolver_for(edition.lesson.activity.course)
    edition.html = markdown_html.render(markdown.parse(edition.body), language=edition.language, resolver=resolver)


def render_course(course: Course, *, only: Collection[str] | None = None) -> int:
    """Render all lesson editions of `course` again and save those that changed. Return the number of changed editions.

    Call this after a change of anything that texts refer to: a definition, a figure, an archived lesson. `only` are the slugs of
    the lessons that somebody will look at before everything is rolled back.
    """
    resolver = resolver_for(course)
    changed = []
    editions = LessonEdition.objects.filter(lesson__activity__course=course)
    for edition in editions if only is None else editions.filter(lesson__activity__slug__in=only):
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
