"""Appeals: a student says that an answer is right, staff decide, and the student learns it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEntry
from accounts.messages import sending as messages
from accounts.models import Message, User
from appeals import filing
from appeals.models import Appeal
from courses import gradebook
from courses.models import Course, Enrolment
from operations.verify.grades import find_differences
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import manual, regrading
from quizzes.grading.models import GradeNotice, Regrade
from tests.api import Api
from tests.factories import EnrolmentFactory, right_answers
from tests.quizzes.graded import choosing, fresh, graded, other_choice_right, publish
from tests.workspace.authors import Author

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
WAITING, ACCEPTED, ANSWERED, WITHDRAWN = "waiting", "accepted", "answered", "withdrawn"


@pytest.fixture
def question(quiz: Quiz) -> UUID:
    return quiz.questions.get(key="q0").uuid


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    """Alice's attempt with one wrong answer."""
    return graded(quiz, enrolment, choosing(quiz, 1))


def page(attempt: Attempt, question: UUID) -> str:
    return f"/attempts/{attempt.uuid}/questions/{question}/appeal/"


def result(client: Client, attempt: Attempt) -> str:
    return client.get(f"/attempts/{attempt.uuid}/result/", headers=ENGLISH).content.decode()


def file(client: Client, attempt: Attempt, question: UUID, text: str = "The book says so.") -> Appeal:
    assert client.post(page(attempt, question), {"text": text}).status_code == 302
    return Appeal.objects.get(attempt=attempt, question=question)


def staff(appeal: Appeal) -> str:
    return f"/admin/appeals/statistics/{appeal.uuid}/"


def test_the_result_leads_to_an_appeal_which_staff_accept(
    alice_client: Client, ines_client: Client, attempt: Attempt, question: UUID
) -> None:
    assert f'href="{page(attempt, question)}"' in result(alice_client, attempt)
    appeal = file(alice_client, attempt, question)
    assert "Your appeal waits" in result(alice_client, attempt)
    assert "The book says so." in ines_client.get("/admin/appeals/statistics/").content.decode()
    assert staff(appeal) in ines_client.get("/admin/quizzes/attempt/queue/").content.decode()
    assert ines_client.post(staff(appeal), {"accept": "1", "words": "You are right."}).status_code == 302
    assert (fresh(attempt).points, GradeNotice.objects.count()) == (3, 1)
    shown = result(alice_client, attempt)
    assert "Your appeal was accepted" in shown
    assert "You are right." in shown
    assert "No appeal waits" in ines_client.get("/admin/appeals/statistics/", headers=ENGLISH).content.decode()
    assert "You are right." in ines_client.get(staff(appeal)).content.decode()
    assert list(find_differences()) == []


def test_an_answer_in_words_keeps_the_grade_and_is_told_once(
    alice_client: Client, ines_client: Client, attempt: Attempt, question: UUID
) -> None:
    appeal = file(alice_client, attempt, question)
    assert ines_client.post(staff(appeal), {"answer": "1", "words": " "}).status_code == 409
    for _ in range(2):
        ines_client.post(staff(appeal), {"answer": "1", "words": "Page 12 says otherwise."})
    assert fresh(attempt).points == 2
    [row] = Message.objects.all()
    noon = (timezone.now() + timedelta(days=1)).replace(hour=3)
    for _ in range(2):
        messages.send(message_id=row.pk, now=noon)
    [sent] = mail.outbox
    assert "Page 12 says otherwise." in sent.body
    assert "your appeal was answered" in alice_client.get("/notifications/", headers=ENGLISH).content.decode()


def test_two_tabs_decide_once(alice_client: Client, ines_client: Client, attempt: Attempt, question: UUID) -> None:
    appeal = file(alice_client, attempt, question)
    ines_client.post(staff(appeal), {"answer": "1", "words": "No."})
    late = ines_client.post(staff(appeal), {"accept": "1"}, headers=ENGLISH)
    assert late.status_code == 409
    assert "does not wait any more" in late.content.decode()
    appeal.refresh_from_db()
    assert (appeal.status, fresh(attempt).points) == (ANSWERED, 2)


def test_withdrawn_it_is_nobodys_and_can_be_made_again(
    alice_client: Client, ines_client: Client, attempt: Attempt, question: UUID
) -> None:
    appeal = file(alice_client, attempt, question)
    assert alice_client.post(page(attempt, question), {"withdraw": "1"}).status_code == 302
    assert ines_client.post(staff(appeal), {"accept": "1"}).status_code == 409
    assert "My answer is right" in result(alice_client, attempt)
    assert file(alice_client, attempt, question, "Again.").status == WAITING
    ines_client.post(staff(appeal), {"answer": "1", "words": "No."})
    alice_client.post(page(attempt, question), {"withdraw": "1"})
    appeal.refresh_from_db()
    assert appeal.status == ANSWERED


