"""Bodies of requests: fields that are not declared, and values of another JSON type, at every depth."""

from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from common.api.serializers import InputSerializer


class Inner(InputSerializer):
    count = serializers.IntegerField()


class Outer(InputSerializer):
    name = serializers.CharField(required=False, allow_null=True)
    uuid = serializers.UUIDField(required=False)
    on = serializers.DateField(required=False)
    at = serializers.DateTimeField(required=False)
    kind = serializers.ChoiceField(choices=["a", "b"], required=False)
    is_on = serializers.BooleanField(required=False)
    share = serializers.FloatField(required=False)
    points = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)
    names = serializers.ListField(child=serializers.CharField(), required=False)
    named = serializers.DictField(child=serializers.IntegerField(), required=False)
    anything = serializers.JSONField(required=False)
    inner = Inner(required=False)
    inners = Inner(many=True, required=False)


def errors_of(body: Any) -> Any:
    with pytest.raises(ValidationError) as refused:
        Outer.read(body)
    return refused.value.detail


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", 5),
        ("name", False),
        ("uuid", 5),
        ("on", 20260302),
        ("at", 1772420400),
        ("kind", 0),
        ("is_on", 1),
        ("is_on", "yes"),
        ("share", "0.5"),
        ("share", True),
        ("points", 5),
        ("names", [1]),
        ("names", "x"),
        ("names", {"0": "x"}),
        ("named", {"x": "1"}),
        ("named", {"x": True}),
        ("inner", {"count": "1"}),
        ("inner", {"count": 1.0}),
        ("inner", {"count": 1, "cuont": 2}),
        ("inner", 5),
        ("inners", [{"count": 1, "cuont": 2}]),
    ],
)
def test_a_value_of_another_json_type_is_refused_by_name(name: str, value: Any) -> None:
    assert list(errors_of({name: value})) == [name]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": None},
        {"share": 1},
        {"share": 0.5},
        {"points": "1.50"},
        {"names": ["a"], "named": {"x": 1}},
        {"anything": [1, "x", None]},
        {"inner": {"count": 1}, "inners": [{"count": 2}]},
        {"on": "2026-03-02", "at": "2026-03-02T03:00:00Z", "kind": "a"},
    ],
)
def test_values_of_the_declared_types_are_read(body: Any) -> None:
    assert set(Outer.read(body)) == set(body)


def test_one_answer_names_everything_that_is_wrong() -> None:
    assert set(errors_of({"nmae": "x", "kind": "c", "is_on": "no", "name": "fine"})) == {"nmae", "kind", "is_on"}


def test_an_unknown_field_of_an_inner_object_is_named_in_it() -> None:
    assert set(errors_of({"inner": {"count": 1, "cuont": 2}})["inner"]) == {"cuont"}
