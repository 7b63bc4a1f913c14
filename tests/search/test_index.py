"""The index follows the courses."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from courses.models import Activity, Course, LessonEdition
from search.finding.matching import find_spans, has_all
from search.indexing import building, grams
from search.indexing.folding import compose, fold
from search.indexing.passages import read_sections
from search.models import MOST_PASSAGES, CourseIndex, Grams, Passage

TEXTS = st.text(alphabet=st.sampled_from("가나다각abcABC1-. éÉßİ\u1100\u1161\n"), max_size=40)


@given(TEXTS, st.data())
def test_each_word_of_a_text_has_grams_that_the_text_has(text: str, data: st.DataObject) -> None:
    folded = fold(compose(text))
    start = data.draw(st.integers(0, len(folded)))
    word = folded[start : data.draw(st.integers(start, len(folded)))]
    if " " in word or (
        grams.is_start_of_word(word) and start and folded[start - 1] in "abcdefghijklmnopqrstuvwxyz0123456789"
    ):
        return
    assert set(grams.grams_of_word(word)) <= set(grams.grams_of(folded))


@given(TEXTS, st.data())
def test_a_word_is_found_where_the_folded_text_has_it(text: str, data: st.DataObject) -> None:
    line = compose(text)
    folded = fold(line)
    start = data.draw(st.integers(0, len(folded)))
    word = folded[start : data.draw(st.integers(start, len(folded)))]
    if not word.strip() or " " in word or grams.is_start_of_word(word):
        return
    assert has_all(line, [word])
    spans = find_spans(line, [word])
    assert spans == sorted(spans)
    # A letter that becomes two without its case is marked whole, so that one of them may be more than was looked for.
    assert all(word in fold(line[begin:stop]) for begin, stop in spans)


@given(TEXTS, st.sampled_from(["가나", "나다각", "ab", "a1", "bc-", "가a", "é가", "다.가"]))
def test_nothing_is_found_that_the_folded_text_does_not_have(text: str, word: str) -> None:
    line = compose(text)
    if word not in fold(line):
        assert not has_all(line, [word])
        assert find_spans(line, [word]) == []


@given(
    st.dictionaries(
        st.sampled_from(["가나", "^ai", "abc", "a-"]), st.sets(st.integers(0, MOST_PASSAGES - 1)), min_size=1
    )
)
def test_grams_are_read_as_they_were_written(passages: dict[str, set[int]]) -> None:
    written = grams.write({gram: sorted(numbers) for gram, numbers in passages.items()})
    for gram, numbers in passages.items():
        assert grams.shared([grams.read(written[grams.bucket_of(gram)], gram)]) == sorted(numbers)


def test_sections_have_a_line_for_each_block() -> None:
    html = (
        '<p>전</p><h2 id="a">제목</h2><p>한 <b>굵</b>은 &lt;x&gt;</p><ul><li>하나</li><li>둘</li></ul>'
        "<h3>무명</h3><hr><p>끝</p>"
    )
    assert list(read_sections(html)) == [("", "전"), ("a", "제목\n한 굵은 <x>\n하나\n둘\n무명\n끝")]


def test_the_index_follows_a_change_of_the_course(
    written: Course, lesson: Activity, rebuild: Callable[[], None]
) -> None:
    call_command("index_search", check=True)
    edition = LessonEdition.objects.get(lesson__activity=lesson, language="ko")
    edition.html = "<p>새로운 글</p>"
    edition.save()
    with pytest.raises(CommandError, match="statistics"):
        call_command("index_search", check=True)
    rebuild()
    call_command("index_search", check=True)
    assert not building.find_changed().exists()
    assert [row.text for row in Passage.objects.filter(index__language="ko", kind="text", activity=lesson)] == [
        "새로운 글"
    ]


def test_a_change_of_something_else_writes_no_index(written: Course, rebuild: Callable[[], None]) -> None:
    before = set(Grams.objects.values_list("pk", flat=True))
    written.summary = "Another summary"
    written.save()
    assert building.find_changed().count() == 1
    rebuild()
    assert not building.find_changed().exists()
    assert set(Grams.objects.values_list("pk", flat=True)) == before


def test_the_command_builds_everything_again(written: Course) -> None:
    Grams.objects.first().delete()  # type: ignore[union-attr]
    with pytest.raises(CommandError):
        call_command("index_search", check=True)
    call_command("index_search")
    call_command("index_search", check=True)


def test_a_deleted_course_takes_its_index_along(db: None, rebuild: Callable[[], None]) -> None:
    course = Course.objects.create(slug="short", title_ko="짧은", title_en="Short")
    rebuild()
    assert CourseIndex.objects.filter(course=course).count() == 2
    course.delete()
    assert not CourseIndex.objects.exists()
