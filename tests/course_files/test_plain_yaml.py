"""Plain YAML: what is read is what was written, with lines; what is not plain is refused; nothing explodes."""

import contextlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from course_files import plain_yaml, yaml_writing
from course_files.plain_yaml import PlainYamlError

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXTS
NUMBERS = st.integers(-99999, 99999).map(lambda n: n / 100)
VALUES = st.recursive(
    SCALARS | NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    assert plain_yaml.load(yaml_writing.dump(value)).value == value


@given(st.dictionaries(TEXTS, TEXTS, max_size=5))
def test_other_readers_of_yaml_read_the_same_texts(value: dict[str, str]) -> None:
    assert yaml.safe_load(yaml_writing.dump(value)) == value


# Signs that mean something in YAML, between letters that do not.
MARKED = st.text(alphabet="ab가나 :#-?!'\",[]{}&*|>%@`~=<.1\n", max_size=12)


@given(st.recursive(SCALARS | NUMBERS | MARKED, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
    TEXTS | MARKED | st.sampled_from(["a", "key", "on", "Y", "k" * 130]), inner, max_size=4), max_leaves=20,
))  # fmt: skip
def test_what_is_written_is_as_pyyaml_writes_it(value: object) -> None:
    assert yaml_writing.dump(value) == yaml_writing.by_pyyaml(value)


@given(VALUES)
def test_writing_is_stable(value: object) -> None:
    text = yaml_writing.dump(value)
    assert yaml_writing.dump(plain_yaml.load(text).value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 3-1", "3-1"),
        ("a: yes", "yes"),
        ("a: 2024-08-05", "2024-08-05"),
        ("a: 12:30", "12:30"),
        ("a: 010", "010"),
        ("a: True", "True"),
        ("a: true", True),
        ("a: 1.5", 1.5),
        ("a: -2", -2),
        ("a:", None),
        ("a: ~", None),
        ("a: '1'", "1"),
        ("a: |\n  one\n  two\n", "one\ntwo\n"),
    ],
)
def test_only_obvious_scalars_are_not_text(text: str, value: object) -> None:
    assert plain_yaml.load(text).value == {"a": value}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x 1\nb: *x", 1),
        ("a: 1\nb: *x", 2),
        ("a: !!str x", 1),
        ("a: !x y", 1),
        ("a: 1\n\na: 2", 3),
        ("- 1\n- [", 3),
        ("a: 1\n---\nb: 2", 2),
        ("a: 1\n2: b", 2),
        ("ok: 1\n? [a]\n: b", 2),
        ("a: b: c", 1),
        ("a: 1\nb: \x07", 2),
        ("[" * 5000, 1),
        ("- " * 5000, 1),
        ('{"a":' * 5000, 1),
    ],
)
def test_what_is_not_plain_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(PlainYamlError) as caught:
        plain_yaml.load(text)
    assert caught.value.line == line
    assert caught.value.message


def test_a_billion_laughs_is_one_refusal() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    with pytest.raises(PlainYamlError, match="Anchors"):
        plain_yaml.load(bomb)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(PlainYamlError):
        value = plain_yaml.load(text).value
        assert plain_yaml.load(yaml_writing.dump(value)).value == value


def test_lines_are_known_by_path() -> None:
    document = plain_yaml.load("a: 1\nb:\n  - x: 1\n    y: 2\n  - z\n", first_line=10)
    assert document.line(("a",)) == 10
    assert document.line(("b", 0, "y")) == 13
    assert document.line(("b", 1)) == 14
    assert document.line(("b", 0, "missing", "deeper")) == 12


def test_long_text_is_a_block_and_nothing_is_folded() -> None:
    text = yaml_writing.dump({"body": "one\n\ntwo", "line": "word " * 100 + "end", "quoted": "a: b"})
    assert text.startswith("body: |-\n  one\n\n  two\nline: word word ")
    assert text.endswith('end\nquoted: "a: b"\n')


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("?why", '"?why"'),
        ("-1 or so", '"-1 or so"'),
        ("it's 50 % 'quoted'", "it's 50 % 'quoted'"),
        ("😀: yes", '"😀: yes"'),
        ("one\u00a0space", '"one\\U000000a0space"'),
        ("y", '"y"'),
        ("1e5", '"1e5"'),
        ("08", '"08"'),
        ("2024-08-05", '"2024-08-05"'),
        ("a  \nb\n", "|\n  a  \n  b"),
        ("a\n\n", '"a\\n\\n"'),
        (" a\nb", '" a\\nb"'),
    ],
)
def test_the_form_of_a_text_is_fixed(text: str, written: str) -> None:
    assert yaml_writing.dump({"a": text}) == f"a: {written}\n"
    assert plain_yaml.load(f"a: {written}\n").value == {"a": text}


@pytest.mark.parametrize(
    ("number", "written"),
    [(1.5, "1.5"), (2.0, "2.0"), (0.00001, "0.00001"), (-2.5e-7, "-0.00000025"), (1e17, "100000000000000000.0")],
)
def test_a_number_is_written_without_an_exponent(number: float, written: str) -> None:
    """The reader takes a number with an exponent for text, so an export of it could not be imported."""
    assert yaml_writing.dump({"a": number}) == f"a: {written}\n"
    assert plain_yaml.load(f"a: {written}\n").value == {"a": number}
    assert yaml_writing.is_readable(number)


@pytest.mark.parametrize("number", [1e-19, 1e300, 10**18, float("inf"), float("nan")])
def test_a_number_with_too_many_digits_is_not_readable(number: float) -> None:
    assert not yaml_writing.is_readable(number)


def test_the_form_of_lists_and_mappings_is_fixed() -> None:
    same = ["x"]
    value = {"b": [{"c": same, "d": same}, []], "a": {}}
    assert yaml_writing.dump(value) == "b:\n  - c:\n      - x\n    d:\n      - x\n  - []\na: {}\n"
