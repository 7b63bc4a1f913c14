"""Which solutions are shown, under each policy, before, during and after an attempt, on the page and by the API."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from quizzes.grading import automatic, regrading
from quizzes.results import attempt_results, question_results
from quizzes.taking import deadline, save, start, submit
from tests.api import Api
from tests.contract import check
from tests.factories import QuizFactory, right_answers
from tests.quizzes import graded
from tests.quizzes.grading import regrades

NOW = timezone.now()
DAY = timedelta(days=1)
SECRETS = ("Data Drift", "Feedback q0", "Not this one")


@pytest.fixture
def shown(alice_client: Client, alice_api: Api) -> Callable[[Attempt], tuple[bool, bool]]:
    """Whether the answers of an attempt are shown, and whether they may be asked for; page and API agree."""

    def look(attempt: Attempt) -> tuple[bool, bool]:
        page = alice_client.get(f"/attempts/{attempt.uuid}/result/").text
        result = alice_api.get(f"attempts/{attempt.uuid}/result")
        check("AttemptResult", result)
        is_shown = result["answers_shown"]
        assert [secret in page for secret in SECRETS] == [is_shown] * 3
        assert [bool(question["solution"]) for question in result["questions"]] == [is_shown] * 3
        assert all(bool(question["feedback"]) == is_shown for question in result["questions"])
        assert ("See the answers and finish" in page) == result["can_reveal"]
        return is_shown, result["can_reveal"]

    return look


def ruled(quiz: Quiz, **rules: Any) -> Quiz:
    Quiz.objects.filter(pk=quiz.pk).update(**rules)
    return Quiz.objects.select_related("activity__course", "current_version").get(pk=quiz.pk)


def taken(quiz: Quiz, enrolment: Enrolment, *, right: int = 0) -> Attempt:
    """One graded attempt with so many right answers, the others wrong."""
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    given: dict[UUID, Any] = {}
    for number, (question, response) in enumerate(right_answers(quiz).items()):
        row = quiz.questions.get(uuid=question)
        wrong = (
            {"text": "nonsense"}
            if row.kind == "short_answer"
            else {"choice": str(row.choices.filter(is_correct=False)[0].uuid)}
        )
        given[question] = response if number < right else wrong
    submit.submit(attempt=attempt, answers=given, now=NOW)
    automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    return Attempt.objects.select_related("quiz__activity", "enrolment", "version").get(pk=attempt.pk)


# policy → for a try that fails, one that passes, the last one that is allowed: (shown, may be asked for)
@pytest.mark.parametrize(
    ("policy", "failed", "passed", "last"),
    [
        ("at_once", (False, True), (False, True), (True, False)),
        ("after_each", (False, True), (False, True), (True, False)),
        ("after_pass", (False, False), (False, True), (True, False)),
        ("after_due", (False, False), (False, False), (False, False)),
        ("never", (False, False), (False, False), (False, False)),
    ],
)
def test_each_policy_shows_solutions_when_it_says(
    quiz: Quiz, enrolment: Enrolment, shown: Any, policy: str, failed: Any, passed: Any, last: Any
) -> None:
    quiz = ruled(quiz, show_answers=policy, due_at=timezone.now() + DAY)
    first = taken(quiz, enrolment)
    assert shown(first) == failed
    assert shown(taken(quiz, enrolment, right=2)) == passed
    assert shown(taken(quiz, enrolment)) == last
    assert shown(first) == last


def test_after_due_solutions_can_be_revealed_after_the_due_date_and_are_shown_after_the_closing(
    quiz: Quiz, enrolment: Enrolment, shown: Any
) -> None:
    quiz = ruled(quiz, show_answers="after_due", due_at=timezone.now() - DAY)
    attempt = taken(quiz, enrolment)
    # A late attempt could still start, so revealing must give it up.
    assert shown(attempt) == (False, True)
    ruled(quiz, closes_at=timezone.now() - DAY / 2)
    assert shown(attempt) == (True, False)


def test_after_due_solutions_are_hidden_until_then_even_with_full_marks(
    quiz: Quiz, enrolment: Enrolment, shown: Any
) -> None:
    """Otherwise a student with full marks could pass the solutions on."""
    quiz = ruled(quiz, show_answers="after_due", due_at=timezone.now() + DAY)
    attempt = taken(quiz, enrolment, right=3)
    page = attempt_results.get_result(attempt, now=timezone.now())
    assert page.answers_shown is False
    assert page.can_reveal is False
    assert attempt_results.get_result(attempt, now=timezone.now() + 2 * DAY).answers_shown


@pytest.mark.parametrize("policy", ["after_due", "never"])
def test_outcomes_of_questions_are_hidden_as_long_as_solutions_are(
    quiz: Quiz, enrolment: Enrolment, alice_client: Client, alice_api: Api, policy: str
) -> None:
    """With attempts left the key could be found by trying, and before the due date it could be passed on."""
    quiz = ruled(quiz, show_answers=policy, due_at=timezone.now() + DAY)
    for right in range(3):
        attempt = taken(quiz, enrolment, right=right)
        result = alice_api.get(f"attempts/{attempt.uuid}/result")
        check("AttemptResult", result)
        assert {(question["outcome"], question["points"]) for question in result["questions"]} == {("hidden", None)}
        page = alice_client.get(f"/attempts/{attempt.uuid}/result/").text
        assert page.count("Answered") == 3
        assert not [word for word in (">Right<", ">Wrong<") if word in page]
        assert result["points"] == f"{right}.00"
    if policy == "after_due":
        later = attempt_results.get_result(attempt, now=timezone.now() + 2 * DAY)
        assert [question.outcome for question in later.questions] == ["correct", "correct", "incorrect"]


def test_unanswered_questions_are_marked_even_if_solutions_are_never_shown(
    quiz: Quiz, enrolment: Enrolment, alice_api: Api
) -> None:
    quiz = ruled(quiz, show_answers="never")
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    submit.submit(attempt=attempt, now=NOW)
    automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    questions = alice_api.get(f"attempts/{attempt.uuid}/result")["questions"]
    assert {question["outcome"] for question in questions} == {"unanswered"}


def test_an_open_attempt_hides_the_solutions_of_earlier_attempts(
    quiz: Quiz, enrolment: Enrolment, alice_client: Client
) -> None:
    quiz = ruled(quiz, attempts_allowed=None)
    full = taken(quiz, enrolment, right=3)
    assert attempt_results.get_result(full, now=NOW).answers_shown
    start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    assert not attempt_results.get_result(full, now=NOW).answers_shown
    assert "shown when your open attempt is over" in alice_client.get(f"/attempts/{full.uuid}/result/").text
    refused = alice_client.post(f"/attempts/{full.uuid}/reveal/", follow=True)
    assert "once you have passed and no attempt is open" in refused.text


def test_revealing_is_idempotent(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = taken(quiz, enrolment, right=2)
    assert attempt_results.reveal(attempt=attempt, now=NOW).answers_revealed_at == NOW
    assert attempt_results.reveal(attempt=attempt, now=NOW + DAY).answers_revealed_at == NOW


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("after_pass", "shown when you have passed or have no attempt left"),
        ("after_due", "shown after the due date"),
        ("never", "are not shown"),
    ],
)
def test_the_result_page_says_when_solutions_are_shown(
    quiz: Quiz, enrolment: Enrolment, alice_client: Client, policy: str, sentence: str
) -> None:
    attempt = taken(ruled(quiz, show_answers=policy, due_at=timezone.now() + DAY), enrolment)
    assert sentence in alice_client.get(f"/attempts/{attempt.uuid}/result/").text


def test_trying_again_asks_for_the_access_code(quiz: Quiz, enrolment: Enrolment, alice_client: Client) -> None:
    attempt = taken(quiz, enrolment)
    ruled(quiz, access_code="봄")
    page = alice_client.get(f"/attempts/{attempt.uuid}/result/").text
    assert 'href="/courses/statistics/quizzes/quiz/">Try again</a>' in page
    assert "/start/" not in page
    form = alice_client.get("/courses/statistics/quizzes/quiz/").text
    assert 'name="access_code"' in form
    started = alice_client.post("/courses/statistics/quizzes/quiz/start/", {"access_code": "봄"})
    assert "/attempts/" in started.headers["Location"]


def test_a_lesson_check_shows_solutions_after_every_attempt(lesson: Activity, enrolment: Enrolment) -> None:
    check_quiz = QuizFactory(activity=lesson, show_answers="after_each", attempts_allowed=1)
    for _ in range(2):
        result = attempt_results.get_result(taken(check_quiz, enrolment), now=NOW)
        assert result.answers_shown is True
        assert result.can_reveal is False


# --- At once ------------------------------------------------------------------------------------------------------


def test_with_instant_feedback_a_confirmed_answer_shows_its_solution_and_cannot_change(
    quiz: Quiz, enrolment: Enrolment, alice_client: Client, alice_api: Api
) -> None:
    quiz = ruled(quiz, show_answers="at_once")
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    short, other = (str(quiz.questions.get(key=key).uuid) for key in ("short", "q0"))
    base = f"/attempts/{attempt.uuid}"
    page = alice_client.get(f"{base}/").text
    assert page.count("Check this answer") == 3
    refused = alice_client.post(f"{base}/answers/{short}/check/", {})
    assert refused.status_code == 400
    assert "Answer the question first." in refused.text
    checked = alice_client.post(f"{base}/answers/{short}/check/", {short: "concept drift"})
    assert checked.headers["Location"] == f"{base}/#q-{short}"
    page = alice_client.get(f"{base}/").text
    assert "Another term" in page
    assert "Data Drift" in page
    assert "Feedback q0" not in page
    assert page.count("Check this answer") == 2
    # The form sends a changed answer to the confirmed question, which is ignored, and a new one to the other.
    alice_client.post(f"{base}/answers/", {short: "data drift", other: right_answers(quiz)[UUID(other)]["choice"]})
    problem = alice_api.put(f"attempts/{attempt.uuid}/answers/{short}", {"response": {"text": "x"}}, expect=409)
    assert problem["type"] == "/problems/answer-checked"
    same = alice_api.put(f"attempts/{attempt.uuid}/answers/{short}", {"response": {"text": "concept drift"}})
    assert same["response"] == {"text": "concept drift"}
    shown = alice_api.post(f"attempts/{attempt.uuid}/answers/{other}/check")
    check("QuestionResult", shown)
    assert shown["outcome"] == "correct"
    assert shown["feedback"][0]["html"] == "Feedback q0 0"
    assert alice_api.post(f"attempts/{attempt.uuid}/answers/{other}/check") == shown
    found = {q["uuid"]: q["checked"] for q in alice_api.get(f"attempts/{attempt.uuid}")["questions"]}
    assert [bool(found[uuid]) for uuid in (short, other)] == [True, True]
    assert list(found.values()).count(None) == 1
    # The whole form at the submit changes nothing of it either; after it, what was checked is still shown.
    alice_client.post(f"{base}/submit/", {short: "data drift"})
    automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    outcome = {q["uuid"]: q for q in alice_api.get(f"attempts/{attempt.uuid}/result")["questions"]}
    assert outcome[short]["response"] == {"text": "concept drift"}
    assert {uuid: bool(question["solution"]) for uuid, question in outcome.items()} == {
        uuid: uuid in (short, other) for uuid in outcome
    }


@pytest.mark.parametrize("policy", ["after_each", "after_pass", "after_due", "never"])
def test_answers_cannot_be_confirmed_under_other_policies(
    quiz: Quiz, enrolment: Enrolment, alice_client: Client, alice_api: Api, policy: str
) -> None:
    attempt = start.start(quiz=ruled(quiz, show_answers=policy), enrolment=enrolment, now=NOW)
    assert "Check this answer" not in alice_client.get(f"/attempts/{attempt.uuid}/").text
    short = quiz.questions.get(key="short").uuid
    alice_api.put(f"attempts/{attempt.uuid}/answers/{short}", {"response": {"text": "data drift"}})
    refused = alice_api.post(f"attempts/{attempt.uuid}/answers/{short}/check", expect=409)
    assert refused["type"] == "/problems/not-checkable"
    assert not attempt.answers.filter(confirmed_at__isnull=False).exists()


def test_answers_cannot_be_confirmed_after_the_submit(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = start.start(quiz=ruled(quiz, show_answers="at_once"), enrolment=enrolment, now=NOW)
    short = quiz.questions.get(key="short").uuid
    save.save_answer(attempt=attempt, question=short, response={"text": "data drift"}, now=NOW)
    assert question_results.confirmed_results(attempt) == {}
    submit.submit(attempt=attempt, now=NOW)
    with pytest.raises(deadline.AttemptClosed):
        save.confirm_answer(attempt=attempt, question=short, now=NOW)


# --- The quiz's page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"opens_at": NOW + DAY}, "This quiz opens on"),
        ({"closes_at": NOW - DAY}, "This quiz is closed."),
        ({"time_limit": 45}, "45 minutes"),
        ({"time_limit": 1}, "1 minute"),
        ({"due_at": NOW + DAY, "late_rule": "deduct"}, "then 10% off for each day begun"),
        ({"attempts_allowed": None}, "any number"),
        ({"current_version": None}, "This quiz has no questions yet."),
    ],
)
def test_the_quiz_page_names_its_rules(alice_client: Client, quiz: Quiz, rules: dict[str, Any], sentence: str) -> None:
    ruled(quiz, **rules)
    page = alice_client.get("/courses/statistics/quizzes/quiz/").text
    assert re.search(rf"{re.escape(sentence)}(?!\w)", page)


@pytest.fixture
def multiple(quiz: Quiz) -> Question:
    """The first question, with two right choices of three. It is the only one of the quiz."""
    quiz.questions.exclude(key="q0").delete()
    question: Question = quiz.questions.get()
    question.kind = "multiple_choice"
    question.save()
    question.choices.filter(key="q0-1").update(is_correct=True)
    publishing.publish(quiz)
    return question


@pytest.mark.parametrize(
    ("chosen", "badge", "sentence"),
    [
        (["q0-0"], "Not complete", "You chose 1 of the 2 right choices."),
        (["q0-0", "q0-2"], "Not complete", "You chose 1 of the 2 right choices. One that you chose is wrong."),
        (["q0-2"], "Wrong", ""),
        (["q0-0", "q0-1"], "Right", ""),
    ],
)
def test_a_multiple_choice_says_what_is_missing(
    alice_client: Client, enrolment: Enrolment, multiple: Question, chosen: list[str], badge: str, sentence: str
) -> None:
    attempt = start.start(
        quiz=ruled(multiple.quiz, show_answers="at_once", attempts_allowed=1), enrolment=enrolment, now=NOW
    )
    uuids = [str(choice.uuid) for choice in multiple.choices.filter(key__in=chosen)]
    submit.submit(attempt=attempt, answers={multiple.uuid: {"choices": uuids}}, now=NOW)
    automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    page = " ".join(alice_client.get(f"/attempts/{attempt.uuid}/result/").text.split())
    answers = page[page.index("Your answers") :]
    assert re.findall(r'class="badge \w+">([^<]+)<', answers) == [badge]
    assert ("You chose" in answers) == bool(sentence)
    assert sentence in re.sub(r"\s+", " ", answers)
    assert answers.count("missing in your answer") == len({"q0-0", "q0-1"} - set(chosen))


def test_a_wrong_choice_is_marked_while_the_answers_are_hidden(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    attempt = taken(ruled(quiz, show_answers="after_pass"), enrolment)
    page = alice_client.get(f"/attempts/{attempt.uuid}/result/").text
    assert page.count('aria-label="wrong choice"') == quiz.questions.filter(kind="single_choice").count()
    assert "right choice" not in page


def test_seeing_the_answers_asks_first_and_ends_the_quiz(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    attempt = taken(ruled(quiz, show_answers="after_each", attempts_allowed=3), enrolment)
    page = " ".join(alice_client.get(f"/attempts/{attempt.uuid}/result/").text.split())
    assert "you give up the 2 attempts that you have left" in page
    # To try again is what the page offers first.
    assert page.index("Try again") < page.index("Yes, show me the answers")
    alice_client.post(f"/attempts/{attempt.uuid}/reveal/")
    page = alice_client.get(quiz.activity.get_absolute_url()).text
    assert "none left" in page
    assert "cannot be taken again" in page


def test_no_attempts_are_left_after_the_answers_of_an_unlimited_quiz(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    attempt = taken(ruled(quiz, show_answers="after_each", attempts_allowed=None), enrolment)
    alice_client.post(f"/attempts/{attempt.uuid}/reveal/")
    page = alice_client.get(quiz.activity.get_absolute_url()).text
    assert "any number" not in page
    assert "none left" in page


def test_a_changed_grade_is_shown_with_what_it_was(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment, ines: User
) -> None:
    attempt = graded.graded(quiz, enrolment, graded.choosing(quiz, 1))
    quiz.questions.filter(key="q0").update(points=5)
    graded.publish(quiz)
    regrade = regrading.propose(quiz=quiz, actor=ines, now=regrades.LATER)
    regrades.approve(regrade, ines)
    regrades.run(regrade)
    page = " ".join(alice_client.get(f"/attempts/{attempt.uuid}/result/").text.split())
    assert "Before: 2 of 3 points. Now: 2 of 7 points." in page
