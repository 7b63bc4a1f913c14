"""Which part of a file a request asks for."""

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from common.files import ranges

TAG = '"abc"'


def find(header: str, *, size: int = 10, method: str = "GET", if_range: str | None = None) -> range | None:
    request = RequestFactory().generic(
        method, "/", headers={"Range": header} | ({"If-Range": if_range} if if_range else {})
    )
    return ranges.find_range(request, size=size, tag=TAG)


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", range(10)),
        ("bytes=4-", range(4, 10)),
        ("bytes=4-4", range(4, 5)),
        ("bytes=4-99", range(4, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
        (" bytes=9- ", range(9, 10)),
    ],
)
def test_a_part_is_found(header: str, part: range) -> None:
    assert find(header) == part


NO_RANGES = (
    "", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=1-2,4-5", "lines=1-2", "bytes=1", "bytes=٣-", f"bytes={'9' * 19}-"
)  # fmt: skip


@pytest.mark.parametrize("header", NO_RANGES)
def test_what_is_no_single_range_is_ignored(header: str) -> None:
    assert find(header) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=999999-", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
)
def test_a_part_behind_the_end_is_refused_with_the_length(header: str, size: int) -> None:
    with pytest.raises(ranges.RangeNotSatisfiable) as refused:
        find(header, size=size)
    assert refused.value.headers == {"Content-Range": f"bytes */{size}"}


def test_only_a_get_of_the_named_state_is_answered_with_a_part() -> None:
    assert find("bytes=1-2", if_range=TAG) == range(1, 3)
    assert find("bytes=1-2", if_range='"other"') is None
    assert find("bytes=1-2", if_range=f"W/{TAG}") is None
    assert find("bytes=1-2", if_range="Mon, 02 Mar 2026 09:00:00 GMT") is None
    assert find("bytes=1-2", method="HEAD") is None
    assert find("bytes=99-", if_range='"other"') is None


@given(st.text(max_size=30), st.integers(0, 20))
def test_no_text_is_an_error(header: str, size: int) -> None:
    request = RequestFactory().get("/")
    request.META["HTTP_RANGE"] = f"bytes={header}"
    try:
        part = ranges.find_range(request, size=size, tag=TAG)
    except ranges.RangeNotSatisfiable:
        return
    assert part is None or (0 <= part.start < part.stop <= size)
