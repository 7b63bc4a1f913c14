import re
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Activity, Enrolment
from quizzes import attempts, grading, publishing
from quizzes.models import AcceptedAnswer, Answer, Attempt, AttemptGrade, Choice, LateAnswer, Question, Quiz
from quizzes.views.attempts import POLL_DELAYS
from tests.factories import QuizFactory, right_answers
from tests.quizzes import every_kind

CANARY = "canary-of-the-key"
EN = {"Accept-Language": "en"}
# Fixed: processes that test side by side must collect the same names.
NOBODYS = UUID(int=7)


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return attempts.start(quiz=quiz, enrolment=enrolment, now=timezone.now())


def form(quiz: Quiz) -> dict[str, str]:
    """Right answers as the page sends them."""
    return {str(question): next(iter(answer.values())) for question, answer in right_answers(quiz).items()}


def test_the_whole_way(alice_client: Client, quiz: Quiz) -> None:
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
    grading.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    part = alice_client.get(f"/attempts/{attempt.uuid}/result/?look=1", headers={"HX-Request": "true"}).text
    assert "100%" in part
    assert "<html" not in part
    assert "Feedback q0 0" in part
    course = alice_client.get("/courses/statistics/").text
    assert "100%" in course
    assert "33%" in course


class TestHandingInWhatIsNotAnsweredEverywhere:
    """The page's form asks back; what is sent without it (an app, an older page) is handed in."""

    def send(self, client: Client, attempt: Attempt, *, follow: bool = False, **data: Any) -> Any:
        return client.post(f"/attempts/{attempt.uuid}/submit/", {"asks": "1", **data}, headers=EN, follow=follow)

    def test_is_asked_first_with_everything_saved(self, alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
        page = alice_client.get(f"/attempts/{attempt.uuid}/", headers=EN).text
        assert 'name="asks"' in page
        assert "no answer yet" not in page
        short = str(quiz.questions.get(key="short").uuid)
        answer = self.send(alice_client, attempt, submit="1", **{short: "data drift"})
        assert answer.headers["Location"] == f"/attempts/{attempt.uuid}/?asks=1"
        asked = alice_client.get(answer.headers["Location"], headers=EN)
        assert "These questions have no answer yet:" in asked.text
        for key in ("q0", "q1"):
            assert f'href="#q-{quiz.questions.get(key=key).uuid}"' in asked.text
        assert f'href="#q-{short}"' not in asked.text
        assert Answer.objects.get(question=short).response == {"text": "data drift"}
        attempt.refresh_from_db()
        assert attempt.status == "in_progress"
        answer = self.send(alice_client, attempt, submit="anyway", **{short: "data drift"})
        assert answer.headers["Location"] == f"/attempts/{attempt.uuid}/result/"
        attempt.refresh_from_db()
        assert attempt.status == "submitted"

    def test_is_not_asked_of_a_whole_form(self, alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
        assert self.send(alice_client, attempt, submit="1", **form(quiz)).status_code == 302
        attempt.refresh_from_db()
        assert attempt.status == "submitted"

    def test_is_not_asked_when_the_time_is_up(self, alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
        Attempt.objects.update(deadline=timezone.now() - timedelta(hours=1))
        short = str(quiz.questions.get(key="short").uuid)
        answer = self.send(alice_client, attempt, submit="1", **{short: "data drift"})
        assert answer.headers["Location"] == f"/attempts/{attempt.uuid}/result/"
        assert [late.response for late in LateAnswer.objects.all()] == [{"text": "data drift"}]

    def test_a_file_is_an_answer(
        self, alice_client: Client, enrolment: Enrolment, quiz: Quiz, settings: Any, tmp_path: Path
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        every_kind.fill(quiz)
        attempt = attempts.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        asked = self.send(alice_client, attempt, follow=True).text
        [by_hand] = [view["uuid"] for view in attempt.views if view["kind"] == "hand_in"]
        assert f'href="#q-{by_hand}"' in asked
        asked = self.send(
            alice_client, attempt, **{f"{by_hand}:files": SimpleUploadedFile("work.txt", b"x")}, follow=True
        ).text
        assert f'href="#q-{by_hand}"' not in asked
        assert "have no answer yet" in asked


def test_a_form_that_was_loaded_before_another_tab_saved_overwrites_nothing(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    """Without script: the form of the second tab holds every question as it was when the tab was opened."""

    def opened() -> dict[str, str]:
        page = alice_client.get(f"/attempts/{attempt.uuid}/").text
        marks = re.findall(r'name="([^"]+:loaded)" value="([^"]*)"', page)
        assert len(marks) == 3
        return dict(marks)

    q0, q1, short = (str(quiz.questions.get(key=key).uuid) for key in ("q0", "q1", "short"))
    right = form(quiz)
    first, second = opened(), opened()
    for address, tab in (("answers/", first), ("submit/", second)):
        data = {**tab, short: "data drift", q0: right[q0]} if tab is first else {**tab, short: "", q1: right[q1]}
        assert alice_client.post(f"/attempts/{attempt.uuid}/{address}", data).status_code == 302
    stored = {str(answer.question): answer.response for answer in Answer.objects.all()}
    assert stored == {short: {"text": "data drift"}, q0: {"choice": right[q0]}, q1: {"choice": right[q1]}}


def test_what_is_taken_back_without_script_is_taken_back(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    short = str(quiz.questions.get(key="short").uuid)
    attempts.save_answer(attempt=attempt, question=UUID(short), response={"text": "drift"}, now=timezone.now())
    page = alice_client.get(f"/attempts/{attempt.uuid}/").text
    data = dict(re.findall(r'name="([^"]+:loaded)" value="([^"]*)"', page))
    alice_client.post(f"/attempts/{attempt.uuid}/answers/", {**data, short: ""})
    assert Answer.objects.get().response == {"text": ""}
    # What cannot be right is no answer as it was loaded, and is refused.
    answer = alice_client.post(f"/attempts/{attempt.uuid}/answers/", {**data, short: "x" * 10_000})
    assert answer.status_code == 400


def test_how_many_are_answered_is_told_without_script(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    page = f"/attempts/{attempt.uuid}/"
    assert "<b data-answered>0</b> of 3 answered" in alice_client.get(page, headers=EN).text
    short = quiz.questions.get(key="short").uuid
    attempts.save_answer(attempt=attempt, question=short, response={"text": "x"}, now=timezone.now())
    assert "<b data-answered>1</b> of 3 answered" in alice_client.get(page, headers=EN).text


def test_a_second_tab_submits_the_same(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    for _ in range(2):
        response = alice_client.post(f"/attempts/{attempt.uuid}/submit/", form(quiz))
        assert response.status_code == 302
        grading.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    assert AttemptGrade.objects.count() == 1


def test_saving_one_answer(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    question = quiz.questions.get(key="short")
    response = alice_client.post(
        f"/attempts/{attempt.uuid}/answers/",
        {"question": str(question.uuid), str(question.uuid): "data drift", "sequence": "5"},
    )
    assert response.json()["sequence"] == 5
    assert Answer.objects.get().response == {"text": "data drift"}
    assert 'value="data drift"' in alice_client.get(f"/attempts/{attempt.uuid}/").text


@pytest.mark.parametrize(
    ("data", "status", "slug"),
    [
        ({"question": "nonsense"}, 400, "malformed"),
        ({"question": str(NOBODYS)}, 400, "unknown-question"),
        ({"question": "SHORT", "SHORT": "x" * 1_000_000}, 400, "too-long"),
        ({"question": "CHOICE", "CHOICE": str(NOBODYS)}, 400, "unknown-choice"),
        ({"question": "SHORT", "SHORT": "x", "sequence": "x"}, 400, "malformed"),
    ],
)
def test_answers_that_cannot_be_one(
    alice_client: Client, attempt: Attempt, quiz: Quiz, data: dict[str, str], status: int, slug: str
) -> None:
    names = {
        "SHORT": str(quiz.questions.get(key="short").uuid),
        "CHOICE": str(quiz.questions.get(key="q0").uuid),
    }
    data = {names.get(key, key): names.get(value, value) for key, value in data.items()}
    response = alice_client.post(f"/attempts/{attempt.uuid}/answers/", data)
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{slug}")
    assert not Answer.objects.exists()


def test_without_script_the_whole_form_is_saved(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    response = alice_client.post(f"/attempts/{attempt.uuid}/answers/", form(quiz), follow=True)
    assert "Your answers are saved." in response.text
    assert Answer.objects.count() == 3


def test_a_bad_answer_in_the_form_is_named_and_the_rest_kept(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    short = str(quiz.questions.get(key="short").uuid)
    for address in ("answers", "submit"):
        response = alice_client.post(f"/attempts/{attempt.uuid}/{address}/", {**form(quiz), short: "x" * 501})
        assert response.status_code == 400
        assert "The answer is too long" in response.text
        assert Answer.objects.count() == 2
    attempt.refresh_from_db()
    assert attempt.status == Attempt.Status.IN_PROGRESS


def test_saving_after_the_submit_says_so(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    attempts.submit(attempt=attempt, now=timezone.now())
    short = str(quiz.questions.get(key="short").uuid)
    late = alice_client.post(f"/attempts/{attempt.uuid}/answers/", {"question": short, short: "late"})
    assert late.status_code == 409
    page = alice_client.post(f"/attempts/{attempt.uuid}/answers/", form(quiz), follow=True)
    assert "has been submitted" in page.text


@pytest.mark.parametrize("address", ["", "result/"])
def test_somebody_elses_attempt_is_not_there(bob_client: Client, attempt: Attempt, address: str) -> None:
    assert bob_client.get(f"/attempts/{attempt.uuid}/{address}").status_code == 404


@pytest.mark.parametrize("address", ["answers/", "submit/", "reveal/"])
def test_nor_can_it_be_written_to(bob_client: Client, attempt: Attempt, address: str) -> None:
    assert bob_client.post(f"/attempts/{attempt.uuid}/{address}").status_code == 404


def test_the_key_stays_where_it_is(alice_client: Client, quiz: Quiz, enrolment: Enrolment) -> None:
    """A canary in every part of the key: no page shows one before the answers may be shown."""
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
    grading.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    assert crawl() == []
    for _ in range(2):
        attempt = attempts.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        attempts.submit(attempt=attempt, now=timezone.now(), answers={})
        grading.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    # No attempt is left: now the canary sings, which shows that it could.
    assert crawl() == [
        f"/attempts/{uuid}/{part}"
        for uuid in Attempt.objects.values_list("uuid", flat=True)
        for part in ("", "result/")
    ]


def test_seeing_the_answers_ends_the_quiz(alice_client: Client, quiz: Quiz) -> None:
    alice_client.post("/courses/statistics/quizzes/quiz/start/")
    attempt = Attempt.objects.get()
    answers = form(quiz)
    answers.pop(str(quiz.questions.get(key="short").uuid))
    alice_client.post(f"/attempts/{attempt.uuid}/submit/", answers)
    grading.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
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
    alice_client: Client, quiz: Quiz, enrolment: Enrolment, count: int, django_assert_num_queries
) -> None:
    Quiz.objects.update(attempts_allowed=None)
    quiz.refresh_from_db()
    for _ in range(count):
        attempt = attempts.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        attempts.submit(attempt=attempt, now=timezone.now(), answers=right_answers(quiz))
    grading.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    with django_assert_num_queries(8):
        alice_client.get(f"/attempts/{attempt.uuid}/result/")
    # Two more at first: the process meets the course as it is now, and the visit is remembered.
    for queries in (8, 6):
        with django_assert_num_queries(queries):
            alice_client.get("/courses/statistics/quizzes/quiz/")
    attempt = attempts.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    with django_assert_num_queries(4):
        alice_client.get(f"/attempts/{attempt.uuid}/")


def test_a_lesson_check_answers_at_once(alice_client: Client, lesson: Activity, enrolment: Enrolment) -> None:
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


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("count", [2, 200])
@pytest.mark.parametrize(
    ("rules", "kinds", "attempt_page", "result_page"),
    [
        # Files are one query more, a time limit asks for late answers, feedback at once reads the key.
        ({}, ["numeric"], 4, 8),
        ({"time_limit": 30}, ["hand_in", "matching"], 5, 11),
        ({"show_answers": "at_once"}, ["numeric"], 10, 8),
    ],
)
def test_query_counts_do_not_grow_with_the_questions(
    alice_client: Client,
    quiz: Quiz,
    enrolment: Enrolment,
    count: int,
    rules: dict[str, Any],
    kinds: list[str],
    attempt_page: int,
    result_page: int,
) -> None:
    Quiz.objects.update(attempts_allowed=1, **rules)
    quiz.refresh_from_db()
    for number in range(count):
        for kind in kinds:
            question = every_kind.add(quiz, kind)
            Question.objects.filter(pk=question.pk).update(key=f"{kind}-{number}".replace("_", "-"))
    publishing.publish(quiz)
    attempt = attempts.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    answered = {UUID(view["uuid"]): {"text": "1"} for view in attempt.views if view["kind"] == kinds[0]}
    for question, response in answered.items():
        attempts.save_answer(attempt=attempt, question=question, response=response, now=timezone.now())
    if "show_answers" in rules:
        attempt.answers.update(checked_at=timezone.now())
    alice_client.get(f"/attempts/{attempt.uuid}/")
    assert queries(alice_client, f"/attempts/{attempt.uuid}/") == attempt_page
    attempts.submit(attempt=attempt, now=timezone.now())
    grading.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    assert queries(alice_client, f"/attempts/{attempt.uuid}/result/") == result_page


def test_a_page_with_script_sends_only_what_it_has_not_saved(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    """A tab that was loaded before another one's answers does not overwrite them."""
    given = form(quiz)
    short, first, second = (str(quiz.questions.get(key=key).uuid) for key in ("short", "q0", "q1"))
    attempts.save_answer(attempt=attempt, question=UUID(short), response={"text": "saved"}, now=timezone.now())
    stale = {short: "", "changed": ["", first], first: given[first]}
    alice_client.post(f"/attempts/{attempt.uuid}/answers/", stale)
    kept = {str(answer.question): answer.response for answer in attempt.answers.all()}
    assert kept == {short: {"text": "saved"}, first: {"choice": given[first]}}
    # Its own count orders it among what is on its way; one that is no count is as good as none.
    for sequence, text, stored in (("9", "b", "b"), ("8", "a", "b"), ("x" * 30, "c", "c")):
        form_data = {"changed": [short], short: text, f"{short}:sequence": sequence}
        alice_client.post(f"/attempts/{attempt.uuid}/answers/", form_data)
        assert attempt.answers.get(question=short).response == {"text": stored}
    alice_client.post(f"/attempts/{attempt.uuid}/submit/", {"changed": [second], second: given[second], short: ""})
    assert {str(answer.question) for answer in attempt.answers.all()} == {short, first, second}
    assert attempt.answers.get(question=short).response == {"text": "c"}


def test_the_page_knows_what_the_server_has(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    short = quiz.questions.get(key="short").uuid
    attempts.save_answer(attempt=attempt, question=short, response={"text": "x"}, now=timezone.now(), sequence=77)
    page = alice_client.get(f"/attempts/{attempt.uuid}/").text
    assert re.search(rf'data-question="{short}"\s+data-sequence="77"', page)
    assert page.count('data-sequence="0"') == 2
    assert "data-deadline" not in page


@pytest.mark.parametrize("sequence", ["-1", "1.5", "９", "9" * 19, "x"])
def test_a_sequence_that_is_no_count(alice_client: Client, attempt: Attempt, quiz: Quiz, sequence: str) -> None:
    short = str(quiz.questions.get(key="short").uuid)
    data = {"question": short, short: "x", "sequence": sequence}
    response = alice_client.post(f"/attempts/{attempt.uuid}/answers/", data)
    assert (response.status_code, response.json()["type"]) == (400, "/problems/malformed")
    assert not Answer.objects.exists()


def test_a_watched_page_looks_often_enough_and_a_forgotten_one_ever_less(
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
def test_a_look_that_is_no_count(alice_client: Client, attempt: Attempt, look: str) -> None:
    attempts.submit(attempt=attempt, now=timezone.now())
    assert alice_client.get(f"/attempts/{attempt.uuid}/result/", {"look": look}).status_code == 200


@pytest.mark.parametrize(
    "address", ["submit/", "answers/", "reveal/", f"answers/{NOBODYS}/check/", f"files/{NOBODYS}/remove/"]
)
def test_whoever_signed_in_on_the_way_is_led_back(
    client: Client, alice_client: Client, bob_client: Client, attempt: Attempt, address: str
) -> None:
    path = f"/attempts/{attempt.uuid}/{address}"
    assert client.post(path).headers["Location"] == f"/accounts/login/?next={path}"
    page = alice_client.get(path, follow=True)
    assert page.redirect_chain[-1][0] == f"/attempts/{attempt.uuid}/?asks=1"
    assert "Nothing has been submitted so far." in page.text
    assert bob_client.get(path).status_code == 404


def test_a_result_that_nobody_asked_for_yet_leads_back_to_the_attempt(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    for question, response in right_answers(quiz).items():
        attempts.save_answer(attempt=attempt, question=question, response=response, now=timezone.now())
    page = alice_client.get(f"/attempts/{attempt.uuid}/result/", follow=True, headers=EN)
    assert page.redirect_chain[-1][0] == f"/attempts/{attempt.uuid}/"
    assert "This attempt has not been submitted." in page.text
    # Asked or not: what is answered everywhere is not asked about.
    assert "no answer yet" not in alice_client.get(f"/attempts/{attempt.uuid}/?asks=1", headers=EN).text


def test_and_so_is_whoever_wanted_to_start(alice_client: Client, quiz: Quiz, enrolment: Enrolment) -> None:
    back = alice_client.get("/courses/statistics/quizzes/quiz/start/")
    assert back.headers["Location"] == "/courses/statistics/quizzes/quiz/"
    assert not Attempt.objects.exists()
