"""The pages of practice; tests/practice/test_api.py tests the same for the API."""

from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, Enrolment
from practice import queue
from practice.models import PracticeAnswer, PracticeCard
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from tests.factories import EnrolmentFactory, right_answers
from tests.practice.cards import make_check, take, wrong_answers
from tests.quizzes import every_kind
from tests.quizzes.every_kind import CANARY

DAY = timedelta(days=1)


@pytest.fixture
def due(check: Quiz, enrolment: Enrolment) -> list[PracticeCard]:
    """Three cards of today: two single choice questions and a short answer."""
    take(check, enrolment, now=timezone.now() - 2 * DAY)
    return queue.prepare_today(user=enrolment.user, now=timezone.now()).cards


def address(card: PracticeCard) -> str:
    return f"/review/cards/{card.uuid}/{card.next_turn}/"


def form(card: PracticeCard) -> dict[str, str]:
    """The right answer as the page sends it."""
    answer = right_answers(Quiz.objects.get(pk=card.quiz_id))[card.question]
    return {str(card.question): next(iter(answer.values()))}


def test_a_student_answers_all_questions_of_today(alice_client: Client, due: list[PracticeCard]) -> None:
    for done, card in enumerate(due):
        page = alice_client.get("/review/")
        assert f"{done}/3" in page.text
        assert f'action="{address(card)}"' in page.text
        assert "Statistics" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        answered = alice_client.post(address(card), form(card))
        assert answered.headers["Location"] == address(card)
        shown = alice_client.get(address(card))
        assert "Right" in shown.text
        assert "This question comes again on" in shown.text
        assert ("Next question" in shown.text) == (done < 2)
        assert shown.headers["Cache-Control"] == "no-store"
    assert "Done for today, well done!" in shown.text
    page = alice_client.get("/review/")
    assert "Done for today" in page.text
    assert "3/3" in page.text
    assert "The next question comes" in page.text


def test_a_wrong_answer_shows_the_solution_and_links_to_the_lesson(
    alice_client: Client, check: Quiz, enrolment: Enrolment
) -> None:
    Question.objects.filter(key="short").update(lesson="lesson-1#drift", incorrect_feedback_en="")
    Question.objects.filter(key="q0").update(lesson="lesson-1#choices")
    publishing.publish(check)
    check.refresh_from_db()
    take(check, enrolment, now=timezone.now() - 2 * DAY)
    for card in queue.prepare_today(user=enrolment.user, now=timezone.now()).cards:
        key = check.questions.get(uuid=card.question).key
        wrong = next(iter(wrong_answers(check)[card.question].values()))
        page = alice_client.post(address(card), {str(card.question): wrong}, follow=True).text
        assert "Wrong" in page
        if key == "short":
            assert "Data Drift" in page
            assert 'href="/courses/statistics/lessons/lesson-1/#drift"' in page
        if key == "q0":
            assert "Feedback q0 1" in page
            assert 'href="/courses/statistics/lessons/lesson-1/#choices"' in page


def test_a_student_can_say_that_they_do_not_know(alice_client: Client, due: list[PracticeCard]) -> None:
    page = alice_client.post(address(due[0]), {"unknown": "1"}, follow=True).text
    assert "Not answered" in page
    assert "right choice" in page
    assert PracticeAnswer.objects.get(attempt=None).rating == PracticeAnswer.Rating.AGAIN


def test_an_empty_answer_is_refused_and_the_question_shown_again(alice_client: Client, due: list[PracticeCard]) -> None:
    page = alice_client.post(address(due[0]))
    assert page.status_code == 400
    assert "Answer the question, or say that you do not know." in page.text
    assert f'action="{address(due[0])}"' in page.text
    assert not PracticeAnswer.objects.filter(attempt=None).exists()


def test_a_text_that_is_too_long_is_refused_and_stays_in_the_form(
    alice_client: Client, due: list[PracticeCard]
) -> None:
    short = due[0].quiz.questions.get(key="short").uuid
    for card in due:
        if card.question != short:
            alice_client.post(address(card), {"unknown": "1"})
    card = next(each for each in due if each.question == short)
    page = alice_client.post(address(card), {str(short): "x" * 501})
    assert page.status_code == 400
    assert "it has 501 characters, and at most 500 are possible." in page.text
    assert f'value="{"x" * 501}"' in page.text


def test_a_double_click_counts_once(alice_client: Client, due: list[PracticeCard]) -> None:
    alice_client.post(address(due[0]), {"unknown": "1"})
    again = alice_client.post(address(due[0]), form(due[0]), follow=True)
    assert "Not answered" in again.text
    assert PracticeAnswer.objects.filter(attempt=None).count() == 1


def test_the_page_of_an_unanswered_turn_redirects_to_todays_question(
    alice_client: Client, due: list[PracticeCard]
) -> None:
    assert alice_client.get(address(due[0])).headers["Location"] == "/review/"
    # Turn 1 is the mistake in the lesson check; turn 9 does not exist yet.
    card = due[0].uuid
    for turn in (1, 9):
        for method in (alice_client.get, alice_client.post):
            assert method(f"/review/cards/{card}/{turn}/").headers["Location"] in (
                "/review/",
                f"/review/cards/{card}/{turn}/",
            )
    assert not PracticeAnswer.objects.filter(attempt=None).exists()