@pytest.mark.parametrize(("text", "status"), [("", 400), (" \0", 400), ("x" * (filing.LONGEST + 1), 400)])
def test_it_needs_a_text_of_some_length(
    alice_client: Client, attempt: Attempt, question: UUID, text: str, status: int
) -> None:
    answer = alice_client.post(page(attempt, question), {"text": text}, headers=ENGLISH)
    assert (answer.status_code, Appeal.objects.count()) == (status, 0)


def test_each_answer_once(alice_client: Client, attempt: Attempt, question: UUID) -> None:
    for _ in range(2):
        file(alice_client, attempt, question)
    assert alice_client.post(page(attempt, question), {"text": "Other."}).status_code == 409
    assert Appeal.objects.get().text == "The book says so."


def test_only_what_is_graded_and_seen_as_wrong(
    quiz: Quiz, alice_client: Client, attempt: Attempt, question: UUID
) -> None:
    right = quiz.questions.get(key="q1").uuid
    for asked in (right, uuid4()):
        assert alice_client.post(page(attempt, asked), {"text": "x"}).status_code in (404, 409)
    Quiz.objects.filter(pk=quiz.pk).update(show_answers=Quiz.ShowAnswers.NEVER)
    assert "My answer is right" not in result(alice_client, attempt)
    assert alice_client.post(page(attempt, question), {"text": "x"}).status_code == 409
    assert not Appeal.objects.exists()


def test_after_the_grade_was_changed_there_is_nothing_to_appeal_against(
    quiz: Quiz, alice_client: Client, ines: User, attempt: Attempt, question: UUID
) -> None:
    full = manual.Decision(Decimal(1), {})
    manual.record_reviews(attempt=attempt, decisions={question: full}, reviewer=ines, now=timezone.now())
    late = alice_client.post(page(attempt, question), {"text": "x"}, headers=ENGLISH)
    assert late.status_code == 409
    assert "look at your result again" in late.content.decode()


def test_accepting_after_a_regrade_gives_no_second_grading(
    quiz: Quiz, alice_client: Client, ines: User, ines_client: Client, attempt: Attempt, question: UUID
) -> None:
    appeal = file(alice_client, attempt, question)
    other_choice_right(quiz)
    regrade = regrading.propose(quiz=quiz, actor=ines, now=timezone.now())
    regrading.approve(regrade=regrade, reason="Wrong key.", actor=ines, now=timezone.now())
    regrading.run(regrade_id=regrade.pk, now=timezone.now())
    assert "in the meantime" in ines_client.get(staff(appeal), headers=ENGLISH).content.decode()
    before = attempt.grades.count()
    ines_client.post(staff(appeal), {"accept": "1"})
    appeal.refresh_from_db()
    assert (appeal.status, attempt.grades.count(), attempt.reviews.count()) == (ACCEPTED, before, 0)


def test_a_grade_that_a_person_has_set_stays_and_the_page_says_so(
    enrolment: Enrolment, alice_client: Client, ines_client: Client, attempt: Attempt, question: UUID
) -> None:
    appeal = file(alice_client, attempt, question)
    notice = "A person has set the grade of this quiz to 1.5 of 3 points."
    assert notice not in ines_client.get(staff(appeal), headers=ENGLISH).content.decode()
    cell = f"/admin/reports/statistics/gradebook/{enrolment.uuid}/quiz/"
    ines_client.post(cell, {"set": "1", "points": "1.5", "note": "Oral exam.", "seen": "0"})
    shown = " ".join(ines_client.get(staff(appeal), headers=ENGLISH).content.decode().split())
    assert notice in shown
    assert f'href="{cell}"' in shown
    ines_client.post(staff(appeal), {"accept": "1"})
    assert fresh(attempt).points == 3
    assert gradebook.get_item_grades(enrolment)[0].points == Decimal("1.5")


@pytest.fixture
def short(quiz: Quiz) -> UUID:
    quiz.questions.filter(key="short").update(definition={"near_misses": "review"})
    publish(quiz)
    return quiz.questions.get(key="short").uuid


def given(quiz: Quiz, short: UUID, text: str) -> Appeal:
    attempt = graded(
        quiz, EnrolmentFactory(course=quiz.activity.course), {**right_answers(quiz), short: {"text": text}}
    )
    return filing.file(attempt=attempt, question=short, text="It is the same.", now=timezone.now())


