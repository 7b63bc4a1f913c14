"""Every form of the admin, sent empty, filled in and filled with nonsense, with a row more in each inline: no server error.

The test client raises what would be a server error.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.forms.models import ModelChoiceField
from django.test import Client

from courses.models import Cohort, Enrolment
from tests.lms import admin_world
from tests.lms.admin_world import Place
from tests.lms.test_admin import address, data_of, root

__all__ = ["root"]

place = admin_world.place

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)


def plausible(field: Any) -> Any:
    """Return a value that a person might enter."""
    if isinstance(field, ModelChoiceField):
        rows: Any = field.queryset
        row = rows.first()
        return row.pk if row else ""
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return next((value for value, _label in choices if value), "")
    if isinstance(field, forms.JSONField):
        return "[]" if isinstance(field.initial, list) else "{}"
    by_type: list[tuple[type[forms.Field], Any]] = [
        (forms.BooleanField, "on"),
        (forms.EmailField, f"{admin_world.CANARY}@example.com"),
        (forms.SlugField, "new-one"),
        (forms.UUIDField, "00000000-0000-4000-8000-000000000000"),
        (forms.IntegerField, "1"),
        (forms.DecimalField, "1"),
        (forms.DateField, "2030-01-01"),
    ]
    return next((value for kind, value in by_type if isinstance(field, kind)), "Text")


def empty(field: forms.Field) -> Any:
    return ""


def nonsense(field: forms.Field) -> Any:
    return "\u0001'\"<{[-1e999"


def typed(form: Any, value: Callable[[forms.Field], Any], prefix: str) -> dict[str, Any]:
    """Return what the browser sends if a person enters the values."""
    data: dict[str, Any] = {}
    for name, field in form.fields.items():
        html_name = f"{prefix}{name}"
        if name == "DELETE" or isinstance(field.widget, forms.HiddenInput):
            continue
        if isinstance(field, forms.SplitDateTimeField):
            is_date = value is plausible
            data |= {f"{html_name}_0": "2030-01-01" if is_date else value(field), f"{html_name}_1": "10:00"}
        elif value is not empty or not isinstance(field, forms.BooleanField):
            data[html_name] = value(field)
    return data


def submissions(page: Any) -> Iterator[dict[str, Any]]:
    """Yield the forms of the page: as they are, and with values in each field and in a new row of each inline."""
    unchanged = data_of(page)
    yield unchanged
    for value in (empty, plausible, nonsense):
        data = unchanged | typed(page.context["adminform"].form, value, "")
        for inline in page.context["inline_admin_formsets"]:
            formset = inline.formset
            if inline.has_add_permission and formset.max_num:
                number = formset.total_form_count()
                data |= typed(formset.empty_form, value, f"{formset.prefix}-{number}-")
                data |= {f"{formset.prefix}-TOTAL_FORMS": number + 1, f"{formset.prefix}-{number}-id": ""}
        yield data


@pytest.mark.parametrize("who", ["root", "ines_client"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_no_form_is_a_server_error(place: Place, model: Any, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    label = model._meta.label_lower
    row = place.row_of(model) or (model._default_manager.first() if who == "root" else None)
    for url in (address(label, "add"), *([address(label, "change", row.pk)] if row else [])):
        page = client.get(url)
        if page.status_code != 200 or "adminform" not in (page.context or {}):
            assert page.status_code in (200, 302, 403), url
            continue
        for data in submissions(page):
            assert client.post(url, data).status_code in (200, 302, 403), (url, data)


@pytest.mark.parametrize(("label", "made"), [("courses.cohort", Cohort), ("courses.enrolment", Enrolment)])
def test_plausible_values_make_a_row(root: Client, place: Place, label: str, made: Any) -> None:
    """Else the test above would send nothing that gets as far as saving."""
    Enrolment.objects.all().delete()
    before = made.objects.count()
    for data in submissions(root.get(address(label, "add"))):
        root.post(address(label, "add"), data)
    assert made.objects.count() > before
