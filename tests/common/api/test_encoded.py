"""Answers that are joined from encoded parts are the same JSON as answers that are encoded as a whole."""

import json

import pytest
from rest_framework.renderers import JSONRenderer

from common.api import encoded

TEXTS = {"plain": "a", "quoted": '"\\', "hangul": "배움", "separator": "\u2028", "control": "\x00\n"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_joined_parts_are_the_whole(text: str) -> None:
    shared, own, items = {"title": text, "left_out": 1}, {"done": True, "at": text}, [{"name": text}, {}]

    parts = encoded.with_members(encoded.encode_without(shared, ["left_out"]), own)
    joined = encoded.with_list(parts, "items", [encoded.encode(item) for item in items])

    assert json.loads(joined) == {"title": text, **own, "items": items}
    assert json.loads(encoded.with_list(parts, "items", [])) == {"title": text, **own, "items": []}


def test_it_is_written_as_other_answers_are() -> None:
    whole = {"title": "배움", "number": 1, "own": None, "items": [1, 2]}

    joined = encoded.with_members(encoded.encode_without(whole, ["own", "items"]), {"own": None})

    assert encoded.with_list(joined, "items", [b"1", b"2"]) == JSONRenderer().render(whole)
