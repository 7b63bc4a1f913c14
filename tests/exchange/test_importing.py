"""Importing questions into a quiz: plan, execution, two languages, kept fields, refusals."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from course_files.merging import Outcome
from course_files.quizzes.stored import get_stored_quizzes
from courses.models import Enrolment
from exchange import exporting, refusals
from exchange.imports import import_plan, importing
from exchange.items import values
from exchange.items.questions import ParsedFile
from quizzes.authoring.models import Choice, Question, Quiz
from quizzes.taking import start
from tests.exchange import quizzes
from tests.exchange.files import read, sample
from tests.exchange.quizzes import drafted_keys, into

pytestmark = pytest.mark.django_db


def import_file(quiz: Quiz, content: bytes | str, language: str = "en") -> import_plan.Plan:
    return importing.execute(quiz=quiz, parsed=read(content, language), language=language, now=timezone.now())


def plan_of(quiz: Quiz, parsed: ParsedFile) -> import_plan.Plan:
    """Compare a file with the quiz as it is published."""
    stored = get_stored_quizzes(quiz.activity.course).records
    return import_plan.plan(slug=quiz.activity.slug, records=stored, parsed=parsed, language="en")


def outcomes(plan: import_plan.Plan) -> dict[str, str]:
    return {entry.key: entry.outcome.value for entry in plan.entries}


def test_a_plan_lists_all_questions_and_changes_nothing(quiz: Quiz) -> None:
    before = quiz.questions.count()
    plan = plan_of(quiz, read(sample("tea.en.xml")))
    assert quiz.questions.count() == before
    assert set(outcomes(plan).values()) == {"added"}
    assert len(plan.entries) == 12
    (second,) = [entry for entry in plan.entries if entry.key == "astringent-2"]
    assert second.name == "Astringent"
    assert "This one is imported as astringent-2." in second.remarks[-1]


def test_questions_of_the_same_name_get_keys_of_their_own(quiz: Quiz) -> None:
    """Also if a later question has the key that the second would get."""
    content = "\n\n".join(f"::{name}::Which?{{=a ~{n}}}" for n, name in enumerate(["q", "q", "q-2", "q"]))
    plan = import_file(quiz, content)
    assert [entry.key for entry in plan.entries] == ["q", "q-3", "q-2", "q-4"]
    assert import_file(quiz, content).changes_nothing


def test_a_korean_name_gives_a_key_that_can_be_read(quiz: Quiz) -> None:
    plan = import_file(quiz, "다음 중 옳은 것은?{=가 ~나}\n\n다음 중 옳은 것은?{=다 ~라}")
    assert plan.entries[0].key.rpartition("-")[0] == "daeum-jung-oleun-geoteun"
    assert len(plan.entries) == 2


def test_a_question_keeps_the_key_that_its_korean_name_had_before(quiz: Quiz) -> None:
    quiz.questions.filter(key="short").update(key=values.earlier_key("중앙값"))
    plan = import_file(quiz, "::중앙값::Which?{=median}")
    assert [(entry.key, entry.outcome) for entry in plan.entries] == [(values.earlier_key("중앙값"), Outcome.CHANGED)]


def test_an_import_publishes_and_a_second_one_changes_nothing(quiz: Quiz) -> None:
    plan = import_file(quiz, sample("tea.en.xml"))
    quiz.refresh_from_db()
    assert quiz.current_version is not None
    assert quiz.current_version.number == 2
    assert len(quiz.current_version.content["questions"]) == 15
    again = import_file(quiz, sample("tea.en.xml"))
    assert plan.counts[Outcome.ADDED] == again.counts[Outcome.UNCHANGED] == 12
    assert again.changes_nothing
    quiz.refresh_from_db()
    assert quiz.current_version.number == 2


@pytest.mark.parametrize("name", ["tea.en.xml", "tea.en.gift.txt", "item.xml"])
def test_importing_a_file_twice_changes_nothing(quiz: Quiz, name: str) -> None:
    assert not import_file(quiz, sample(name)).changes_nothing
    assert import_file(quiz, sample(name)).changes_nothing


def test_a_running_attempt_keeps_its_version(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    before = [view["uuid"] for view in attempt.public_questions]
    import_file(quiz, sample("tea.en.gift.txt"))
    attempt.refresh_from_db()
    assert [view["uuid"] for view in attempt.public_questions] == before


def test_a_file_in_the_other_language_adds_its_texts(quiz: Quiz) -> None:
    import_file(quiz, sample("tea.en.gift.txt"))
    plan = import_file(quiz, sample("tea.ko.gift.txt"), "ko")
    assert outcomes(plan)["bitterness"] == "changed"
    question = Question.objects.get(quiz=quiz, key="bitterness")
    assert question.text_en == "Which tea is the most bitter?"
    assert question.text_ko == "가장 떫은 차는 무엇일까요?"


def test_a_file_in_the_other_language_adds_its_texts_to_the_same_choices(quiz: Quiz) -> None:
    import_file(quiz, sample("tea.en.gift.txt"))
    before = list(Choice.objects.filter(question__key="bitterness").values_list("uuid", flat=True))
    import_file(quiz, sample("tea.ko.gift.txt"), "ko")
    choices = list(Question.objects.get(quiz=quiz, key="bitterness").choices.all())
    assert [choice.uuid for choice in choices] == before
    assert [choice.text_en for choice in choices] == ["Black tea", "White tea", "Barley = water"]
    assert [choice.text_ko for choice in choices] == ["홍차", "백차", "보리차 = 물"]
    assert [choice.is_correct for choice in choices] == [True, False, False]


def test_a_file_in_the_other_language_adds_accepted_and_wrong_answers(quiz: Quiz) -> None:
    import_file(quiz, sample("tea.en.gift.txt"))
    import_file(quiz, sample("tea.ko.gift.txt"), "ko")
    answers = Question.objects.get(quiz=quiz, key="astringent").answers
    assert [answer.text for answer in answers.filter(is_correct=True)] == ["tannin", "타닌"]
    wrong = list(answers.filter(is_correct=False))
    assert [answer.text for answer in wrong] == ["caffeine", "카페인"]
    assert [answer.feedback_en for answer in wrong] == ["That wakes you up.", None]
    assert [answer.feedback_ko for answer in wrong] == [None, "잠을 깨우는 것이에요."]


def test_importing_one_language_again_keeps_the_other(quiz: Quiz) -> None:
    import_file(quiz, sample("tea.en.gift.txt"))
    import_file(quiz, sample("tea.ko.gift.txt"), "ko")
    assert import_file(quiz, sample("tea.en.gift.txt")).changes_nothing
    assert import_file(quiz, sample("tea.ko.gift.txt"), "ko").changes_nothing


def gift(*choices: str, text: str = "Which?") -> str:
    return f"::one::{text}{{{' '.join(choices)}}}"


def names_of_choices(quiz: Quiz) -> dict[str, Any]:
    rows = Choice.objects.filter(question__quiz=quiz, question__key="one")
    return dict(rows.values_list("text_en", "uuid"))


def test_choices_keep_their_uuids_in_any_order(quiz: Quiz) -> None:
    import_file(quiz, gift("=red", "~green", "~blue"))
    before = names_of_choices(quiz)
    plan = import_file(quiz, gift("~blue", "=red", "~green", "~black"))
    after = names_of_choices(quiz)
    assert {text: after[text] for text in before} == before
    assert plan.entries[0].aspects == ["choices"]
    import_file(quiz, gift("~blue", "=red!", "~green", "~black"))
    assert names_of_choices(quiz)["red!"] == before["red"]


def test_fields_that_the_format_cannot_express_are_kept(quiz: Quiz) -> None:
    quizzes.fill(quiz)
    Question.objects.filter(key="ship").update(lesson="lesson-1", objective=2, level="apply")
    Choice.objects.filter(key="c-0").update(lesson="lesson-2")
    made = exporting.export(quiz=quiz, format="gift", language="en")
    import_file(quiz, made.content.replace(b"What do you look at", b"What do you see"))
    question = Question.objects.get(key="ship")
    assert (question.lesson, question.objective, question.level) == ("lesson-1", 2, "apply")
    assert question.choices.get(key="c-0").lesson == "lesson-2"
    assert question.text_en == "What do you see **first** after a release?"
    assert question.text_ko == "배포 뒤에 **먼저** 볼 것은?"
    assert len(Question.objects.get(key="report").definition["rubric"]) == 2


def test_a_choice_with_a_text_in_another_language_is_not_removed(quiz: Quiz) -> None:
    quizzes.fill(quiz)
    plan = import_file(quiz, "// [id:ship]\n::ship::What?{=The metrics ~`git log`}")
    assert plan.entries == []
    assert "fewer parts than the question has in its other language" in plan.skipped[0].reason


def test_a_question_of_another_kind_is_not_overwritten(quiz: Quiz) -> None:
    plan = import_file(quiz, "::short::A number?{#3}")
    assert "of another kind (short answer)" in plan.skipped[0].reason
    assert plan.changes_nothing


def test_an_archived_question_is_restored(quiz: Quiz) -> None:
    import_file(quiz, gift("=a", "~b"))
    Question.objects.filter(key="one").update(archived_at=timezone.now())
    plan = import_file(quiz, gift("=a", "~b"))
    assert plan.entries[0].aspects == ["restored, was archived"]
    assert Question.objects.get(key="one").archived_at is None


def test_an_import_does_not_change_the_digest_of_the_course_folder(quiz: Quiz) -> None:
    """An import is an edit like one in the admin: it leaves what the course's folder said last."""
    Question.objects.filter(key="q0").update(source_digest="x")
    import_file(quiz, "::q0::Another text?{=Choice q0 0 ~Choice q0 1 ~Choice q0 2}")
    assert Question.objects.get(key="q0").source_digest == "x"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("::a::q{~x ~y}", "at least one correct choice"),
        ("::a::{=x}", "The question has no text."),
        (f"::a::q{{={'x' * 201}}}", "longer than 200 characters"),
        ("::a::q{=...}", "none of them empty"),
        ("::a::q{=x =%0%x#no}", "listed as accepted and as wrong"),
        ("::a::q{=x -> y}", "“pairs” has fewer than 2 entries."),
        ("::a::q{=a -> " + "x" * 4001 + " =b -> c}", "longer than 4000 characters"),
    ],
)
def test_invalid_questions_are_skipped(quiz: Quiz, content: str, why: str) -> None:
    plan = import_file(quiz, content)
    assert plan.entries == []
    assert why in plan.skipped[0].reason


