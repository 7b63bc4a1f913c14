"""The commands import_questions and export_questions."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from quizzes.authoring.models import Question, Quiz
from tests.exchange.files import FOLDER

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_a_dry_run_changes_nothing_and_a_second_import_neither(quiz: Quiz) -> None:
    words = ("import_questions", str(FOLDER / "tea.en.gift.txt"), "--quiz", "statistics/quiz", "--language", "en")
    output = run(*words, "--dry-run")
    assert "added  bitterness “Which tea is the most bitter?”\n    A wrong choice earns or costs points" in output
    assert "not brought over  Broken: The braces around its answers do not match" in output
    assert "12 added, 0 changed, 0 unchanged, 2 not brought over. This was a dry run: nothing was changed." in output
    assert quiz.questions.count() == 3
    assert "12 added, 0 changed, 0 unchanged, 2 not brought over." in run(*words)
    assert "0 added, 0 changed, 12 unchanged, 2 not brought over." in run(*words)


def test_questions_that_are_named_by_numbers_can_be_told_apart(quiz: Quiz, tmp_path: Path) -> None:
    item = """<item ident="ia89113f89c899deca37259f6d17ee352" title="Question 7"><itemmetadata><qtimetadata><qtimetadatafield>
    <fieldlabel>question_type</fieldlabel><fieldentry>{kind}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
    <presentation><material><mattext texttype="text/html">Why?</mattext></material>{answer}</presentation></item>"""
    essay = item.format(kind="essay_question", answer='<response_str ident="r"><render_fib/></response_str>')
    formula = item.format(kind="calculated_question", answer="").replace("ia8", "ib8")
    file = tmp_path / "quiz.xml"
    file.write_text(f"<questestinterop><assessment><section>{essay}{formula}</section></assessment></questestinterop>")
    output = run("import_questions", str(file), "--quiz", "statistics/quiz", "--language", "en", "--dry-run")
    assert "added  ia89113f89c899deca37259f6d17ee352 “Why?”" in output
    assert "not brought over  ib89113f89c899deca37259f6d17ee352 “Question 7”: " in output


def test_the_default_language_is_that_of_the_course(quiz: Quiz) -> None:
    run("import_questions", str(FOLDER / "tea.ko.gift.txt"), "--quiz", "statistics/quiz")
    assert Question.objects.get(key="bitterness").text_ko == "가장 떫은 차는 무엇일까요?"


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (["import_questions", "/nowhere", "--quiz", "statistics/quiz"], "The file cannot be read"),
        (["import_questions", str(FOLDER / "item.xml"), "--quiz", "statistics/none"], "There is no quiz"),
        (["import_questions", str(FOLDER / "item.xml"), "--quiz", "statistics"], "There is no quiz"),
        (
            ["import_questions", str(FOLDER / "item.xml"), "--quiz", "statistics/quiz", "--format", "gift"],
            "This is not a GIFT file",
        ),
        (["export_questions", "x/y", "--format", "gift", "--output", "/tmp/x"], "There is no quiz"),
        (["export_questions", "statistics/quiz", "--format", "gift", "--output", "/nowhere/x"], "cannot be written"),
    ],
)
def test_refusals(quiz: Quiz, words: list[str], refusal: str) -> None:
    with pytest.raises(CommandError, match=refusal):
        run(*words)


@pytest.mark.parametrize("format", ["moodle", "gift", "qti", "qti3"])
def test_an_export_is_a_file_that_can_be_imported(quiz: Quiz, tmp_path: Path, format: str) -> None:
    target = tmp_path / "out"
    output = run("export_questions", "statistics/quiz", "--format", format, "--language", "en", "--output", str(target))
    assert output.endswith(f"{target}\n")
    again = run("import_questions", str(target), "--quiz", "statistics/quiz", "--language", "en")
    assert "0 added, 0 changed, 3 unchanged, 0 not brought over." in again
