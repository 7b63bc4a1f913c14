"""The kind and size of a picture are read from its header, and a course shows only still pictures of a sensible size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.markup import pictures
from common.markup.pictures import Header
from tests.pictures import animation, declared, picture

STILL = {
    "png": picture("PNG", (8, 5)),
    "png, 16 bit": picture("PNG", (8, 5), "I;16"),
    "jpeg": picture("JPEG", (8, 5)),
    "jpeg, progressive": picture("JPEG", (8, 5), progressive=True),
    "jpeg, CMYK": picture("JPEG", (8, 5), "CMYK"),
    "jpeg, with metadata": picture("JPEG", (8, 5), comment=b"x" * 5000, dpi=(72, 72)),
    "webp": picture("WEBP", (8, 5)),
    "webp, lossless": picture("WEBP", (8, 5), lossless=True),
    "webp, with alpha": picture("WEBP", (8, 5), "RGBA", icc_profile=b"x" * 100),
}


@pytest.mark.parametrize("name", STILL)
def test_the_header_of_a_still_picture(name: str) -> None:
    kind = name.partition(",")[0]
    assert pictures.read_header(STILL[name]) == Header(kind, 8, 5)  # type: ignore[arg-type]
    assert pictures.problem(STILL[name], name=f"x.{kind}") == ""


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind: str) -> None:
    content = animation(kind)
    assert pictures.read_header(content) == Header(kind.lower(), 8, 5, animated=True)  # type: ignore[arg-type]
    assert pictures.problem(content, name=f"x.{kind.lower()}").startswith("This picture moves")


def test_a_small_file_that_declares_a_huge_picture_is_refused() -> None:
    content = declared(60_000, 60_000)
    assert len(content) < 100
    assert pictures.problem(content, name="x.png") == "This picture has more than 50 million pixels."


@pytest.mark.parametrize("content", [b"", b"words", b"GIF89a", STILL["jpeg"], declared(0, 5)])
def test_a_file_that_is_not_what_its_name_says_is_refused(content: bytes) -> None:
    assert pictures.problem(content, name="x.png").startswith("This is not a picture of the kind")


@given(st.sampled_from(sorted(STILL)), st.data())
def test_any_part_of_a_picture_has_its_header_or_none(name: str, data: st.DataObject) -> None:
    content = STILL[name]
    part = content[: data.draw(st.integers(0, len(content)))]
    header = pictures.read_header(part)
    assert header is None or (header.width, header.height) == (8, 5)
