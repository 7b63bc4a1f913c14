"""Each number of the staff's first page has one definition: in the data dictionary, on the page, and in one function."""

import re

import pytest
from django.test import Client
from django.utils import translation
from django.utils.module_loading import import_string

from accounts.models import User
from courses.overviews.definitions import Definition, get_definitions
from tests.product import ROOT

DICTIONARY = (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("definition", get_definitions(), ids=lambda each: each.name)
def test_the_data_dictionary_says_the_same(definition: Definition) -> None:
    with translation.override("en"):
        row = f"| {definition.label} | {definition.unit} | {definition.text} | `{definition.computed_by}` |"
    assert row.replace("| ", f'| <a id="{definition.name}"></a>', 1) in DICTIONARY
    assert callable(import_string(definition.computed_by))


def test_every_anchor_of_the_data_dictionary_is_a_definition() -> None:
    assert sorted(re.findall(r'<a id="(\w+)">', DICTIONARY)) == sorted(each.name for each in get_definitions())


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_has_an_anchor_for_each_in_both_languages(ines_client: Client, ines: User, language: str) -> None:
    User.objects.filter(pk=ines.pk).update(language=language)
    html = ines_client.get("/admin/overview/definitions/", headers={"Accept-Language": language}).content.decode()
    for definition in get_definitions():
        assert f'id="{definition.name}"' in html
    with translation.override(language):
        assert str(get_definitions()[0].text) in html


def test_only_staff_read_it(client: Client, alice_client: Client) -> None:
    for one in (client, alice_client):
        assert one.get("/admin/overview/definitions/").status_code == 302
