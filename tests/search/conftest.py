"""A course whose texts are known, indexed."""

from collections.abc import Callable

import pytest

from courses.lessons.rendering import render_edition
from courses.models import Activity, Course, GlossaryTerm, LessonEdition
from search.indexing import building

KOREAN = """
데이터를 모으기 전에 질문을 정해요.

## 모으기 {#collecting}

**과적합**은 overfitting 이라고도 해요. AI가 설명을 explain 해요.

- 첫째 항목
- 데이터 분석의 둘째 항목

## 정리 {#tidying}

Café 에서 결측값을 지워요.
"""
ENGLISH = """
Ask a question before you collect data.

## Collecting {#collecting}

**Overfitting** is learning the noise.

## Tidying {#tidying}

Remove missing values.
"""


@pytest.fixture
def written(course: Course, lesson: Activity) -> Course:
    """The first lesson has KOREAN and ENGLISH, the glossary one term."""
    for language, body in (("ko", KOREAN), ("en", ENGLISH)):
        edition, _made = LessonEdition.objects.get_or_create(lesson=lesson.lesson, language=language)
        edition.body = body
        render_edition(edition)
        edition.save()
    GlossaryTerm.objects.create(
        course=course,
        key="variance",
        activity=lesson,
        term_ko="분산",
        term_en="variance",
        definition_ko="흩어진 정도예요.",
        definition_en="How far values are apart.",
    )
    building.build(course.pk)
    return course


@pytest.fixture
def rebuild() -> Callable[[], None]:
    """Do what the worker does every few seconds."""

    def sweep() -> None:
        from search.tasks import sweep_indexes

        sweep_indexes()

    return sweep
