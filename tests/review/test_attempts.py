"""The queue for manual grading, and grading one attempt by hand."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt, HandInFile, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.grading import manual, scoring
from quizzes.grading.models import GradeNotice, Regrade, Review
from quizzes.taking import start
from review.answers.queue import count_waiting
from tests.copied_rows import make_many
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory, UserFactory
from tests.quizzes import every_kind
from tests.quizzes.graded import fresh, graded, of_every_kind, publish, question_of

pytestmark = pytest.mark.django_db
QUEUE = "admin:quizzes_attempt_queue"
EN = {"Accept-Language": "en"}


@pytest.fixture
def by_hand(quiz: Quiz) -> Quiz:
    """A quiz of every kind. Near misses of the short answer are graded manually."""
    every_kind.fill(quiz)
    quiz.questions.filter(kind="short_answer").update(definition={"near_misses": "review"})
    publish(quiz)
    return quiz


def hand_in(quiz: Quiz, enrolment: Enrolment, *, days_ago: int = 0, near_miss: bool = False) -> Attempt:
    then = timezone.now() - timedelta(days=days_ago)
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=then)
    changed = {"short_answer": {"text": f"{every_kind.CANARY} acceptde"}} if near_miss else {}
    return graded(quiz, enrolment, of_every_kind(attempt, **changed), now=then)


def student(course: Course, name: str) -> Enrolment:
    return EnrolmentFactory(course=course, user=UserFactory(name=name))


def page_of(attempt: Attempt, query: str = "") -> str:
    return reverse("admin:quizzes_attempt_review", args=[attempt.pk]) + query


def rubric(attempt: Attempt, *points: str, **more: str) -> dict[str, str]:
    view = attempt.find_question(question_of(attempt, "hand_in"))
    assert view is not None
    fields = {f"{view['uuid']}:{part['uuid']}": given for part, given in zip(view["rubric"], points, strict=True)}
    return fields | {f"{view['uuid']}:{name}": text for name, text in more.items()}


def field(attempt: Attempt, kind: str, name: str, value: str) -> dict[str, str]:
    return {f"{question_of(attempt, kind)}:{name}": value}


class TestQueue:
    def test_attempts_of_students_who_left_are_in_a_list_of_their_own(
        self, by_hand: Quiz, enrolment: Enrolment, ines: User, ines_client: Client
    ) -> None:
        attempt = hand_in(by_hand, enrolment)
        link = page_of(attempt).split("?")[0]
        assert link in ines_client.get(reverse(QUEUE)).text
        Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
        page = ines_client.get(reverse(QUEUE), headers=EN).text
        assert link not in page
        assert "1 attempt of a student who has left the course is not in this list." in page
        assert count_waiting(ines) == 0
        assert link in ines_client.get(f"{reverse(QUEUE)}?departed=1").text

    def test_attempts_are_listed_by_waiting_time_with_links(
        self, by_hand: Quiz, course: Course, ines_client: Client
    ) -> None:
        new = hand_in(by_hand, student(course, "Nora"), days_ago=1)
        old = hand_in(by_hand, student(course, "Odo"), days_ago=3, near_miss=True)
        page = ines_client.get(reverse(QUEUE), headers=EN)
        pending = {attempt: n for attempt, n, _grader in page.context["rows"]}
        assert list(pending) == [old, new]
        assert pending[old] == 2
        assert pending[new] == 1
        assert page.text.index("Odo") < page.text.index("Nora")
        assert page_of(old) in page.text
        # Every page of the admin links to the queue and shows the number.
        home = ines_client.get(reverse("admin:index"), headers=EN)
        assert reverse(QUEUE) in home.text
        assert home.context["sidebar_navigation"][0]["items"][1]["badge"] == "2"

    def test_the_queue_can_be_filtered_by_quiz(self, by_hand: Quiz, course: Course, ines_client: Client) -> None:
        module = course.modules.get()
        other = QuizFactory(activity=ActivityFactory(module=module, slug="other", kind="quiz", title_en="Other"))
        every_kind.fill(other)
        hand_in(by_hand, student(course, "Nora"))
        attempt = hand_in(other, student(course, "Odo"))
        page = ines_client.get(reverse(QUEUE), {"quiz": other.pk}, headers=EN)
        assert [row for row, _n, _grader in page.context["rows"]] == [attempt]
        assert page_of(attempt, f"?quiz={other.pk}") in page.text
        for nonsense in ("x", "9" * 40, "²"):
            assert len(ines_client.get(reverse(QUEUE), {"quiz": nonsense}).context["rows"]) == 2

    @pytest.mark.parametrize(
        ("language", "title", "button"), [("ko", "활동 quiz", "채점하기"), ("en", "Activity quiz", "Grade")]
    )
    def test_the_quizzes_are_named_in_the_language_of_the_page(
        self, by_hand: Quiz, course: Course, ines: User, ines_client: Client, language: str, title: str, button: str
    ) -> None:
        User.objects.filter(pk=ines.pk).update(language=language)
        hand_in(by_hand, student(course, "Nora"))
        page = ines_client.get(reverse(QUEUE))
        assert page.context["quizzes"] == [(by_hand.pk, title, 1)]
        assert f">{button}<" in page.text

    def test_the_queue_shows_what_else_waits_for_the_instructor(
        self, by_hand: Quiz, course: Course, ines_client: Client
    ) -> None:
        attempt = hand_in(by_hand, student(course, "Nora"))
        now = timezone.now()
        LateAnswer.objects.create(
            attempt=attempt, question=question_of(attempt, "numeric"), response={"text": "1"}, received_at=now
        )
        Regrade.objects.create(quiz=by_hand, version=attempt.version, created_at=now)
        GradeNotice.objects.create(
            attempt=attempt, grade=attempt.grades.get(), old_points=0, old_max_points=1, created_at=now, status="failed"
        )
        failed = hand_in(by_hand, student(course, "Odo"))
        Attempt.objects.filter(pk=failed.pk).update(status=Attempt.Status.NEEDS_ATTENTION)
        page = ines_client.get(reverse(QUEUE), headers=EN)
        for words in (
            "after the deadline (1)", "nobody has approved", "1 attempt could not be graded", "1 notice of a changed",
        ):  # fmt: skip
            assert words in page.text
        assert "?status__exact=failed" in page.text

    def test_an_empty_queue_says_so(self, ines_client: Client) -> None:
        page = ines_client.get(reverse(QUEUE), headers=EN)
        assert "No answer waits for you." in page.text
        assert "badge" not in page.context["sidebar_navigation"][0]["items"][0]

    def test_other_instructors_and_students_see_no_attempts(
        self, by_hand: Quiz, enrolment: Enrolment, otto_client: Client, alice_client: Client
    ) -> None:
        attempt = hand_in(by_hand, enrolment)
        assert otto_client.get(reverse(QUEUE)).context["rows"] == []
        assert otto_client.get(page_of(attempt)).status_code == 404
        assert otto_client.post(page_of(attempt), rubric(attempt, "3", "1")).status_code == 404
        for url in (reverse(QUEUE), page_of(attempt)):
            assert alice_client.get(url).status_code == 302
        assert not Review.objects.exists()

    def test_an_administrator_sees_attempts_of_every_course(self, by_hand: Quiz, enrolment: Enrolment) -> None:
        hand_in(by_hand, enrolment)
        client = Client()
        client.force_login(User.objects.create_superuser("root@example.com", "x"))
        assert len(client.get(reverse(QUEUE)).context["rows"]) == 1

    def test_the_number_of_queries_does_not_grow(self, by_hand: Quiz, course: Course, ines_client: Client) -> None:
        def fill() -> None:
            attempt = hand_in(by_hand, student(course, "S"), near_miss=True)
            LateAnswer.objects.create(
                attempt=attempt, question=question_of(attempt, "numeric"), response={}, received_at=timezone.now()
            )

        def queries(url: str) -> int:
            ines_client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert ines_client.get(url).status_code == 200
            return len(captured)

        make_many(fill, 2)
        page = page_of(Attempt.objects.earliest("pk"))
        few = [queries(reverse(QUEUE)), queries(page)]
        make_many(fill, 198)
        assert Attempt.objects.count() == 200
        assert [queries(reverse(QUEUE)), queries(page)] == few
        assert max(few) <= 25


class TestReview:
    def test_the_page_shows_answers_answer_key_files_and_notes(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client
    ) -> None:
        attempt = hand_in(by_hand, enrolment, near_miss=True)
        HandInFile.objects.create(
            attempt=attempt, question=question_of(attempt, "hand_in"), name="essay.txt", size=5, sha256="0" * 64,
            file="hand-ins/essay.txt", uploaded_at=timezone.now(),
        )  # fmt: skip
        page = ines_client.get(page_of(attempt), headers=EN).text
        for words in (
            "Answered: Because.", "canary7391 notes", "essay.txt", "is almost", "Right is: 7391.25 ± 0.5 ms",
            "a [1] b [2] m [3] n [4]",
        ):  # fmt: skip
            assert words in page

    def test_a_long_question_is_shown_whole_and_formatted(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client
    ) -> None:
        parts = "\n".join(f"{n}. **Part {n}**: write down what you did and why" for n in range(1, 11))
        by_hand.questions.filter(kind="hand_in").update(text_en=f"Hand in ten parts.\n\n{parts}")
        publish(by_hand)
        page = ines_client.get(page_of(hand_in(by_hand, enrolment)), headers=EN).text
        assert "<li><strong>Part 10</strong>: write down what you did and why</li>" in page
        assert "**" not in page

    def test_two_items_in_one_place_read_otherwise_than_the_right_order(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client
    ) -> None:
        attempt = start.start(quiz=by_hand, enrolment=enrolment, now=timezone.now())
        key = scoring.answer_key_for(attempt, attempt.version_id)
        first, second, third = (item["uuid"] for item in key[str(question_of(attempt, "ordering"))]["items"])
        answers = of_every_kind(attempt, ordering={"positions": {first: 1, second: 1, third: 1}})
        attempt = graded(by_hand, enrolment, answers, now=timezone.now())
        page = ines_client.get(page_of(attempt), headers=EN).text
        assert "Answered: 1. step a → 1. step b → 1. step c" in page
        assert "Right is: 1. step a → 2. step b → 3. step c" in page

    def test_saving_goes_to_the_next_attempt_until_none_is_left(
        self, by_hand: Quiz, course: Course, ines_client: Client, ines: User
    ) -> None:
        first = hand_in(by_hand, student(course, "Odo"), days_ago=2)
        second = hand_in(by_hand, student(course, "Nora"), days_ago=1)
        answer = ines_client.post(page_of(first, f"?quiz={by_hand.pk}"), rubric(first, "3", "0.5", comment=" Good "))
        assert answer.headers["Location"] == page_of(second, f"?quiz={by_hand.pk}")
        review = Review.objects.get()
        assert review.points == Decimal("3.5")
        assert review.comment == "Good"
        assert review.reviewer == ines
        assert sorted(review.criteria.values()) == ["0.50", "3.00"]
        assert fresh(first).points == Decimal("16.5")
        answer = ines_client.post(page_of(second), rubric(second, "0", "0"))
        assert answer.headers["Location"] == reverse(QUEUE)

    def test_an_attempt_decided_in_part_stays_in_the_queue(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client
    ) -> None:
        attempt = hand_in(by_hand, enrolment, near_miss=True)
        answer = ines_client.post(page_of(attempt), rubric(attempt, "3", "1"))
        assert answer.headers["Location"] == page_of(attempt)
        shown = ines_client.get(page_of(attempt), headers=EN)
        assert shown.context["pending"] == 1
        assert fresh(attempt).status == Attempt.Status.NEEDS_REVIEW

    def test_submitting_the_form_is_idempotent_and_shows_the_decision(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client
    ) -> None:
        attempt = hand_in(by_hand, enrolment)
        for _ in range(2):
            assert ines_client.post(page_of(attempt), rubric(attempt, "3", "1") | {"seen": "0"}).status_code == 302
        assert Review.objects.count() == 1
        page = ines_client.get(page_of(attempt), headers=EN)
        criteria = next(row["criteria"] for row in page.context["rows"] if row["criteria"])
        assert [part["given"] for part in criteria] == ["3", "1"]
        # Submitting the unchanged page changes nothing.
        again = rubric(attempt, "3", "1", comment="") | {"seen": str(page.context["seen"])}
        ines_client.post(page_of(attempt), again)
        assert Review.objects.count() == 1

    def test_a_decision_by_a_colleague_is_not_overwritten_unseen(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client, otto: User
    ) -> None:
        attempt = hand_in(by_hand, enrolment)
        decision = manual.Decision(Decimal(1), {}, "")
        question = question_of(attempt, "hand_in")
        manual.record_reviews(attempt=attempt, decisions={question: decision}, reviewer=otto, now=timezone.now())
        answer = ines_client.post(page_of(attempt), rubric(attempt, "3", "1") | {"seen": "0"}, headers=EN)
        assert answer.status_code == 400
        assert "Somebody else has graded this" in answer.text

    def test_an_invalid_number_of_the_last_seen_review_is_no_error(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client
    ) -> None:
        attempt = hand_in(by_hand, enrolment)
        answer = ines_client.post(page_of(attempt), rubric(attempt, "3", "1") | {"seen": "9" * 5000})
        assert answer.status_code == 302

    @pytest.mark.parametrize("points", ["5", "-1", "x", "NaN", "Infinity", "0.001", "1,5"])
    def test_invalid_points_are_refused_and_stay_in_the_form(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client, points: str
    ) -> None:
        attempt = hand_in(by_hand, enrolment)
        data = field(attempt, "single_choice", "points", points) | rubric(attempt, "3", "1", comment="Typed")
        answer = ines_client.post(page_of(attempt), data, headers=EN)
        assert answer.status_code == 400
        assert "Question 1: points are a number from 0 to 1" in answer.text
        assert "Typed" in answer.text
        assert not Review.objects.exists()

    @pytest.mark.parametrize(
        ("decision", "words"),
        [
            (lambda attempt: rubric(attempt, "3", ""), "Give points for each line of the rubric"),
            (lambda attempt: field(attempt, "numeric", "comment", "Nearly"), "A comment needs points"),
            (lambda attempt: rubric(attempt, "3", "1", comment="x" * 5001), "too long"),
        ],
        ids=["criterion without points", "comment without points", "long comment"],
    )
    def test_an_incomplete_decision_is_refused_with_a_message(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client, decision: Any, words: str
    ) -> None:
        attempt = hand_in(by_hand, enrolment)
        assert words in ines_client.post(page_of(attempt), decision(attempt), headers=EN).text
        assert not Review.objects.exists()

    def test_an_attempt_without_a_grading_is_not_found(
        self, by_hand: Quiz, enrolment: Enrolment, ines_client: Client
    ) -> None:
        attempt = start.start(quiz=by_hand, enrolment=enrolment, now=timezone.now())
        assert ines_client.get(page_of(attempt)).status_code == 404


class TestLate:
    @pytest.fixture
    def late(self, by_hand: Quiz, enrolment: Enrolment) -> LateAnswer:
        attempt = hand_in(by_hand, enrolment)
        return LateAnswer.objects.create(
            attempt=attempt, question=question_of(attempt, "hand_in"), response={"text": "Later."},
            received_at=timezone.now(),
        )  # fmt: skip

    def decide(self, client: Client, late: LateAnswer, verdict: str) -> Any:
        return client.post(page_of(late.attempt), {"late": late.pk, "verdict": verdict})

    def test_late_answers_of_students_who_left_are_in_the_list_of_the_departed(
        self, late: LateAnswer, ines: User, ines_client: Client
    ) -> None:
        link = f"{page_of(late.attempt).split('?')[0]}#late"
        Attempt.objects.update(status=Attempt.Status.GRADED)
        assert (link in ines_client.get(reverse(QUEUE)).text, count_waiting(ines)) == (True, 1)
        Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
        page = ines_client.get(reverse(QUEUE), headers=EN).text
        assert link not in page
        assert "1 attempt of a student who has left the course is not in this list." in page
        assert count_waiting(ines) == 0
        assert link in ines_client.get(f"{reverse(QUEUE)}?departed=1").text

    def test_late_answers_are_shown_and_decided_on(self, late: LateAnswer, ines_client: Client) -> None:
        assert "Answered: Later." in ines_client.get(page_of(late.attempt), headers=EN).text
        answer = self.decide(ines_client, late, "accept")
        assert answer.headers["Location"].endswith("/review/#late")
        late.refresh_from_db()
        assert late.verdict == "accepted"
        assert late.attempt.answers.get(question=late.question).response == {"text": "Later."}
        assert "Let it count" not in ines_client.get(page_of(late.attempt), headers=EN).text

    def test_the_question_of_a_late_answer_is_shown_whole_and_as_html(
        self, late: LateAnswer, ines_client: Client
    ) -> None:
        long = "**Bold** and " + "long " * 40 + "to the end"
        late.attempt.quiz.questions.filter(kind="hand_in").update(text={"ko": long, "en": long})
        # The attempt's own version has to say it.
        publish(late.attempt.quiz)
        Attempt.objects.filter(pk=late.attempt_id).update(version=late.attempt.quiz.current_version)
        page = ines_client.get(page_of(late.attempt), headers=EN).text
        section = page[page.index('id="late"') : page.index("</section>", page.index('id="late"'))]
        assert "<strong>Bold</strong>" in section
        assert "to the end" in section
        assert "**" not in section

    def test_late_answers_can_be_declined(self, late: LateAnswer, ines_client: Client) -> None:
        self.decide(ines_client, late, "decline")
        late.refresh_from_db()
        assert late.verdict == "declined"

    def test_the_page_says_if_a_decision_on_the_earlier_answer_still_counts(
        self, late: LateAnswer, ines_client: Client
    ) -> None:
        ines_client.post(page_of(late.attempt), rubric(fresh(late.attempt), "1", "0"))
        answer = self.decide(ines_client, late, "accept")
        assert any("earlier answer" in str(message) for message in get_messages(answer.wsgi_request))

    def test_late_answers_of_another_attempt_are_not_found(
        self, late: LateAnswer, by_hand: Quiz, course: Course, ines_client: Client
    ) -> None:
        other = hand_in(by_hand, student(course, "Odo"))
        for pk in (late.pk, "x"):
            assert ines_client.post(page_of(other), {"late": pk, "verdict": "accept"}).status_code == 404

    def test_the_list_of_late_answers_links_to_the_attempt(
        self, late: LateAnswer, ines_client: Client, otto_client: Client
    ) -> None:
        url = reverse("admin:quizzes_lateanswer_look", args=[late.pk])
        assert ines_client.get(url).headers["Location"] == page_of(late.attempt, "#late")
        assert otto_client.get(url).status_code in (302, 403, 404)
        assert page_of(late.attempt) not in otto_client.get(url).headers.get("Location", "")