@pytest.mark.parametrize(
    ("points", "why"),
    [("0", "more than 0"), ("-1", "more than 0"), ("0.001", "two decimals"), ("10000", "more than 9999.99 points")],
)
def test_invalid_points_are_skipped(quiz: Quiz, points: str, why: str) -> None:
    content = sample("tea.en.xml").replace(
        b"<defaultgrade>1.0000000</defaultgrade>", f"<defaultgrade>{points}</defaultgrade>".encode()
    )
    plan = plan_of(quiz, read(content))
    assert [why in skipped.reason for skipped in plan.skipped if skipped.name == "bitterness"] == [True]


def test_nothing_is_imported_if_the_quiz_could_not_be_published(quiz: Quiz) -> None:
    Question.objects.filter(key="q0").update(pool="nowhere")
    with pytest.raises(
        refusals.ExchangeError, match="Nothing was imported because the quiz could not be published: nowhere"
    ):
        import_file(quiz, sample("tea.en.xml"))
    assert quiz.questions.count() == 3


def test_an_outdated_plan_is_refused(quiz: Quiz) -> None:
    fingerprint = plan_of(quiz, read(sample("tea.en.xml"))).fingerprint
    import_file(quiz, "::Making::Other?{>2 ALL\na\nb\n}")
    with pytest.raises(refusals.ChangedMeanwhile) as refused:
        importing.draft(
            **into(quiz),
            parsed=read(sample("tea.en.xml")),
            language="en",
            editor=None,
            now=timezone.now(),
            expected_fingerprint=fingerprint,
        )
    assert refused.value.plan.counts[Outcome.CHANGED] == 1
    assert drafted_keys(quiz) == {"q0", "q1", "short", "making"}