def test_for_everybody_who_gave_the_answer(quiz: Quiz, short: UUID, ines_client: Client) -> None:
    first, same, other = (given(quiz, short, text) for text in ("자료 표류", "자료표류", "concept drift"))
    assert ines_client.post(staff(first), {"everybody": "1", "words": "Yes."}).status_code == 302
    for regrade in Regrade.objects.filter(status=Regrade.Status.APPROVED):
        regrading.run(regrade_id=regrade.pk, now=timezone.now())
    states = dict(Appeal.objects.values_list("pk", "status"))
    assert states == {first.pk: ACCEPTED, same.pk: ACCEPTED, other.pk: WAITING}
    assert [fresh(each.attempt).points for each in (first, same, other)] == [3, 3, 2]
    assert Message.objects.filter(kind="appeal-answered").count() == 2


def test_for_everybody_with_other_changes_it_goes_on_waiting(
    quiz: Quiz, short: UUID, course: Course, ines: User, ines_client: Client
) -> None:
    appeal = given(quiz, short, "자료 표류")
    Author(ines, course).change_edition("lesson-1", "en", body="Not for students yet.")
    answer = ines_client.post(staff(appeal), {"everybody": "1"}, headers=ENGLISH, follow=True)
    assert "is in the draft" in answer.content.decode()
    appeal.refresh_from_db()
    assert (appeal.status, Regrade.objects.count()) == (WAITING, 0)


def test_roles(
    alice_client: Client, attempt: Attempt, question: UUID, ada_client: Client, oscar_client: Client,
    otto_client: Client, bob_client: Client,
) -> None:  # fmt: skip
    appeal = file(alice_client, attempt, question)
    assert bob_client.get(page(attempt, question)).status_code == 404
    assert otto_client.get(staff(appeal)).status_code == 404
    assert oscar_client.get(staff(appeal)).status_code == 200
    assert oscar_client.post(staff(appeal), {"accept": "1"}).status_code == 403
    assert ada_client.post(staff(appeal), {"everybody": "1"}).status_code == 403
    assert ada_client.post(staff(appeal), {"accept": "1"}).status_code == 302
    assert "appeals" not in otto_client.get("/admin/quizzes/attempt/queue/").content.decode().split("<main")[-1]


def test_the_audit_log_has_who_decided_what(
    alice_client: Client, ines_client: Client, attempt: Attempt, question: UUID
) -> None:
    appeal = file(alice_client, attempt, question)
    ines_client.post(staff(appeal), {"answer": "1", "words": "No."})
    found = AuditEntry.objects.filter(model="appeals.appeal", object_id=appeal.pk, event__action="change")
    assert [entry.event.actor.name for entry in found.select_related("event__actor")] == ["Ines"]


def test_a_limit_of_those_that_wait(
    quiz: Quiz, enrolment: Enrolment, attempt: Attempt, question: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "MOST_WAITING", 1)
    second = quiz.questions.get(key="q1").uuid
    other = graded(quiz, enrolment, choosing(quiz, 1, "q1"), now=timezone.now())
    filing.file(attempt=attempt, question=question, text="x", now=timezone.now())
    with pytest.raises(filing.TooManyAppeals):
        filing.file(attempt=other, question=second, text="x", now=timezone.now())


def test_who_left_is_not_listed_as_waiting(alice_client: Client, ines: User, attempt: Attempt, question: UUID) -> None:
    file(alice_client, attempt, question)
    assert Appeal.objects.waiting_for(ines).count() == 1
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
    assert Appeal.objects.waiting_for(ines).count() == 0


@pytest.mark.parametrize("n", [2, 40])
def test_the_list_takes_as_many_queries_for_many(
    quiz: Quiz, short: UUID, ines_client: Client, course: Course, n: int
) -> None:
    for number in range(n):
        given(quiz, short, f"wrong {number}")
    ines_client.get("/admin/appeals/statistics/")
    with CaptureQueriesContext(connection) as captured:
        assert ines_client.get("/admin/appeals/statistics/").status_code == 200
    assert len(captured) == 20


def test_the_api(alice_api: Api, quiz: Quiz, enrolment: Enrolment, attempt: Attempt, question: UUID) -> None:
    here = f"attempts/{attempt.uuid}/appeals"
    assert alice_api.get(here) == {"results": []}
    body: dict[str, Any] = {"text": "The book says so."}
    made = alice_api.put(f"{here}/{question}", body)
    assert (made["status"], made["answer"], made["decided_at"]) == (WAITING, "", None)
    assert alice_api.put(f"{here}/{question}", body) == made
    assert alice_api.get(here) == {"results": [made]}
    alice_api.put(f"{here}/{question}", {"text": "Other."}, expect=409)
    alice_api.put(f"{here}/{question}", {}, expect=400)
    alice_api.put(f"{here}/{uuid4()}", body, expect=404)
    for _ in range(2):
        alice_api.delete(f"{here}/{question}", expect=204)
    assert alice_api.get(here)["results"][0]["status"] == WITHDRAWN