def test_an_answer_that_no_rule_decides_is_compared_by_the_student(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    quiz.questions.filter(key="short").update(definition={"near_misses": "review"})
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=1)
    publishing.publish(quiz)
    quiz.refresh_from_db()
    take(quiz, enrolment, now=timezone.now() - 2 * DAY)
    short = quiz.questions.get(key="short").uuid
    card = next(c for c in queue.prepare_today(user=enrolment.user, now=timezone.now()).cards if c.question == short)
    page = alice_client.post(address(card), {str(short): "data drit"}, follow=True).text
    assert "No rule can decide this answer." in page
    assert "Data Drift" in page
    assert "Your instructor grades this" not in page


def test_without_cards_the_page_says_so_and_courses_show_no_section(alice_client: Client) -> None:
    assert "Nothing to review yet" in alice_client.get("/review/").text
    for page in ("/courses/", "/courses/statistics/"):
        assert "Daily review</h2>" not in alice_client.get(page).text


def test_without_due_cards_the_page_says_when_the_next_one_is_due(
    alice_client: Client, due: list[PracticeCard]
) -> None:
    PracticeCard.objects.update(due_on=timezone.localdate() + 3 * DAY)
    page = alice_client.get("/review/").text
    assert "Nothing to review today" in page
    assert "The next question comes on" in page
    PracticeCard.objects.update(due_on=timezone.localdate() + DAY)
    assert "The next question comes tomorrow." in alice_client.get("/review/").text


def test_course_pages_say_how_many_questions_are_due_today(alice_client: Client, due: list[PracticeCard]) -> None:
    for page in ("/courses/", "/courses/statistics/"):
        text = alice_client.get(page).text
        assert "3 questions that you got wrong before come again today." in text
        assert 'href="/review/"' in text
    for card in due:
        alice_client.post(address(card), {"unknown": "1"})
    text = alice_client.get("/courses/").text
    assert "Done for today, well done!" in text
    assert "The next question comes tomorrow." in text


@pytest.mark.parametrize("is_enrolled", [False, True])
def test_another_students_card_is_404(
    bob: User, bob_client: Client, due: list[PracticeCard], enrolment: Enrolment, is_enrolled: bool
) -> None:
    if is_enrolled:
        EnrolmentFactory(user=bob, course=enrolment.course)
    assert bob_client.get(address(due[0])).status_code == 404
    assert bob_client.post(address(due[0]), {"unknown": "1"}).status_code == 404
    assert bob_client.get(f"/review/cards/{uuid4()}/1/").status_code == 404


def test_the_question_is_shown_in_korean(alice_client: Client, due: list[PracticeCard]) -> None:
    enrolment = due[0].enrolment
    enrolment.user.language = "ko"
    enrolment.user.save()
    alice_client.cookies["django_language"] = "ko"
    assert "질문 q0" in alice_client.get("/review/", headers={"Accept-Language": "ko"}).text


# --- The key --------------------------------------------------------------------------------------------------


def test_nothing_of_the_answer_key_is_shown_before_the_answer(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    """For every question kind, with a canary text in each answer key that appears only after the answer."""
    every_kind.fill(quiz)
    quiz.questions.update(lesson=f"lesson-1#{CANARY}")
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=2)
    publishing.publish(quiz)
    quiz.refresh_from_db()
    assert quiz.current_version
    key = quiz.current_version.answer_key.content
    wrong = every_kind.wrong_answers(quiz)
    pages = ["/courses/", "/courses/statistics/", "/review/"]

    def crawl() -> list[str]:
        texts = {page: alice_client.get(page, follow=True).text for page in pages}
        return [page for page, text in texts.items() if CANARY in text or "7391.25" in text]

    take(quiz, enrolment, wrong, now=timezone.now() - 3 * DAY)
    assert crawl() == []
    assert not PracticeCard.objects.exists()
    take(quiz, enrolment, wrong, now=timezone.now() - 3 * DAY)
    asked = set()
    with patch.object(queue, "DAILY_LIMIT", 9):
        while (today := queue.prepare_today(user=enrolment.user, now=timezone.now())).cards:
            card = today.cards[0]
            pages.append(address(card))
            assert crawl() == []
            assert CANARY not in alice_client.post(address(card)).text
            shown = alice_client.post(address(card), {"unknown": "1"}, follow=True).text
            spec = key[str(card.question)]
            # The link to the lesson contains the canary, which shows that the search above would find it.
            assert CANARY in shown, spec["kind"]
            pages.pop()
            asked.add(spec["kind"])
    assert asked == set(every_kind.DEFINITIONS) - {"hand_in"} | {"single_choice", "multiple_choice", "short_answer"}


# --- Queries --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 200])
def test_query_counts_do_not_grow(alice_client: Client, lesson: Activity, enrolment: Enrolment, count: int) -> None:
    check = make_check(lesson, questions=count)
    take(check, enrolment, now=timezone.now() - 2 * DAY)
    cards = queue.prepare_today(user=enrolment.user, now=timezone.now()).cards
    alice_client.get("/courses/statistics/")
    alice_client.post(address(cards[0]), {"unknown": "1"})

    def queries(page: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice_client.get(page).status_code == 200
        return len(captured)

    assert {page: queries(page) for page in ("/review/", "/courses/", "/courses/statistics/", address(cards[0]))} == {
        # Stores the number in the menu, because a question was answered.
        "/review/": 6,
        "/courses/": 8,
        "/courses/statistics/": 7,
        address(cards[0]): 5,
    }
