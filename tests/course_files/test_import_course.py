"""What a folder becomes, what a changed folder changes, and what is refused."""

from pathlib import Path

import pytest

from course_files.files import FaultyFolder
from course_files.merging import Outcome, Preference
from courses.models import Activity, Course, Enrolment, GlossaryTerm, LessonEdition
from quizzes.authoring import grade_effects
from quizzes.authoring.models import Choice, Question, Quiz
from quizzes.grading import automatic
from quizzes.taking import start, submit
from tests.course_files import sample
from tests.course_files.sample import NOW, SAMPLE, edit, load, outcomes
from tests.factories import right_answers

pytestmark = pytest.mark.django_db


def test_a_folder_becomes_a_course() -> None:
    load(SAMPLE)
    course = sample.course()
    assert course.title_ko == "표본 강의"
    assert course.title_en == "A sample course"
    assert course.enrolment_mode == "open"


def test_a_folder_becomes_an_outline() -> None:
    load(SAMPLE)
    outline = list(Activity.objects.visible().filter(course=sample.course()))
    assert [activity.slug for activity in outline] == ["making-tea", "kinds-of-tea", "quiz-tea", "brew-a-pot"]
    assert [activity.kind for activity in outline] == ["lesson", "lesson", "quiz", "lesson"]
    assert [activity.code for activity in outline] == ["1-1", "1-2", "", "2-1"]
    assert [activity.title_en for activity in outline] == ["Making tea", "Kinds of tea", "[Quiz] Tea", "Brew a pot"]
    assert [activity.module.number for activity in outline] == [1, 1, 1, 2]


def test_front_matter_becomes_fields_of_lessons() -> None:
    load(SAMPLE)
    assert sample.activity("brew-a-pot").lesson.kind == "practice"
    assert len(sample.edition("brew-a-pot", "ko").rubric) == 4
    assert sample.edition("making-tea", "en").objectives[0]["covered_by"] == ["#steps", "?first-step"]


def test_terms_and_assets_are_imported() -> None:
    load(SAMPLE)
    term = GlossaryTerm.objects.get(key="tannin")
    assert term.term_ko == "타닌"
    assert term.activity == sample.activity("kinds-of-tea")
    assert bytes(sample.course().assets.get(name="teas.csv").content).startswith(b"tea,")


def test_lessons_are_rendered_with_urls_of_the_course() -> None:
    load(SAMPLE)
    html = sample.edition("making-tea", "ko").html
    assert "<strong>우리기(steeping)</strong>는" in html
    assert 'href="/courses/sample/lessons/kinds-of-tea/#black-tea"' in html
    assert 'href="/courses/sample/glossary/#term-steeping"' in html
    assert 'data-definition="찻잎을 뜨거운 물에 담가 두는 일이에요."' in html
    assert '<figure class="figure"><svg viewBox=' in html
    assert 'href="/courses/sample/files/teas.csv"' in sample.edition("kinds-of-tea", "en").html


def test_a_graded_quiz_is_published_with_its_rules() -> None:
    load(SAMPLE)
    quiz = Quiz.objects.get(activity__slug="quiz-tea")
    assert quiz.is_graded
    assert quiz.attempts_allowed == 2
    assert quiz.show_answers == "after_pass"
    assert quiz.current_version is not None
    assert quiz.current_version.max_points == pytest.approx(3.5)
    assert quiz.activity.grade_item.pass_mark == 60


def test_a_lesson_check_allows_any_number_of_attempts_and_shows_answers_at_once() -> None:
    load(SAMPLE)
    check = Quiz.objects.get(activity__slug="making-tea")
    assert not check.is_graded
    assert check.attempts_allowed is None
    assert check.show_answers == "after_each"
    assert check.title_en == "Check"


def test_accepted_and_known_wrong_answers_are_imported_in_order() -> None:
    load(SAMPLE)
    answers = Question.objects.get(quiz__activity__slug="quiz-tea", key="dry-taste").answers.all()
    assert [answer.text for answer in answers if answer.is_correct] == ["타닌", "tannin"]
    assert [answer.text for answer in answers if not answer.is_correct] == ["카페인", "caffeine"]
    assert [answer.is_correct for answer in answers] == [True, True, False, False]


