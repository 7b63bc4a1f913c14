"""Which mistakes come again, when, and that nothing is learnt here before its time."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses import gradebook
from courses.models import Activity, Enrolment, ProgressEvent
from courses.outline import revisions
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import AcceptedAnswer, Question, Quiz, QuizDates, QuizOverride
from quizzes.grading import manual
from quizzes.grading.models import AttemptGrade
from quizzes.practice import answering, queue
from quizzes.practice.answering import NothingAnswered
from quizzes.practice.models import CollectedGrade, PracticeAnswer, PracticeCard
from quizzes.practice.queue import DAILY_LIMIT, CardNotDue, Today
from quizzes.results import attempt_results, visibility
from quizzes.taking import responses, start, submit
from quizzes.verify import grades
from tests.factories import CourseFactory, EnrolmentFactory, ModuleFactory, QuizFactory, add_short_answer, right_answers
from tests.quizzes import every_kind
from tests.quizzes.practice.cards import MONDAY, another_check, make_check, take, wrong_answers

DAY = timedelta(days=1)
TUESDAY = MONDAY + DAY


@pytest.fixture
def check(lesson: Activity) -> Quiz:
    """Two single choice questions and a short answer."""
    return make_check(lesson)


def look(user: User, now: datetime = TUESDAY) -> Today:
    return queue.get_today(user=user, now=now)


def right(card: PracticeCard) -> dict[str, object]:
    quiz = Quiz.objects.get(pk=card.quiz_id)
    return right_answers(quiz)[card.question]


def answer(user: User, card: PracticeCard, response: object, now: datetime = TUESDAY) -> answering.AnsweredCard:
    return answering.answer(user=user, card=card.uuid, turn=card.next_turn, response=response, now=now)


# --- Where cards come from ------------------------------------------------------------------------------------


def test_a_mistake_in_a_check_comes_on_the_next_day(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    on_the_day = look(enrolment.user, MONDAY)
    assert (on_the_day.cards, on_the_day.next_on) == ([], date(2026, 11, 24))
    assert on_the_day.is_tomorrow
    assert not on_the_day.is_empty
    assert {card.question for card in look(enrolment.user).cards} == set(right_answers(check))


def test_what_was_right_or_left_empty_is_no_mistake(check: Quiz, enrolment: Enrolment) -> None:
    answers = wrong_answers(check)
    wrong, correct, empty = check.questions.all()
    answers[correct.uuid] = right_answers(check)[correct.uuid]
    del answers[empty.uuid]
    take(check, enrolment, answers)
    assert [card.question for card in look(enrolment.user).cards] == [wrong.uuid]


def test_looking_again_changes_nothing(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    first = look(enrolment.user)
    assert [card.pk for card in look(enrolment.user).cards] == [card.pk for card in first.cards]
    assert (PracticeCard.objects.count(), PracticeAnswer.objects.count(), CollectedGrade.objects.count()) == (3, 3, 1)
    review = PracticeAnswer.objects.first()
    assert review
    assert (review.turn, review.rating, review.before, review.on) == (1, 1, None, date(2026, 11, 23))
    assert review.response in wrong_answers(check).values()


def test_somebody_elses_look_takes_nothing(check: Quiz, enrolment: Enrolment, bob: User) -> None:
    take(check, enrolment)
    assert look(bob).is_empty
    EnrolmentFactory(user=bob, course=enrolment.course)
    assert look(bob).is_empty
    assert not PracticeCard.objects.exists()


def test_existing_history_is_picked_up_and_the_oldest_comes_first(check: Quiz, enrolment: Enrolment) -> None:
    other = another_check(enrolment, questions=0)
    take(check, enrolment, now=MONDAY - 5 * DAY)
    take(other, enrolment, now=MONDAY - 30 * DAY)
    assert [card.quiz_id for card in look(enrolment.user).cards] == [other.pk, check.pk, check.pk, check.pk]


def test_the_same_mistake_again_brings_a_card_back(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    for card in look(enrolment.user).cards:
        answer(enrolment.user, card, right(card))
    before = look(enrolment.user, TUESDAY)
    assert before.next_on
    assert before.next_on > date(2026, 11, 25)
    take(check, enrolment, now=TUESDAY)
    assert look(enrolment.user, TUESDAY).next_on == date(2026, 11, 25)
    assert PracticeCard.objects.count() == 3
    assert {card.turns for card in PracticeCard.objects.all()} == {3}


def test_a_mistake_that_is_known_late_does_not_undo_what_came_after(check: Quiz, enrolment: Enrolment) -> None:
    """An attempt from before the last review, graded only now."""
    take(check, enrolment)
    late = start.start(quiz=check, enrolment=enrolment, now=MONDAY)
    submit.submit(attempt=late, answers=wrong_answers(check), now=MONDAY)
    CollectedGrade.objects.filter(grade__attempt=late)._raw_delete("default")
    grades = AttemptGrade.objects.filter(attempt=late)
    kept = list(grades.values())
    grades._raw_delete("default")
    for card in look(enrolment.user).cards:
        answer(enrolment.user, card, right(card))
    turns = list(PracticeCard.objects.values_list("turns", flat=True))
    AttemptGrade.objects.bulk_create(AttemptGrade(**row) for row in kept)
    look(enrolment.user)
    assert list(PracticeCard.objects.values_list("turns", flat=True)) == turns
    assert CollectedGrade.objects.count() == 2


def test_of_an_attempt_graded_anew_the_last_grading_counts(check: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = take(check, enrolment)
    first, second, third = check.questions.all()

    def decide(question: Question, points: int) -> None:
        manual.record_reviews(
            attempt=attempt,
            decisions={question.uuid: manual.Decision(points, {})},  # type: ignore[arg-type]
            reviewer=ines,
            now=MONDAY,
        )

    decide(first, 1)
    assert {card.question for card in look(enrolment.user).cards} == {second.uuid, third.uuid}
    # Known as a mistake only by the third grading; what is a card already stays one, with one mistake in its log.
    decide(first, 0)
    assert {card.question for card in look(enrolment.user).cards} == {first.uuid, second.uuid, third.uuid}
    assert PracticeAnswer.objects.count() == 3


def test_every_kind_but_the_hand_in_comes(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    every_kind.fill(quiz)
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=1)
    quiz.refresh_from_db()
    attempt = take(quiz, enrolment, every_kind.wrong_answers(quiz))
    # The others are shown and come while a person has not decided on the hand-in yet; it never comes.
    assert attempt.status == Attempt.Status.NEEDS_REVIEW
    look(enrolment.user)
    kinds = dict(quiz.questions.values_list("uuid", "kind"))
    found = {kinds[question] for question in PracticeCard.objects.values_list("question", flat=True)}
    assert found == set(kinds.values()) - {"hand_in"}
    hand_in = quiz.questions.get(kind="hand_in")
    manual.record_reviews(
        attempt=attempt,
        decisions={hand_in.uuid: manual.Decision(0, {})},  # type: ignore[arg-type]
        reviewer=ines,
        now=MONDAY,
    )
    look(enrolment.user)
    assert not PracticeCard.objects.filter(question=hand_in.uuid).exists()
    assert PracticeAnswer.objects.filter(rating=PracticeAnswer.Rating.HARD).count() == 1


# --- Nothing before its time ----------------------------------------------------------------------------------


def test_a_graded_quiz_gives_no_cards_while_it_can_be_taken_again(quiz: Quiz, enrolment: Enrolment) -> None:
    for _ in range(2):
        take(quiz, enrolment)
        assert look(enrolment.user).is_empty
    assert not PracticeCard.objects.exists()
    take(quiz, enrolment)
    assert len(look(enrolment.user).cards) == 3


def test_nor_while_an_attempt_is_open(quiz: Quiz, enrolment: Enrolment) -> None:
    take(quiz, enrolment)
    take(quiz, enrolment)
    start.start(quiz=quiz, enrolment=enrolment, now=MONDAY)
    assert look(enrolment.user).is_empty


def test_answers_that_were_asked_for_give_cards(quiz: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.update(pass_mark=0)
    attempt = take(quiz, enrolment)
    assert look(enrolment.user).is_empty
    attempt.refresh_from_db()
    attempt_results.reveal(attempt=attempt, now=MONDAY)
    assert len(look(enrolment.user).cards) == 3


def test_answers_that_are_never_shown_give_none(quiz: Quiz, check: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.update(show_answers=Quiz.ShowAnswers.NEVER)
    for _ in range(3):
        take(quiz, enrolment)
    take(check, enrolment)
    assert look(enrolment.user).is_empty


def test_after_the_due_date_and_not_before(quiz: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.update(show_answers=Quiz.ShowAnswers.AFTER_DUE, attempts_allowed=1, due_at=MONDAY + 3 * DAY)
    quiz.refresh_from_db()
    take(quiz, enrolment)
    assert look(enrolment.user, MONDAY + 2 * DAY).is_empty
    assert len(look(enrolment.user, MONDAY + 3 * DAY).cards) == 3


def test_a_cohort_with_a_later_closing_waits_for_its_own(quiz: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.update(closes_at=MONDAY + DAY)
    quiz.refresh_from_db()
    cohort = enrolment.course.cohorts.create(name="B")
    Enrolment.objects.update(cohort=cohort)
    QuizDates.objects.create(quiz=quiz, cohort=cohort, closes_at=MONDAY + 4 * DAY)
    enrolment.refresh_from_db()
    take(quiz, enrolment)
    assert look(enrolment.user, MONDAY + 2 * DAY).is_empty
    assert len(look(enrolment.user, MONDAY + 4 * DAY).cards) == 3


def test_an_extra_attempt_hides_the_cards_again(quiz: Quiz, enrolment: Enrolment) -> None:
    for _ in range(3):
        take(quiz, enrolment)
    card = look(enrolment.user).cards[0]
    done = answer(enrolment.user, card, None)
    assert done.result.solution
    waiting = look(enrolment.user).cards[0]
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, extra_attempts=1, reason="ill")
    assert look(enrolment.user).cards == []
    with pytest.raises(CardNotDue):
        answer(enrolment.user, waiting, None)
    # Not even what was answered is shown again.
    with pytest.raises(CardNotDue):
        answering.find_answered(user=enrolment.user, card=card.uuid, turn=done.review.turn, now=TUESDAY)
    take(quiz, enrolment, right_answers(quiz))
    assert len(look(enrolment.user).cards) == 2


def test_shown_to_says_what_a_result_says(quiz: Quiz, check: Quiz, enrolment: Enrolment, bob: User) -> None:
    """The rule for many is the rule for one, over states drawn at random."""
    chance = random.Random(4)
    other = EnrolmentFactory(user=bob, course=enrolment.course)
    cohort = enrolment.course.cohorts.create(name="B")
    Enrolment.objects.filter(pk=other.pk).update(cohort=cohort)
    QuizDates.objects.create(quiz=quiz, cohort=cohort, due_at=MONDAY + 2 * DAY, closes_at=MONDAY + 5 * DAY)
    other.refresh_from_db()
    seen = set()
    for _ in range(40):
        Quiz.objects.filter(pk=quiz.pk).update(
            show_answers=chance.choice(Quiz.ShowAnswers.values),
            attempts_allowed=chance.choice([1, 2, None]),
            due_at=chance.choice([None, MONDAY + DAY]),
            closes_at=chance.choice([None, MONDAY + 3 * DAY]),
        )
        QuizOverride.objects.all().delete()
        if chance.random() < 0.3:
            QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, extra_attempts=1, reason="ill")
        AttemptGrade.objects.all()._raw_delete("default")
        Answer.objects.all().delete()
        Attempt.objects.all().delete()
        quiz.refresh_from_db()
        made = []
        for whose in (enrolment, other):
            for _attempt in range(chance.randint(1, 2) if quiz.attempts_allowed != 1 else 1):
                answers = right_answers(quiz) if chance.random() < 0.3 else wrong_answers(quiz)
                made.append(take(quiz, whose, answers))
            made.append(take(check, whose))
        now = MONDAY + chance.randint(0, 6) * DAY
        one = {
            (a.quiz_id, a.enrolment_id)
            for a in Attempt.objects.select_related("quiz__activity", "enrolment", "version")
            if attempt_results.get_result(a, now=now).answers_shown
        }
        pairs = [(q, e) for q in (quiz, check) for e in (enrolment, other)]
        assert visibility.find_pairs_with_answers_shown(pairs, now=now) == one
        seen.add(len(one))
    assert len(seen) > 1


# --- What drops out -------------------------------------------------------------------------------------------


def _archive_question(check: Quiz) -> None:
    Question.objects.filter(quiz=check).update(archived_at=MONDAY)
    add_short_answer(check, "new", ["x"])
    publishing.publish(check)


def _archive_lesson(check: Quiz) -> None:
    check.activity.archived_at = MONDAY
    check.activity.save()


def _unpublish(check: Quiz) -> None:
    check.activity.course.is_published = False
    check.activity.course.save()


def _withdraw(check: Quiz) -> None:
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)


@pytest.mark.parametrize("drop", [_archive_question, _archive_lesson, _unpublish, _withdraw])
def test_what_is_gone_is_not_asked(check: Quiz, enrolment: Enrolment, drop: Callable[[Quiz], None]) -> None:
    take(check, enrolment)
    card = look(enrolment.user).cards[0]
    drop(check)
    assert look(enrolment.user).cards == []
    assert look(enrolment.user).is_empty
    with pytest.raises((CardNotDue, PracticeCard.DoesNotExist)):
        answer(enrolment.user, card, None)


def test_what_comes_back_is_asked_again(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    look(enrolment.user)
    _withdraw(check)
    assert look(enrolment.user).is_empty
    Enrolment.objects.update(status=Enrolment.Status.ACTIVE)
    assert len(look(enrolment.user).cards) == 3


def test_a_question_is_asked_and_graded_as_it_is_now(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    card = next(card for card in look(enrolment.user).cards if card.question == check.questions.get(key="short").uuid)
    AcceptedAnswer.objects.filter(question__key="short", is_correct=True).update(text="concept")
    check.questions.filter(key="short").update(text_en="What now?")
    publishing.publish(check)
    card = next(each for each in look(enrolment.user).cards if each.pk == card.pk)
    assert answering.present_next(card).text == "What now?"
    done = answer(enrolment.user, card, {"text": "Concept"})
    assert done.result.outcome == "correct"
    assert done.review.version_id == Quiz.objects.get(pk=check.pk).current_version_id
    # What was asked is shown as it was, whatever becomes of the question.
    check.questions.filter(key="short").update(text_en="And now?")
    publishing.publish(check)
    seen = answering.find_answered(user=enrolment.user, card=card.uuid, turn=2, now=TUESDAY)
    assert seen
    assert seen.question().text == "What now?"


def test_a_question_that_its_quiz_has_lost_has_no_view(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    card = look(enrolment.user).cards[0]
    card.question = uuid4()
    with pytest.raises(CardNotDue):
        answering.find_public_question(card)
    card.quiz.current_version = None
    with pytest.raises(CardNotDue):
        answering.find_public_question(card)


# --- Five a day -----------------------------------------------------------------------------------------------


def test_five_a_day_and_the_rest_tomorrow(lesson: Activity, enrolment: Enrolment) -> None:
    check = make_check(lesson, questions=7)
    take(check, enrolment)
    for done in range(DAILY_LIMIT):
        queue = look(enrolment.user)
        assert (queue.done, len(queue.cards), queue.total) == (done, DAILY_LIMIT - done, DAILY_LIMIT)
        answer(enrolment.user, queue.cards[0], None)
    finished = look(enrolment.user)
    assert (finished.done, finished.cards, finished.next_on) == (DAILY_LIMIT, [], date(2026, 11, 25))
    left = PracticeCard.objects.filter(turns=1).first()
    assert left
    with pytest.raises(CardNotDue):
        answer(enrolment.user, left, None)
    assert len(look(enrolment.user, TUESDAY + DAY).cards) == DAILY_LIMIT
    # The three that waited are the oldest due.
    assert [card.turns for card in look(enrolment.user, TUESDAY + DAY).cards] == [1, 1, 1, 2, 2]


def test_the_day_is_the_students_own(check: Quiz, enrolment: Enrolment) -> None:
    """Late in the evening in Seoul it is still morning in Los Angeles."""
    evening = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    take(check, enrolment, now=evening)
    assert look(enrolment.user, evening).cards == []
    midnight = evening + timedelta(minutes=30)
    assert len(look(enrolment.user, midnight).cards) == 3
    User.objects.update(time_zone="America/Los_Angeles")
    enrolment.user.refresh_from_db()
    assert look(enrolment.user, midnight).on == date(2026, 11, 23)
    assert look(enrolment.user, midnight).cards == []
    assert len(look(enrolment.user, midnight + timedelta(hours=17)).cards) == 3


def test_one_queue_for_all_courses(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    other = EnrolmentFactory(user=enrolment.user, course=CourseFactory(slug="other"))
    ModuleFactory(course=other.course)
    take(another_check(other, questions=3), other)
    queue = look(enrolment.user)
    assert len(queue.cards) == DAILY_LIMIT
    assert {card.enrolment.course.slug for card in queue.cards} == {"statistics", "other"}


# --- Answering ------------------------------------------------------------------------------------------------


def test_a_right_answer_goes_further_away_than_a_wrong_one(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    first, second, third = look(enrolment.user).cards
    good = answer(enrolment.user, first, right(first))
    bad = answer(enrolment.user, second, wrong_answers(check)[second.question])
    unknown = answer(enrolment.user, third, None)
    assert (good.result.outcome, good.review.rating) == ("correct", PracticeAnswer.Rating.GOOD)
    assert (bad.result.outcome, bad.review.rating) == ("incorrect", PracticeAnswer.Rating.AGAIN)
    assert (unknown.result.outcome, unknown.review.rating) == ("unanswered", PracticeAnswer.Rating.AGAIN)
    assert good.comes_again_on > bad.comes_again_on == unknown.comes_again_on == date(2026, 11, 25)
    assert all(each.result.solution for each in (good, bad, unknown))
    assert not good.is_undecided


def test_an_answer_that_no_rule_decides_is_left_to_the_student(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.questions.filter(key="short").update(definition={"near_misses": "review"})
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=1)
    publishing.publish(quiz)
    quiz.refresh_from_db()
    take(quiz, enrolment)
    card = next(c for c in look(enrolment.user).cards if c.question == quiz.questions.get(key="short").uuid)
    done = answer(enrolment.user, card, {"text": "data drit"})
    assert done.is_undecided
    assert done.review.rating == PracticeAnswer.Rating.HARD
    assert done.result.solution["accept"] == ["Data Drift", "데이터 드리프트"]


def test_the_same_turn_twice_is_once(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    card = look(enrolment.user).cards[0]
    first = answer(enrolment.user, card, wrong_answers(check)[card.question])
    again = answer(enrolment.user, card, right(card))
    assert again.review == first.review
    assert again.result.outcome == "incorrect"
    assert PracticeAnswer.objects.filter(attempt=None).count() == 1


def test_another_tab_that_was_faster_wins(check: Quiz, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch) -> None:
    take(check, enrolment)
    card = look(enrolment.user).cards[0]
    todays = queue.get_today

    def overtaken(*, user: User, now: datetime) -> Today:
        """Between this one's look and its write the other tab answers."""
        found = todays(user=user, now=now)
        monkeypatch.setattr(answering, "get_today", todays)
        answer(enrolment.user, card, None)
        return found

    monkeypatch.setattr(answering, "get_today", overtaken)
    late = answer(enrolment.user, card, right(card))
    assert late.result.outcome == "unanswered"
    assert PracticeAnswer.objects.filter(attempt=None).count() == 1
    assert list(grades.find_differences()) == []