def test_a_language_that_the_course_does_not_have_is_refused(quiz: Quiz) -> None:
    quiz.activity.course.languages = ["ko"]
    with pytest.raises(refusals.ExchangeError, match="not written in this language: en"):
        import_file(quiz, sample("tea.en.xml"))


def many(count: int, text: str = "What") -> str:
    return "\n\n".join(f"::q-{n}::{text} is {n}?{{=right {n} ~wrong {n} ~other {n}}}" for n in range(count))


def queries(quiz: Quiz, count: int, text: str, *, executed: bool) -> int:
    parsed = read(many(count, text))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        if executed:
            importing.execute(quiz=quiz, parsed=parsed, language="en", now=timezone.now())
        else:
            plan_of(quiz, parsed)
    return len(captured)


def test_a_plan_needs_as_many_queries_for_2_questions_as_for_200(quiz: Quiz) -> None:
    few = queries(quiz, 2, "What", executed=False)
    import_file(quiz, many(200))
    assert queries(quiz, 200, "Which", executed=False) == few


# SQLite takes 999 values in a query: 200 questions of 20 values and 600 choices of 11 are twelve. Elsewhere 500 rows are a batch:
# 606 choices are one more than 6.
BATCHES = 12 if connection.features.max_query_params else 1


def test_adding_questions_needs_as_many_queries_for_2_questions_as_for_200(quiz: Quiz) -> None:
    few = queries(quiz, 2, "What", executed=True)
    assert queries(quiz, 202, "What", executed=True) <= few + BATCHES
    assert queries(quiz, 202, "What", executed=True) < 20


def test_a_draft_needs_as_many_queries_for_2_questions_as_for_200(quiz: Quiz) -> None:
    counts = []
    for text, count in (("What", 2), ("Which", 2), ("What", 202), ("Which", 202)):
        with CaptureQueriesContext(connection) as captured:
            importing.draft(
                **into(quiz),
                parsed=read(many(count, text)),
                language="en",
                editor=None,
                now=timezone.now(),
            )
        counts.append(len(captured))
    # The first two add and change 2 questions. The last two add 200 and change 2, and change 202.
    assert counts[3] <= counts[1] + BATCHES
    assert counts[2] <= counts[0] + counts[1] + BATCHES