def test_a_second_import_changes_nothing() -> None:
    load(SAMPLE)
    before = {
        "versions": list(Quiz.objects.values_list("current_version_id", flat=True).order_by("pk")),
        "activities": list(Activity.objects.values_list("pk", "version", "uuid").order_by("pk")),
        "choices": list(Choice.objects.values_list("pk", "uuid").order_by("pk")),
    }
    plan = load(SAMPLE)
    assert plan.changes_nothing
    assert plan.rendered == 0
    assert before["versions"] == list(Quiz.objects.values_list("current_version_id", flat=True).order_by("pk"))
    assert before["activities"] == list(Activity.objects.values_list("pk", "version", "uuid").order_by("pk"))
    assert before["choices"] == list(Choice.objects.values_list("pk", "uuid").order_by("pk"))


def test_a_changed_lesson_text_increments_the_version_once(folder: Path) -> None:
    load(folder)
    edit(folder, "lessons/1-1.ko.md", "차는 잎과 물로", "차는 잎과 뜨거운 물로")
    edit(folder, "lessons/1-1.en.md", "leaves and water", "leaves and hot water")
    assert outcomes(load(folder)) == {
        ("edition", "making-tea", "ko"): Outcome.CHANGED,
        ("edition", "making-tea", "en"): Outcome.CHANGED,
    }
    assert sample.activity("making-tea").version == 2
    assert "뜨거운" in sample.edition("making-tea", "ko").html
    assert sample.activity("kinds-of-tea").version == 1


def test_a_changed_title_does_not_increment_the_version(folder: Path) -> None:
    load(folder)
    edit(folder, "lessons/1-1.en.md", "title: Making tea", "title: How tea is made")
    load(folder)
    assert sample.activity("making-tea").title_en == "How tea is made"
    assert sample.activity("making-tea").version == 1


def test_a_changed_definition_renders_the_lessons_that_use_the_term(folder: Path) -> None:
    load(folder)
    edit(folder, "glossary.yaml", "What makes tea taste dry.", "A bitter thing.")
    plan = load(folder)
    assert outcomes(plan) == {("term", "tannin"): Outcome.CHANGED}
    assert plan.rendered == 1
    assert 'data-definition="A bitter thing."' in sample.edition("kinds-of-tea", "en").html


def test_a_changed_question_publishes_a_version_and_keeps_the_uuids_of_choices(folder: Path) -> None:
    load(folder)
    quiz = Quiz.objects.get(activity__slug="quiz-tea")
    before = {choice.key: choice.uuid for choice in Choice.objects.filter(question__quiz=quiz)}
    edit(folder, "quizzes/quiz-tea.yaml", "en: Fresh green tea", "en: Green tea")
    edit(folder, "quizzes/quiz-tea.yaml", "      - key: water\n", "      - key: milk\n")
    assert outcomes(load(folder)) == {("question", "quiz-tea", "driest"): Outcome.CHANGED}
    quiz.refresh_from_db()
    assert quiz.current_version is not None
    assert quiz.current_version.number == 2
    after = {choice.key: choice.uuid for choice in Choice.objects.filter(question__quiz=quiz)}
    assert set(before) - set(after) == {"water"}
    assert set(after) - set(before) == {"milk"}
    assert all(before[key] == after[key] for key in set(before) & set(after))


def test_activities_have_the_order_of_the_folder(folder: Path) -> None:
    load(folder)
    edit(folder, "course.yaml", "      - lesson: making-tea\n        code: 1-1\n", "")
    edit(
        folder,
        "course.yaml",
        "      - quiz: quiz-tea\n",
        "      - quiz: quiz-tea\n      - lesson: making-tea\n        code: 1-1\n",
    )
    assert outcomes(load(folder)) == {("module", "tea"): Outcome.CHANGED}
    order = Activity.objects.visible().filter(module__slug="tea").values_list("slug", flat=True)
    assert list(order) == ["kinds-of-tea", "quiz-tea", "making-tea"]


