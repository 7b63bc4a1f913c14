"""Import: what a folder becomes, what a second import does, whose edits win, and that nothing is lost."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from course_files import course_folder
from course_files.files import FaultyFolder
from course_files.merging import Outcome
from courses import enrolment, progress
from courses.models import Activity, Course, Enrolment, GlossaryTerm, LessonEdition, Module
from quizzes.authoring.models import Choice, Question, Quiz
from quizzes.grading import automatic
from quizzes.taking import save, start, submit
from tests.course_files import sample
from tests.course_files.sample import NOW, SAMPLE, drop_lesson, edit, load, outcomes
from tests.factories import right_answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sample.copy(tmp_path)


@pytest.fixture
def student(alice: User, folder: Path) -> Enrolment:
    """Alice, enrolled in the imported course."""
    load(folder)
    return enrolment.enrol(user=alice, course=sample.course(), source=Enrolment.Source.OPEN)


def test_no_folder_lowers_anybodys_standing(folder: Path, student: Enrolment) -> None:
    quiz = Quiz.objects.get(activity__slug="quiz-tea")
    for answers in (right_answers(quiz), {}):
        attempt = start.start(quiz=quiz, enrolment=student, now=NOW)
        submit.submit(attempt=attempt, now=NOW, answers=answers)
        automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    before = folder.joinpath("quizzes/quiz-tea.yaml").read_text()
    edit(folder, "quizzes/quiz-tea.yaml", "counts: highest", "counts: last")
    edit(folder, "quizzes/quiz-tea.yaml", "ko: 세 문제예요.", "ko: 문제가 셋이에요.")
    for refuse in (lambda: load(folder), lambda: load(folder, "theirs")):
        with pytest.raises(FaultyFolder) as refused:
            refuse()
        [fault] = refused.value.faults
        assert fault.file == "quizzes/quiz-tea.yaml"
        assert "1 student would get a lower grade" in fault.message
        assert "Alice" in fault.message
    quiz.refresh_from_db()
    assert (quiz.grading_method, quiz.intro_ko) == ("highest", "세 문제예요.")
    # Whoever has full marks passes by any mark.
    folder.joinpath("quizzes/quiz-tea.yaml").write_text(before)
    edit(folder, "quizzes/quiz-tea.yaml", "pass_mark: 60", "pass_mark: 90")
    load(folder)
    quiz.refresh_from_db()
    assert quiz.pass_mark == 90


# --- what a folder becomes -------------------------------------------------------------------------------------


def test_a_folder_becomes_a_course() -> None:
    load(SAMPLE)
    course = sample.course()
    assert (course.title_ko, course.title_en, course.enrolment_mode) == ("표본 강의", "A sample course", "open")
    outline = [
        (activity.module.number, activity.kind, activity.code, activity.slug, activity.title_en)
        for activity in Activity.objects.visible().filter(course=course)
    ]
    assert outline == [
        (1, "lesson", "1-1", "making-tea", "Making tea"),
        (1, "lesson", "1-2", "kinds-of-tea", "Kinds of tea"),
        (1, "quiz", "", "quiz-tea", "[Quiz] Tea"),
        (2, "lesson", "2-1", "brew-a-pot", "Brew a pot"),
    ]
    assert sample.activity("brew-a-pot").lesson.kind == "practice"
    assert len(sample.edition("brew-a-pot", "ko").rubric) == 4
    assert sample.edition("making-tea", "en").objectives[0]["covered_by"] == ["#steps", "?first-step"]
    term = GlossaryTerm.objects.get(key="tannin")
    assert (term.term_ko, term.activity) == ("타닌", sample.activity("kinds-of-tea"))
    assert bytes(course.assets.get(name="teas.csv").content).startswith(b"tea,")


def test_lessons_are_rendered_with_addresses_of_the_course() -> None:
    load(SAMPLE)
    html = sample.edition("making-tea", "ko").html
    assert "<strong>우리기(steeping)</strong>는" in html
    assert 'href="/courses/sample/lessons/kinds-of-tea/#black-tea"' in html
    assert 'href="/courses/sample/glossary/#term-steeping"' in html
    assert 'data-definition="찻잎을 뜨거운 물에 담가 두는 일이에요."' in html
    assert '<figure class="figure"><svg viewBox=' in html
    assert 'href="/courses/sample/files/teas.csv"' in sample.edition("kinds-of-tea", "en").html


def test_quizzes_are_published_graded_ones_and_checks() -> None:
    load(SAMPLE)
    graded = Quiz.objects.get(activity__slug="quiz-tea")
    assert (graded.attempts_allowed, graded.show_answers, graded.is_graded) == (2, "after_pass", True)
    assert graded.current_version is not None
    assert graded.current_version.max_points == pytest.approx(3.5)
    assert graded.activity.grade_item.pass_mark == 60
    check = Quiz.objects.get(activity__slug="making-tea")
    assert (check.attempts_allowed, check.show_answers, check.is_graded) == (None, "after_each", False)
    assert check.title_en == "Check"
    short = Question.objects.get(quiz=graded, key="dry-taste")
    assert [(answer.text, answer.is_correct) for answer in short.answers.all()] == [
        ("타닌", True),
        ("tannin", True),
        ("카페인", False),
        ("caffeine", False),
    ]


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


# --- what changes in the folder --------------------------------------------------------------------------------


def test_a_changed_text_is_one_changed_thing_and_a_new_version(folder: Path) -> None:
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


def test_a_new_title_is_no_new_version_of_the_content(folder: Path) -> None:
    load(folder)
    edit(folder, "lessons/1-1.en.md", "title: Making tea", "title: How tea is made")
    load(folder)
    assert sample.activity("making-tea").title_en == "How tea is made"
    assert sample.activity("making-tea").version == 1


def test_a_definition_reaches_every_lesson_that_names_the_term(folder: Path) -> None:
    load(folder)
    edit(folder, "glossary.yaml", "What makes tea taste dry.", "A bitter thing.")
    plan = load(folder)
    assert outcomes(plan) == {("term", "tannin"): Outcome.CHANGED}
    assert plan.rendered == 1
    assert 'data-definition="A bitter thing."' in sample.edition("kinds-of-tea", "en").html


def test_a_changed_question_makes_a_new_version_and_keeps_the_names_of_choices(folder: Path) -> None:
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


def test_order_follows_the_folder(folder: Path) -> None:
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


# --- what vanishes ---------------------------------------------------------------------------------------------


def forget_kinds_of_tea(folder: Path) -> None:
    """Take the lesson out, and every mention of it."""
    drop_lesson(folder, "kinds-of-tea", "1-2")
    for language in ("ko", "en"):
        edit(folder, f"lessons/1-1.{language}.md", "(lesson:kinds-of-tea#black-tea)", "(lesson:brew-a-pot)")
    edit(folder, "glossary.yaml", "lesson: kinds-of-tea", "lesson: making-tea")
    quiz = folder / "quizzes" / "quiz-tea.yaml"
    quiz.write_text(quiz.read_text().replace("kinds-of-tea#black-tea", "making-tea"))


def test_what_nobody_used_is_removed(folder: Path) -> None:
    load(folder)
    forget_kinds_of_tea(folder)
    plan = load(folder)
    assert outcomes(plan)["activity", "kinds-of-tea"] is Outcome.REMOVED
    assert not Activity.objects.filter(slug="kinds-of-tea").exists()
    assert not Quiz.objects.filter(activity__slug="kinds-of-tea").exists()
    assert load(folder).changes_nothing


def test_what_somebody_did_is_archived_and_comes_back_with_its_folder(student: Enrolment, folder: Path) -> None:
    lesson = sample.activity("kinds-of-tea")
    progress.mark_done(enrolment=student, activity=lesson, now=NOW)
    forget_kinds_of_tea(folder)
    assert outcomes(load(folder))["activity", "kinds-of-tea"] is Outcome.ARCHIVED
    lesson.refresh_from_db()
    assert lesson.archived_at == NOW
    assert lesson.completions.count() == 1
    assert LessonEdition.objects.filter(lesson__activity=lesson).count() == 2
    assert load(folder).changes_nothing
    restored = sample.copy(folder.parent / "again")
    assert outcomes(load(restored))["activity", "kinds-of-tea"] is Outcome.CHANGED
    lesson.refresh_from_db()
    assert lesson.archived_at is None
    assert Question.objects.get(quiz__activity=lesson).archived_at is None
    assert load(restored).changes_nothing


def test_a_quiz_with_attempts_is_archived_with_its_questions(student: Enrolment, folder: Path) -> None:
    quiz = Quiz.objects.get(activity__slug="quiz-tea")
    attempt = start.start(quiz=quiz, enrolment=student, now=NOW)
    edit(folder, "course.yaml", "      - quiz: quiz-tea\n", "")
    for language in ("ko", "en"):
        edit(folder, f"lessons/1-2.{language}.md", "(quiz:quiz-tea)", "(lesson:making-tea)")
    (folder / "quizzes" / "quiz-tea.yaml").unlink()
    assert outcomes(load(folder))["activity", "quiz-tea"] is Outcome.ARCHIVED
    quiz.refresh_from_db()
    attempt.refresh_from_db()
    assert quiz.activity.archived_at == NOW
    assert quiz.current_version == attempt.version
    assert load(folder).changes_nothing


def test_a_quiz_without_attempts_is_removed_with_its_grade_item(folder: Path) -> None:
    load(folder)
    edit(folder, "course.yaml", "      - quiz: quiz-tea\n", "")
    for language in ("ko", "en"):
        edit(folder, f"lessons/1-2.{language}.md", "(quiz:quiz-tea)", "(lesson:making-tea)")
    (folder / "quizzes" / "quiz-tea.yaml").unlink()
    load(folder)
    assert not Activity.objects.filter(slug="quiz-tea").exists()


def test_an_answered_question_is_archived_another_one_removed(student: Enrolment, folder: Path) -> None:
    quiz = Quiz.objects.get(activity__slug="quiz-tea")
    question = quiz.questions.get(key="driest")
    attempt = start.start(quiz=quiz, enrolment=student, now=NOW)
    choice = str(question.choices.get(key="black").uuid)
    save.save_answer(attempt=attempt, question=question.uuid, response={"choice": choice}, now=NOW)
    text = (folder / "quizzes" / "quiz-tea.yaml").read_text()
    first, last = text.index("  - key: driest"), text.index("  - key: dry-taste")
    (folder / "quizzes" / "quiz-tea.yaml").write_text(text[:first] + text[last:])
    found = outcomes(load(folder))
    assert found["question", "quiz-tea", "driest"] is Outcome.ARCHIVED
    assert found["question", "quiz-tea", "ingredients"] is Outcome.REMOVED
    question.refresh_from_db()
    assert question.archived_at == NOW
    quiz.refresh_from_db()
    assert quiz.current_version is not None
    assert len(quiz.current_version.content["questions"]) == 1
    assert load(folder).changes_nothing


def test_a_check_with_attempts_loses_its_questions_and_keeps_its_attempts(student: Enrolment, folder: Path) -> None:
    check = Quiz.objects.get(activity__slug="brew-a-pot")
    start.start(quiz=check, enrolment=student, now=NOW)
    (folder / "checks" / "2-1.yaml").unlink()
    assert outcomes(load(folder))["quiz", "brew-a-pot"] is Outcome.ARCHIVED
    check.refresh_from_db()
    assert check.current_version is not None
    assert check.current_version.content["questions"] == []
    assert check.attempts.count() == 1
    assert load(folder).changes_nothing
    (folder / "checks" / "2-1.yaml").write_bytes((SAMPLE / "checks" / "2-1.yaml").read_bytes())
    load(folder)
    check.refresh_from_db()
    assert len(check.current_version.content["questions"]) == 1
    assert load(folder).changes_nothing


def test_a_module_goes_and_its_archived_lessons_find_another(student: Enrolment, folder: Path) -> None:
    lesson = sample.activity("brew-a-pot")
    progress.mark_done(enrolment=student, activity=lesson, now=NOW)
    text = (folder / "course.yaml").read_text()
    (folder / "course.yaml").write_text(text[: text.index("  - slug: practice")])
    drop_files = [*(folder / "lessons").glob("2-1.*"), folder / "checks" / "2-1.yaml"]
    for path in drop_files:
        path.unlink()
    load(folder)
    lesson.refresh_from_db()
    assert not Module.objects.filter(slug="practice").exists()
    assert lesson.module.slug == "tea"
    assert lesson.archived_at == NOW
    assert load(folder).changes_nothing


def test_progress_does_not_fall_when_lessons_are_added(student: Enrolment, folder: Path) -> None:
    forget_kinds_of_tea(folder)
    load(folder)
    for slug in ("making-tea", "brew-a-pot"):
        progress.mark_done(enrolment=student, activity=sample.activity(slug), now=NOW)
    student.refresh_from_db()
    reached = student.progress_percent
    load(sample.copy(folder.parent / "again"))
    student.refresh_from_db()
    assert student.progress_percent >= reached


def test_progress_rises_when_what_was_not_done_goes(student: Enrolment, folder: Path) -> None:
    for slug in ("making-tea", "brew-a-pot"):
        progress.mark_done(enrolment=student, activity=sample.activity(slug), now=NOW)
    forget_kinds_of_tea(folder)
    load(folder)
    student.refresh_from_db()
    assert student.progress_percent == 66


# --- edits in the admin ----------------------------------------------------------------------------------------


def edit_in_admin(text: str) -> None:
    edition = sample.edition("making-tea", "en")
    edition.body = edition.body.replace("leaves and water", text)
    edition.save()


def test_an_edit_in_the_admin_is_kept_and_named(folder: Path) -> None:
    load(folder)
    edit_in_admin("leaves and love")
    plan = load(folder)
    assert outcomes(plan) == {("edition", "making-tea", "en"): Outcome.EDITED}
    assert "love" in sample.edition("making-tea", "en").body
    # The import renders what the database says.
    assert "love" in sample.edition("making-tea", "en").html


def test_line_breaks_of_a_form_are_no_edit(folder: Path) -> None:
    load(folder)
    edition = sample.edition("making-tea", "en")
    edition.body = edition.body.replace("\n", "\r\n") + "\r\n"
    edition.save()
    assert load(folder).changes_nothing
    assert outcomes(load(folder)) == {}


def test_changes_on_both_sides_import_nothing_until_somebody_decides(folder: Path) -> None:
    load(folder)
    edit_in_admin("leaves and love")
    edit(folder, "lessons/1-1.en.md", "leaves and water", "leaves and milk")
    edit(folder, "lessons/1-2.en.md", "many kinds", "some kinds")
    with pytest.raises(course_folder.Conflict) as caught:
        load(folder)
    assert [step.key for step in caught.value.plan.conflicts] == [("edition", "making-tea", "en")]
    assert "many kinds" in sample.edition("kinds-of-tea", "en").body


def test_ours_keeps_the_admin_s_version_for_good(folder: Path) -> None:
    load(folder)
    edit_in_admin("leaves and love")
    edit(folder, "lessons/1-1.en.md", "leaves and water", "leaves and milk")
    edit(folder, "lessons/1-2.en.md", "many kinds", "some kinds")
    load(folder, "ours")
    assert "love" in sample.edition("making-tea", "en").body
    assert "some kinds" in sample.edition("kinds-of-tea", "en").body
    assert outcomes(load(folder)) == {("edition", "making-tea", "en"): Outcome.EDITED}


def test_theirs_takes_the_folder_s_version(folder: Path) -> None:
    load(folder)
    edit_in_admin("leaves and love")
    load(folder, "theirs")
    assert "leaves and water" in sample.edition("making-tea", "en").body
    assert load(folder).changes_nothing


def test_the_same_edit_on_both_sides_is_no_conflict(folder: Path) -> None:
    load(folder)
    edit_in_admin("leaves and milk")
    edit(folder, "lessons/1-1.en.md", "leaves and water", "leaves and milk")
    assert load(folder).changes_nothing


def test_an_edited_choice_is_an_edit_of_its_question(folder: Path) -> None:
    load(folder)
    choice = Choice.objects.get(key="green")
    choice.feedback_en = "Green tea is much milder."
    choice.save()
    assert outcomes(load(folder)) == {("question", "quiz-tea", "driest"): Outcome.EDITED}
    choice.refresh_from_db()
    assert choice.feedback_en == "Green tea is much milder."


def test_what_was_made_in_the_admin_stays(folder: Path) -> None:
    load(folder)
    GlossaryTerm.objects.create(course=sample.course(), key="teapot", term_ko="찻주전자", definition_ko="그릇이에요.")
    assert outcomes(load(folder)) == {("term", "teapot"): Outcome.EDITED}
    load(folder, "theirs")
    assert not GlossaryTerm.objects.filter(key="teapot").exists()


def test_an_edited_lesson_that_left_the_folder_waits_for_a_decision(folder: Path) -> None:
    load(folder)
    edition = sample.edition("kinds-of-tea", "en")
    edition.body += "\n\nMore."
    edition.save()
    forget_kinds_of_tea(folder)
    with pytest.raises(course_folder.Conflict):
        load(folder)
    load(folder, "ours")
    assert sample.activity("kinds-of-tea").archived_at is None
    assert "More." in sample.edition("kinds-of-tea", "en").body
    load(folder, "theirs")
    assert not Activity.objects.filter(slug="kinds-of-tea").exists()


def test_a_lesson_archived_in_the_admin_stays_archived(folder: Path) -> None:
    load(folder)
    Activity.objects.filter(slug="kinds-of-tea").update(archived_at=NOW)
    found = outcomes(load(folder))
    assert found["activity", "kinds-of-tea"] is Outcome.EDITED
    assert sample.activity("kinds-of-tea").archived_at == NOW


# --- faults ----------------------------------------------------------------------------------------------------


def test_a_faulty_folder_imports_nothing(folder: Path) -> None:
    edit(folder, "lessons/1-1.en.md", "(lesson:kinds-of-tea#black-tea)", "(lesson:nowhere)")
    with pytest.raises(FaultyFolder):
        load(folder)
    assert not Course.objects.exists()


def test_a_lesson_does_not_become_a_quiz(folder: Path) -> None:
    load(folder)
    text = (folder / "quizzes" / "quiz-tea.yaml").read_text().replace("slug: quiz-tea", "slug: brew-a-pot")
    (folder / "quizzes" / "brew-a-pot.yaml").write_text(text.replace("brew-a-pot#do-it", "making-tea"))
    edit(folder, "course.yaml", "      - lesson: brew-a-pot\n        code: 2-1\n", "      - quiz: brew-a-pot\n")
    for path in [*(folder / "lessons").glob("2-1.*"), folder / "checks" / "2-1.yaml"]:
        path.unlink()
    with pytest.raises(FaultyFolder, match="brew-a-pot"):
        load(folder)


# --- the command -----------------------------------------------------------------------------------------------


def run(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_course", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_prints_its_plan_and_then_nothing_to_do(folder: Path) -> None:
    out, _err = run(folder)
    assert "added  edition making-tea ko" in out
    assert "29 added, 0 changed, 0 removed, 0 archived" in out
    out, _err = run(folder)
    assert out.startswith("Nothing to change")


def test_a_dry_run_changes_nothing(folder: Path) -> None:
    out, _err = run(folder, "--dry-run")
    assert "added  course" in out
    assert "dry run" in out
    assert not Course.objects.exists()


def test_the_command_lists_every_fault(folder: Path) -> None:
    edit(folder, "lessons/1-1.en.md", "## Steps {#steps}", "## Steps")
    edit(folder, "course.yaml", "number: 1", "number: one")
    err = StringIO()
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_course", folder, stderr=err)
    assert err.getvalue().splitlines() == [
        'course.yaml:15: A whole number is expected for “number”, not "one".',
        "lessons/1-1.en.md:15: This heading has no id: write {#name} after it.",
    ]


def test_the_command_names_conflicts(folder: Path) -> None:
    load(folder)
    edit_in_admin("leaves and love")
    edit(folder, "lessons/1-1.en.md", "leaves and water", "leaves and milk")
    out, _err = run(folder, "--dry-run")
    assert "changed here and edited in the admin  edition making-tea en" in out
    with pytest.raises(CommandError, match="--ours"):
        call_command("import_course", folder, stdout=StringIO())
    out, _err = run(folder, "--ours")
    assert "edited in the admin, kept  edition making-tea en" in out
