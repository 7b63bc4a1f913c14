"""Rendering resolves the names in a course's texts by the database."""

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from common.markup import markdown
from courses.lessons import rendering
from courses.models import Activity, Course, CourseAsset, GlossaryTerm, LessonEdition
from tests.pictures import declared, picture

pytestmark = pytest.mark.django_db


def edition(course: Course, body: str) -> LessonEdition:
    row = LessonEdition.objects.get(lesson__activity__course=course, lesson__activity__slug="lesson-1", language="en")
    row.body = body
    return row


def test_names_are_rendered_as_links(course: Course) -> None:
    GlossaryTerm.objects.create(
        course=course, key="mean", term_ko="평균", definition_ko="가운데예요.", definition_en="The middle."
    )
    CourseAsset.objects.create(course=course, name="data.csv", content=b"a")
    row = edition(course, "[a](lesson:lesson-2#x) [b](quiz:quiz) [[mean|m]] [c](assets/data.csv) [d](lesson:quiz)")
    rendering.render_edition(row)
    assert 'href="/courses/statistics/lessons/lesson-2/#x"' in row.html
    assert 'href="/courses/statistics/quizzes/quiz/"' in row.html
    assert 'href="/courses/statistics/glossary/#term-mean" data-term="mean" data-definition="The middle."' in row.html
    assert 'href="/courses/statistics/files/data.csv" download' in row.html
    assert row.html.count("<a ") == 4


def test_all_courses_are_rendered_again_by_a_command(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("render_courses")
    LessonEdition.objects.filter(language="en").update(html="as an older release rendered it")
    course.refresh_from_db()
    revision = course.revision
    capsys.readouterr()
    call_command("render_courses")
    assert capsys.readouterr().out == "statistics: 2\n"
    assert "<p>Body in en</p>" in edition(course, "").html
    course.refresh_from_db()
    assert course.revision != revision


def test_a_definition_without_a_translation_is_shown_in_the_original_language(course: Course) -> None:
    GlossaryTerm.objects.create(course=course, key="mean", term_ko="평균", definition_ko="가운데예요.")
    row = edition(course, "[[mean|m]]")
    rendering.render_edition(row)
    assert 'data-definition="가운데예요."' in row.html


def problems(course: Course, text: str) -> list[markdown.Problem]:
    return markdown.problems(markdown.parse(text), language="en", resolver=rendering.resolver_for(course))


def test_an_archived_lesson_cannot_be_linked(course: Course, lesson: Activity) -> None:
    Activity.objects.filter(slug="lesson-2").update(archived_at="2026-01-01T00:00Z")
    assert problems(course, "[a](lesson:lesson-2)") == [(1, "This link leads nowhere: lesson:lesson-2")]


def test_rendering_a_course_saves_only_changed_editions(course: Course) -> None:
    assert rendering.render_course(course) == 4
    assert rendering.render_course(course) == 0
    LessonEdition.objects.filter(lesson__activity__slug="lesson-1", language="en").update(body="New **body**.")
    assert rendering.render_course(course) == 1
    assert "<strong>body</strong>" in LessonEdition.objects.get(lesson__activity__slug="lesson-1", language="en").html


def test_a_fragment_of_one_paragraph_is_rendered_inline(course: Course) -> None:
    resolver = rendering.resolver_for(course)
    assert rendering.render_fragment("a **b**", language="en", resolver=resolver) == "a <strong>b</strong>"
    assert rendering.render_fragment("a\n\nb", language="en", resolver=resolver) == "<p>a</p>\n<p>b</p>\n"
    assert rendering.render_block("a", language="en", resolver=resolver) == "<p>a</p>\n"


def test_texts_without_names_need_no_query(course: Course, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    resolver = rendering.resolver_for(course)
    with django_assert_num_queries(0):
        rendering.render_fragment("a **b**", language="en", resolver=resolver)
    with django_assert_num_queries(3):
        for _turn in range(3):
            rendering.render_fragment("[a](lesson:lesson-1)", language="en", resolver=resolver)


def test_a_picture_is_shown_with_its_size_and_version(course: Course) -> None:
    asset = CourseAsset.objects.create(course=course, name="photo.png", content=picture("PNG", (8, 5)))
    row = edition(course, "![A teal field](assets/photo.png)")
    rendering.render_edition(row)
    version = rendering.asset_version(bytes(asset.content))
    assert f'<img src="/courses/statistics/files/photo.png?v={version}" width="8" height="5" ' in row.html
    asset.content = picture("PNG", (8, 6))
    asset.save()
    before = row.html
    rendering.render_edition(row)
    assert row.html != before
    assert 'width="8" height="6"' in row.html


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.jpg", picture("PNG")),
        ("photo.png", b""),
        ("photo.png", declared(60_000, 60_000)),
        ("photo.gif", b"GIF89a"),
    ],
)
def test_what_is_no_picture_is_not_shown(course: Course, name: str, content: bytes) -> None:
    CourseAsset.objects.create(course=course, name=name, content=content)
    text = f"![x](assets/{name})"
    assert problems(course, text) == [(1, f"There is no such figure: assets/{name}")]
    row = edition(course, text)
    rendering.render_edition(row)
    assert "<img" not in row.html


def test_files_that_a_text_does_not_show_are_not_read(
    course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        CourseAsset.objects.create(course=course, name=f"photo-{number}.png", content=picture())
    resolver = rendering.resolver_for(course)
    with django_assert_num_queries(4):
        html = rendering.render_block("![x](assets/photo-1.png)", language="en", resolver=resolver)
    assert html.count("<img") == 1