def test_an_activity_moves_to_another_module(folder: Path) -> None:
    load(folder)
    edit(folder, "course.yaml", "      - lesson: kinds-of-tea\n        code: 1-2\n", "")
    edit(
        folder,
        "course.yaml",
        "      - lesson: brew-a-pot\n",
        "      - lesson: kinds-of-tea\n        code: 1-2\n      - lesson: brew-a-pot\n",
    )
    load(folder)
    assert sample.activity("kinds-of-tea").module.slug == "practice"
    assert load(folder).changes_nothing


def test_a_new_edition_is_added_without_a_new_version(folder: Path) -> None:
    english = (folder / "lessons" / "1-2.en.md").read_text()
    (folder / "lessons" / "1-2.en.md").unlink()
    load(folder)
    assert LessonEdition.objects.filter(lesson__activity__slug="kinds-of-tea").count() == 1
    assert sample.activity("kinds-of-tea").title_en is None
    (folder / "lessons" / "1-2.en.md").write_text(english)
    assert outcomes(load(folder)) == {("edition", "kinds-of-tea", "en"): Outcome.ADDED}
    assert sample.activity("kinds-of-tea").version == 1


def test_a_faulty_folder_imports_nothing(folder: Path) -> None:
    edit(folder, "lessons/1-1.en.md", "(lesson:kinds-of-tea#black-tea)", "(lesson:nowhere)")
    with pytest.raises(FaultyFolder):
        load(folder)
    assert not Course.objects.exists()


def test_changing_a_lesson_to_a_quiz_is_refused(folder: Path) -> None:
    load(folder)
    text = (folder / "quizzes" / "quiz-tea.yaml").read_text().replace("slug: quiz-tea", "slug: brew-a-pot")
    (folder / "quizzes" / "brew-a-pot.yaml").write_text(text.replace("brew-a-pot#do-it", "making-tea"))
    edit(folder, "course.yaml", "      - lesson: brew-a-pot\n        code: 2-1\n", "      - quiz: brew-a-pot\n")
    for path in [*(folder / "lessons").glob("2-1.*"), folder / "checks" / "2-1.yaml"]:
        path.unlink()
    with pytest.raises(FaultyFolder, match="brew-a-pot"):
        load(folder)


@pytest.fixture
def quiz_failed_after_passing(student: Enrolment) -> Quiz:
    """The quiz of the course, after Alice first had full marks and then none."""
    quiz = Quiz.objects.get(activity__slug="quiz-tea")
    for answers in (right_answers(quiz), {}):
        attempt = start.start(quiz=quiz, enrolment=student, now=NOW)
        submit.submit(attempt=attempt, now=NOW, answers=answers)
        automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    return quiz


@pytest.mark.parametrize("prefer", [None, "theirs"])
def test_rules_that_would_lower_a_grade_are_refused(
    folder: Path, quiz_failed_after_passing: Quiz, prefer: Preference | None
) -> None:
    quiz = quiz_failed_after_passing
    edit(folder, "quizzes/quiz-tea.yaml", "counts: highest", "counts: last")
    edit(folder, "quizzes/quiz-tea.yaml", "ko: 세 문제예요.", "ko: 문제가 셋이에요.")
    with pytest.raises(FaultyFolder) as refused:
        load(folder, prefer)
    [fault] = refused.value.faults
    assert fault.file == "quizzes/quiz-tea.yaml"
    assert fault.message == grade_effects.explain_grade_losses(quiz.activity_id, grading_method="last", pass_mark=60)
    assert "Alice" in fault.message
    quiz.refresh_from_db()
    assert quiz.grading_method == "highest"
    assert quiz.intro_ko == "세 문제예요."


def test_rules_that_lower_no_grade_are_imported(folder: Path, quiz_failed_after_passing: Quiz) -> None:
    """A student with full marks passes with any pass mark."""
    edit(folder, "quizzes/quiz-tea.yaml", "pass_mark: 60", "pass_mark: 90")
    load(folder)
    quiz_failed_after_passing.refresh_from_db()
    assert quiz_failed_after_passing.pass_mark == 90
