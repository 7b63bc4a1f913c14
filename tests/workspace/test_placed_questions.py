"""Authors see where their text asks which question, and can answer it in the preview. Nothing is stored of that."""

import pytest
from django.test import Client

from courses.models import Activity, Course, LessonEdition
from practice.models import PracticeCard
from quizzes.authoring.models import Quiz
from tests.practice.cards import make_check
from tests.workspace.site import Site

HOME = "/admin/workspace/"
TEXT = f"{HOME}statistics/lessons/lesson-1/text/en/"
BODY = "## Why {#why}\n\nTaught.\n\n{?q0}\n\n## Summary {#summary}\n\nEnd."


@pytest.fixture
def site(ines_client: Client) -> Site:
    return Site(ines_client)


@pytest.fixture
def check(course: Course, lesson: Activity) -> Quiz:
    return make_check(lesson)


def test_the_text_beside_the_form_shows_what_is_asked(site: Site, check: Quiz) -> None:
    shown = site.client.post(TEXT, {"body_en": BODY}).text
    assert shown.index("Taught.") < shown.index("Question q0") < shown.index("End.")
    assert "notice warn" not in shown


def test_a_question_that_is_not_there_is_named_with_its_line(site: Site, check: Quiz) -> None:
    shown = site.client.post(TEXT, {"body_en": BODY.replace("q0", "q7")}).text
    assert "Line 5: There is no question “q7” in the check of this text." in shown


def test_the_form_lists_the_questions_and_keeps_their_places(site: Site, check: Quiz) -> None:
    page = site.open(f"{HOME}statistics/lessons/lesson-1/")
    assert "<code>{?q0}</code>" in site.text
    site.send(page.form(body_en="*"), {"body_en": BODY})
    again = site.open(f"{HOME}statistics/lessons/lesson-1/").form(body_en="*")
    assert again.values["body_en"][0].strip() == BODY


def test_the_preview_answers_a_question_in_the_text(site: Site, check: Quiz) -> None:
    page = site.open(f"{HOME}statistics/lessons/lesson-1/")
    site.send(page.form(body_en="*"), {"body_en": BODY})
    question = check.questions.get(key="q0")
    here = f"{HOME}statistics/preview/lessons/lesson-1/"
    address = f"{here}check/{question.uuid}/"
    assert f'formaction="{address}#q-{question.uuid}"' in site.client.get(here).text
    wrong = question.choices.get(key="q0-1")
    shown = site.client.post(address, {str(question.uuid): str(wrong.uuid)}).text
    assert "Feedback q0 1" in shown
    assert not PracticeCard.objects.exists()
    assert not LessonEdition.objects.filter(body__contains="{?q0}").exists()
    # Without an answer, and for a question that was never published, the whole check is shown.
    assert site.client.get(address).headers["Location"].endswith("/lessons/lesson-1/check/")
