"""Attempt pages: from the start to the result, for its student only."""

from itertools import accumulate

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.models import Activity, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz
from quizzes.grading import automatic
from quizzes.grading.models import AttemptGrade
from quizzes.taking import save, start, submit
from quizzes.taking.pages.results import POLL_DELAYS
from tests.factories import QuizFactory, right_answers
from tests.quizzes.taking.pages.forms import EN, NOBODYS, form

CANARY = "canary-of-the-key"


def test_a_student_takes_a_quiz_from_the_start_to_the_result(alice_client: Client, quiz: Quiz) -> None:
    page = alice_client.get("/courses/statistics/quizzes/quiz/")
    assert "Start the quiz" in page.text
    started = alice_client.post("/courses/statistics/quizzes/quiz/start/")
    attempt = Attempt.objects.get()
    assert started.headers["Location"] == f"/attempts/{attempt.uuid}/"
    assert "Question q0" in alice_client.get(f"/attempts/{attempt.uuid}/").text
    submitted = alice_client.post(f"/attempts/{attempt.uuid}/submit/", form(quiz))
    assert submitted.headers["Location"] == f"/attempts/{attempt.uuid}/result/"
    waiting = alice_client.get(f"/attempts/{attempt.uuid}/result/").text
    assert "The result appears here by itself." in waiting
    assert "?look=1" in waiting
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    part = alice_client.get(f"/attempts/{attempt.uuid}/result/?look=1", headers={"HX-Request": "true"}).text
    assert "100%" in part
    assert "<html" not in part
    assert "Feedback q0 0" in part
    course = alice_client.get("/courses/statistics/").text
    assert "100%" in course
    assert "33%" in course


