"""No form and no call of the API shows the name of a constraint: each has a sentence."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation

from courses.models import Course
from quizzes.authoring.models import Quiz


def constraints() -> Iterator[tuple[str, models.BaseConstraint]]:
    """Yield the constraints of our models for which Django has no sentence of its own.

    For a unique constraint on fields without a condition, it names the fields.
    """
    for config in apps.get_app_configs():
        if Path(config.path).parent != settings.BASE_DIR:
            continue
        for model in config.get_models():
            for constraint in model._meta.constraints:
                is_plain = isinstance(constraint, models.UniqueConstraint) and constraint.fields
                if not (is_plain and constraint.condition is None):  # type: ignore[attr-defined]
                    yield model._meta.label, constraint


def test_each_constraint_has_a_sentence_in_both_languages() -> None:
    found = list(constraints())
    assert len(found) > 40
    for language, letters in (("en", "[a-z]"), ("ko", "[가-힣]")):
        with translation.override(language):
            for label, constraint in found:
                text = str(constraint.get_violation_error_message())
                assert constraint.name not in text, (label, text)
                assert re.search(letters, text), (label, text)


@pytest.mark.django_db
def test_a_person_reads_the_sentence(quiz: Quiz) -> None:
    with translation.override("en"):
        quiz.late_deduction, quiz.pass_mark = 10, 101
        with pytest.raises(ValidationError, match=r"A percentage is at most 100\."):
            quiz.full_clean()
        course = Course(slug="c", title="c", enrolment_mode="code", languages=["en"])
        with pytest.raises(ValidationError, match=r"Enrolment with a code needs a code\."):
            course.full_clean()
