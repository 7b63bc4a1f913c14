"""The longest run of words that two texts share."""

from common.markup import markdown
from course_files import copying

NOTES = list(copying.words("The quick brown fox, jumps over the lazy dog.\n데이터 드리프트는 분포가 변하는 것이다."))


def run(text: str) -> copying.Run:
    return copying.longest_run(copying.own_words(markdown.parse(text)), NOTES)


def test_the_longest_run_is_found_with_its_line() -> None:
    found = run("A red fox.\n\nThen **the quick** brown FOX jumps: over it.")
    assert str(found) == "the quick brown fox jumps over"
    assert len(found) == 6
    assert found.line == 3


def test_a_run_ends_with_its_paragraph() -> None:
    assert len(run("the quick brown\n\nfox jumps over")) == 3


def test_korean_words_are_compared_as_written() -> None:
    assert len(run("데이터 드리프트는 분포가 달라요")) == 3


def test_quotations_and_code_are_not_compared() -> None:
    assert len(run('He said “the quick brown fox jumps” and "over the lazy dog".')) <= 1
    assert len(run("> the quick brown fox")) == 0
    assert len(run("`the quick brown fox`")) == 0
    assert len(run("> [!NOTE]\n> the quick brown fox")) == 4


def test_texts_without_common_words_have_no_run() -> None:
    assert len(run("something else")) == 0
    assert len(copying.longest_run([], NOTES)) == 0