def test_submitting_in_two_tabs_gives_one_grade(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    for _ in range(2):
        response = alice_client.post(f"/attempts/{attempt.uuid}/submit/", form(quiz))
        assert response.status_code == 302
        automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    assert AttemptGrade.objects.count() == 1


@pytest.mark.parametrize("address", ["", "result/"])
def test_another_students_attempt_is_404(bob_client: Client, attempt: Attempt, address: str) -> None:
    assert bob_client.get(f"/attempts/{attempt.uuid}/{address}").status_code == 404


@pytest.mark.parametrize("address", ["answers/", "submit/", "reveal/"])
def test_a_post_to_another_students_attempt_is_404(bob_client: Client, attempt: Attempt, address: str) -> None:
    assert bob_client.post(f"/attempts/{attempt.uuid}/{address}").status_code == 404


def test_no_page_shows_the_answer_key_before_solutions_may_be_shown(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    """Every part of the key contains a canary."""
    Choice.objects.update(feedback_en=CANARY, feedback_ko=CANARY)
    Question.objects.update(correct_feedback_en=CANARY, incorrect_feedback_en=CANARY, lesson=CANARY)
    AcceptedAnswer.objects.update(text=CANARY)
    AcceptedAnswer.objects.filter(is_correct=False).delete()
    publishing.publish(quiz)

    def crawl() -> list[str]:
        pages = ["/courses/", "/courses/statistics/", "/courses/statistics/quizzes/quiz/"]
        for uuid in Attempt.objects.values_list("uuid", flat=True):
            pages += [f"/attempts/{uuid}/", f"/attempts/{uuid}/result/"]
        return [page for page in pages if CANARY in alice_client.get(page, follow=True).text]

    assert crawl() == []
    alice_client.post("/courses/statistics/quizzes/quiz/start/")
    assert crawl() == []
    attempt = Attempt.objects.get()
    alice_client.post(f"/attempts/{attempt.uuid}/submit/", {})
    assert crawl() == []
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    assert crawl() == []
    for _ in range(2):
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        submit.submit(attempt=attempt, now=timezone.now(), answers={})
        automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    # No attempt is left, so solutions are shown. This proves that the crawl finds the canary.
    assert crawl() == [
        f"/attempts/{uuid}/{part}"
        for uuid in Attempt.objects.values_list("uuid", flat=True)
        for part in ("", "result/")
    ]


def test_revealing_solutions_ends_the_right_to_further_attempts(alice_client: Client, quiz: Quiz) -> None:
    alice_client.post("/courses/statistics/quizzes/quiz/start/")
    attempt = Attempt.objects.get()
    answers = form(quiz)
    answers.pop(str(quiz.questions.get(key="short").uuid))
    alice_client.post(f"/attempts/{attempt.uuid}/submit/", answers)
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    before = alice_client.get(f"/attempts/{attempt.uuid}/result/").text
    assert "66%" in before
    assert "See the answers and finish" in before
    assert "Data Drift" not in before
    after = alice_client.post(f"/attempts/{attempt.uuid}/reveal/", follow=True).text
    assert "Data Drift" in after
    again = alice_client.post("/courses/statistics/quizzes/quiz/start/", follow=True).text
    assert "You have seen the answers" in again
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("count", [2, 200])
def test_query_counts_do_not_grow(
    alice_client: Client,
    quiz: Quiz,
    enrolment: Enrolment,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Quiz.objects.update(attempts_allowed=None)
    quiz.refresh_from_db()
    for _ in range(count):
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        submit.submit(attempt=attempt, now=timezone.now(), answers=right_answers(quiz))
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    # One more at first: the process meets the course as it is now.
    for queries in (8, 7):
        with django_assert_num_queries(queries):
            alice_client.get(f"/attempts/{attempt.uuid}/result/")
    # Two more at first: the process meets the quiz, and the visit is remembered.
    for queries in (6, 4):
        with django_assert_num_queries(queries):
            alice_client.get("/courses/statistics/quizzes/quiz/")
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    with django_assert_num_queries(4):
        alice_client.get(f"/attempts/{attempt.uuid}/")
    question = attempt.public_questions[0]["uuid"]
    with django_assert_num_queries(4):
        alice_client.post(f"/attempts/{attempt.uuid}/answers/", {"question": question, "sequence": 1})


def test_a_lesson_check_shows_feedback_at_once(alice_client: Client, lesson: Activity, enrolment: Enrolment) -> None:
    check = QuizFactory(activity=lesson, attempts_allowed=None, show_answers=Quiz.ShowAnswers.AFTER_EACH)
    assert "3 questions on this lesson" in alice_client.get("/courses/statistics/lessons/lesson-1/").text
    assert "Question q0" in alice_client.get("/courses/statistics/lessons/lesson-1/check/").text
    for _ in range(2):
        result = alice_client.post("/courses/statistics/lessons/lesson-1/check/", form(check), follow=True)
        assert "Feedback q0 0" in result.text
        assert "Practice, does not count" in result.text
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 0
    assert not enrolment.grade_changes.exists()


def test_a_waiting_page_polls_every_half_second_at_first_and_less_often_later(
    alice_client: Client, attempt: Attempt
) -> None:
    """Within half a second for half a minute; then less and less often, however often it has looked."""
    delays = POLL_DELAYS
    watched = [until for until in accumulate(delays) if until <= 30_000]
    assert max(delays[: len(watched)]) < 500
    assert list(delays) == sorted(delays)
    alice_client.post(f"/attempts/{attempt.uuid}/submit/")
    for look, delay in ((0, delays[0]), (len(delays) + 5, delays[-1]), ("9" * 5000, delays[0]), ("x", delays[0])):
        page = alice_client.get(f"/attempts/{attempt.uuid}/result/?look={look}").text
        assert f"delay:{delay}ms" in page


@pytest.mark.parametrize("look", ["9" * 5000, "9" * 18, "-1", "x", "٣"])
def test_an_invalid_poll_number_is_no_error(alice_client: Client, attempt: Attempt, look: str) -> None:
    submit.submit(attempt=attempt, now=timezone.now())
    assert alice_client.get(f"/attempts/{attempt.uuid}/result/", {"look": look}).status_code == 200


@pytest.mark.parametrize(
    "address", ["submit/", "answers/", "reveal/", f"answers/{NOBODYS}/check/", f"files/{NOBODYS}/remove/"]
)
def test_a_get_after_signing_in_redirects_to_the_attempt(
    client: Client, alice_client: Client, bob_client: Client, attempt: Attempt, address: str
) -> None:
    path = f"/attempts/{attempt.uuid}/{address}"
    assert client.post(path).headers["Location"] == f"/accounts/login/?next={path}"
    page = alice_client.get(path, follow=True)
    assert page.redirect_chain[-1][0] == f"/attempts/{attempt.uuid}/?asks=1"
    assert "Nothing has been submitted so far." in page.text
    assert bob_client.get(path).status_code == 404


def test_the_result_of_an_open_attempt_redirects_to_the_attempt(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    for question, response in right_answers(quiz).items():
        save.save_answer(attempt=attempt, question=question, response=response, now=timezone.now())
    page = alice_client.get(f"/attempts/{attempt.uuid}/result/", follow=True, headers=EN)
    assert page.redirect_chain[-1][0] == f"/attempts/{attempt.uuid}/"
    assert "This attempt has not been submitted." in page.text
    # Asked or not: what is answered everywhere is not asked about.
    assert "no answer yet" not in alice_client.get(f"/attempts/{attempt.uuid}/?asks=1", headers=EN).text


def test_a_get_of_the_start_address_redirects_to_the_quiz(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    back = alice_client.get("/courses/statistics/quizzes/quiz/start/")
    assert back.headers["Location"] == "/courses/statistics/quizzes/quiz/"
    assert not Attempt.objects.exists()
