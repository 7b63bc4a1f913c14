"""The page of a whole course, for printing."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.lessons.printing import Binder
from courses.models import Activity, Course, Enrolment, GlossaryTerm, LessonEdition, Module
from tests.factories import ActivityFactory, LessonFactory

PAGE = "/courses/statistics/print/"


def test_all_lessons_stand_one_after_another_with_contents_and_glossary(
    alice_client: Client, enrolment: Enrolment
) -> None:
    GlossaryTerm.objects.create(course=enrolment.course, key="mean", term_en="Mean", definition_en="The middle.")
    page = alice_client.get(PAGE).text
    assert page.index('href="#lesson-1"') < page.index('href="#lesson-2"') < page.index('id="lesson-1"')
    assert page.index('id="lesson-1"') < page.index('id="lesson-2"') < page.index("The middle.")
    assert page.count("Body in en") == 2
    assert "Body in ko" not in page
    # A quiz is not for reading.
    assert "quizzes/quiz/" not in page


def test_a_lesson_without_a_translation_is_printed_in_its_own_language(alice_client: Client, lesson: Activity) -> None:
    LessonEdition.objects.filter(lesson=lesson.lesson, language="en").delete()
    page = alice_client.get(PAGE).text
    assert "Body in ko" in page
    assert "This page exists" not in page


def test_a_lesson_that_is_not_shown_to_students_is_not_printed(
    alice_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    lesson.archived_at = timezone.now()
    lesson.save()
    page = alice_client.get(PAGE).text
    assert "lesson-1" not in page
    assert "lesson-2" in page


def test_a_stranger_gets_404(bob_client: Client, course: Course) -> None:
    course.enrolment_mode = Course.EnrolmentMode.ROSTER
    course.save()
    assert bob_client.get(PAGE).status_code == 404


def test_a_course_that_is_not_published_is_404(alice_client: Client, course: Course) -> None:
    course.is_published = False
    course.save()
    assert alice_client.get(PAGE).status_code == 404


def test_a_course_without_lessons_says_so(alice_client: Client, course: Course) -> None:
    Activity.objects.filter(course=course).update(archived_at=timezone.now())
    course.save()
    assert "Your instructor is still writing this course." in alice_client.get(PAGE).text


@pytest.mark.parametrize("lessons", [0, 40])
def test_the_number_of_queries_does_not_grow_with_the_course(
    alice_client: Client,
    module: Module,
    enrolment: Enrolment,
    lessons: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(lessons):
        LessonFactory(activity=ActivityFactory(module=module, slug=f"more-{number}"))
    alice_client.get("/courses/statistics/")
    with django_assert_num_queries(6):
        alice_client.get(PAGE)


# --- one document ----------------------------------------------------------------------------------------------


def bind(html: str) -> str:
    return Binder("statistics", ["one", "two"]).bind(html, slug="one")


def test_ids_are_unique_in_the_document_and_references_follow_them() -> None:
    assert bind('<h2 id="why">Why</h2>') == '<h3 id="one.why">Why</h3>'
    assert bind('<path id="a-b" marker-end="url(#a-head)" />') == '<path id="one.a-b" marker-end="url(#one.a-head)" />'
    assert bind('<svg aria-labelledby="a-t a-d">') == '<svg aria-labelledby="one.a-t one.a-d">'


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("#why", "#one.why"),
        ("/courses/statistics/lessons/two/", "#two"),
        ("/courses/statistics/lessons/two/#how", "#two.how"),
        ("/courses/statistics/lessons/archived/#how", "/courses/statistics/lessons/archived/#how"),
        ("/courses/statistics/glossary/#term-mean", "#term-mean"),
        ("/courses/other/lessons/two/", "/courses/other/lessons/two/"),
        ("https://example.com/?a=1&amp;b=2#c", "https://example.com/?a=1&amp;b=2#c"),
    ],
)
def test_links_between_lessons_stay_inside_the_document(href: str, expected: str) -> None:
    assert bind(f'<a href="{href}">x</a>') == f'<a href="{expected}">x</a>'


def test_a_table_is_no_landmark_of_the_document() -> None:
    """Two lessons may have a table of the same name."""
    assert (
        bind('<div role="region" tabindex="0" aria-label="Table">')
        == '<div role="group" tabindex="0" aria-label="Table">'
    )


def test_what_stands_in_the_text_is_not_rewritten() -> None:
    text = '<pre class="code"><code>id="why" href="#why" &lt;h2 id="x"&gt;</code></pre>'
    assert bind(text) == text


def test_pictures_below_the_screen_are_loaded_before_printing() -> None:
    assert 'loading="eager"' in bind('<img src="a.png" alt="a > b" loading="lazy">')