def test_a_mistake_elsewhere_meanwhile_takes_the_turn(
    check: Quiz, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(check, enrolment)
    card = look(enrolment.user).cards[0]
    todays = queue.get_today

    def overtaken(*, user: User, now: datetime) -> Today:
        found = todays(user=user, now=now)
        monkeypatch.setattr(answering, "get_today", todays)
        take(check, enrolment, now=TUESDAY)
        look(enrolment.user)
        return found

    monkeypatch.setattr(answering, "get_today", overtaken)
    with pytest.raises(CardNotDue):
        answer(enrolment.user, card, right(card))
    assert not PracticeAnswer.objects.filter(attempt=None).exists()


def test_what_cannot_be_an_answer_is_refused_and_asked_again(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    cards = {str(card.question): card for card in look(enrolment.user).cards}
    choice = cards[str(check.questions.get(key="q0").uuid)]
    short = cards[str(check.questions.get(key="short").uuid)]
    for card, response, refusal in (
        (choice, {"choice": str(uuid4())}, responses.UnknownChoice),
        (choice, {"text": "x"}, responses.InvalidResponse),
        (choice, {"choice": None}, NothingAnswered),
        (short, {"text": "x" * 501}, responses.ResponseTooLong),
        (short, {"text": "  "}, NothingAnswered),
    ):
        with pytest.raises(refusal):
            answer(enrolment.user, card, response)
    assert len(look(enrolment.user).cards) == 3


@pytest.mark.parametrize("turn", [0, 1, 3, 10**30])
def test_another_turn_is_not_up(check: Quiz, enrolment: Enrolment, turn: int) -> None:
    take(check, enrolment)
    card = look(enrolment.user).cards[0]
    with pytest.raises(CardNotDue):
        answering.answer(user=enrolment.user, card=card.uuid, turn=turn, response=None, now=TUESDAY)


def test_a_strangers_card_is_not_there(check: Quiz, enrolment: Enrolment, bob: User) -> None:
    take(check, enrolment)
    card = look(enrolment.user).cards[0]
    EnrolmentFactory(user=bob, course=enrolment.course)
    with pytest.raises(PracticeCard.DoesNotExist):
        answer(bob, card, None)


def test_choices_are_in_another_order_at_each_turn_and_stable_within_it(lesson: Activity, enrolment: Enrolment) -> None:
    check = QuizFactory(activity=lesson, questions=0)
    question = every_kind.add_single_choice(check, "many", choices=8)
    publishing.publish(check)
    take(check, enrolment, wrong_answers(check))

    def order(now: datetime) -> list[str]:
        [card] = [card for card in look(enrolment.user, now).cards if card.question == question.uuid]
        return [choice["uuid"] for choice in answering.present_next(card).body["choices"]]

    first = order(TUESDAY)
    assert order(TUESDAY) == first
    [card] = [card for card in look(enrolment.user).cards if card.question == question.uuid]
    done = answer(enrolment.user, card, None)
    assert [choice["uuid"] for choice in done.question().body["choices"]] == first
    assert order(TUESDAY + DAY) != first
    Quiz.objects.filter(pk=check.pk).update(shuffle_choices=False)
    revisions.touch(enrolment.course_id)
    assert order(TUESDAY + DAY) == [str(choice.uuid) for choice in question.choices.all()]


def test_none_of_it_counts(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    for card in look(enrolment.user).cards:
        answer(enrolment.user, card, right(card))
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 0
    assert gradebook.course_percent(gradebook.get_item_grades(enrolment)) is None
    assert not ProgressEvent.objects.exists()
    assert not enrolment.grade_changes.exists()
    assert Attempt.objects.count() == 1


# --- The log --------------------------------------------------------------------------------------------------


def test_replaying_the_log_gives_every_card(quiz: Quiz, check: Quiz, enrolment: Enrolment) -> None:
    """Forty days of a student who is right two times in three, and repeats a check now and then."""
    chance = random.Random(7)
    for _ in range(3):
        take(quiz, enrolment)
    for day in range(40):
        now = MONDAY + day * DAY
        if day % 9 == 0:
            take(check, enrolment, now=now)
        for card in look(enrolment.user, now + timedelta(hours=1)).cards:
            given = right(card) if chance.random() < 0.66 else None
            answer(enrolment.user, card, given, now + timedelta(hours=1))
    assert PracticeAnswer.objects.filter(attempt=None).count() > 20
    assert list(grades.find_differences()) == []


def test_a_card_that_is_not_its_logs_is_named(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    card = look(enrolment.user).cards[0]
    answer(enrolment.user, card, right(card))
    for change in ({"stability": 3.5}, {"turns": 5}, {"due_on": date(2030, 1, 1)}):
        before = PracticeCard.objects.filter(pk=card.pk).values(*change).get()
        PracticeCard.objects.filter(pk=card.pk).update(**change)
        [difference] = grades.find_differences()
        assert difference.of == str(card.uuid)
        PracticeCard.objects.filter(pk=card.pk).update(**before)
    review = PracticeAnswer.objects.filter(card=card).latest("turn")
    PracticeAnswer.objects.filter(pk=review.pk).update(after={**review.after, "due_on": "2026-01-01"})
    [difference] = grades.find_differences()
    assert "2026-01-01" in difference.stored
    PracticeAnswer.objects.filter(pk=review.pk).update(
        after=review.after, score={**review.score, "outcome": "incorrect"}
    )
    assert {each.of for each in grades.find_differences()} == {str(card.uuid)}


# --- Queries --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 200])
def test_queries_do_not_grow(lesson: Activity, quiz: Quiz, enrolment: Enrolment, count: int) -> None:
    check = make_check(lesson, questions=count)
    take(check, enrolment)
    for _ in range(3):
        take(quiz, enrolment)

    def queries(now: datetime = TUESDAY) -> int:
        with CaptureQueriesContext(connection) as captured:
            look(enrolment.user, now)
        return len(captured)

    first = queries()
    # With making the cards; SQLite takes so many rows in one statement.
    assert first <= 30
    # Enrolments, cards, how many were answered today, quizzes, and two for what of the graded one may be shown.
    assert queries() == 6
    card = look(enrolment.user).cards[0]
    with CaptureQueriesContext(connection) as captured:
        answer(enrolment.user, card, None)
    assert len(captured) == 14
    assert queries() == 6


def test_who_has_no_cards_costs_one_query(enrolment: Enrolment) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert look(enrolment.user).is_empty
    assert len(captured) == 1
