import re
from typing import Any
from uuid import UUID

import pytest
from django.template import Context, Template
from django.template.loader import get_template
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from common.pages.template_loader import remove_indentation
from common.templatetags import addresses


def source_of(name: str) -> str:
    template: Any = get_template(name)
    return str(template.template.source)


def test_indentation_is_removed_and_line_breaks_stay() -> None:
    assert remove_indentation("<ul>\n  <li>\n\t a  b\n  </li>\n</ul>\n") == "<ul>\n<li>\na  b\n</li>\n</ul>\n"


def test_elements_that_preserve_white_space_keep_it() -> None:
    for element in ("pre", "textarea", "script", "style"):
        kept = f'<{element} class="x">\n  a\n    b</{element}>'
        assert remove_indentation(f"  <p>\n  {kept}\n  {kept}\n  </p>") == f"  <p>\n{kept}\n{kept}\n</p>"
    assert remove_indentation("<prefix>\n  a</prefix>") == "<prefix>\na</prefix>"


def test_the_projects_pages_are_loaded_without_indentation() -> None:
    assert not re.search(r"\n[ \t]", source_of("base.html"))


def test_templates_of_packages_are_loaded_unchanged() -> None:
    assert re.search(r"\n[ \t]", source_of("admin/base_site.html"))


@pytest.mark.django_db
def test_pages_show_their_own_blocks_each_time(client: Client) -> None:
    for _ in range(2):
        for address, title in (("/accounts/login/", "Sign in"), ("/nowhere/", "There is nothing at this address.")):
            page = client.get(address, headers={"Accept-Language": "en"}).text
            assert re.findall(r"<title>\s*(.*?) · Baeum</title>", page) == [title]


ADDRESSES = (
    "{% url 'courses:course-list' %}",
    "{% url 'courses:course-detail' slug %}",
    "{% url 'courses:lesson-detail' slug other %}",
    "{% url 'quizzes:attempt-detail' uuid %}",
    "{% url 'quizzes:attempt-check' uuid other_uuid %}",
)


@pytest.mark.parametrize("source", ADDRESSES)
def test_an_address_is_looked_up_once_and_filled_in(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = source.split("'")[1]
    template = Template(source)
    for slug, other, number in (("a", "b-1_C", 7), ("2", "a", 8), ("slot-1-of-an-address", "x", 1)):
        values = {"slug": slug, "other": other, "uuid": UUID(int=number), "other_uuid": UUID(int=number * 3)}
        arguments = [values[argument] for argument in source[:-2].split()[3:]]
        assert template.render(Context(values)) == reverse(name, args=arguments)

    def refuse(*_arguments: Any, **_options: Any) -> str:
        raise AssertionError

    monkeypatch.setattr("django.urls.reverse", refuse)
    monkeypatch.setattr(addresses, "reverse", refuse)
    template.render(Context({"slug": "c", "other": "d", "uuid": UUID(int=9), "other_uuid": UUID(int=10)}))


@pytest.mark.parametrize("slug", ["한글", "a b", "a/b", "", None, "{0}", "<i>"])
def test_what_is_no_short_name_is_left_to_django(slug: str | None) -> None:
    ours = Template("{% url 'courses:course-detail' slug %}")
    ours.render(Context({"slug": "a"}))
    try:
        wanted = reverse("courses:course-detail", args=[slug])
    except NoReverseMatch:
        with pytest.raises(NoReverseMatch):
            ours.render(Context({"slug": slug}))
    else:
        assert ours.render(Context({"slug": slug})) == wanted


def test_an_address_can_still_be_put_into_a_variable() -> None:
    template = Template("{% url 'courses:course-list' as place %}[{{ place }}]")
    assert [template.render(Context()) for _ in range(2)] == ["[/courses/]"] * 2


def test_a_sentence_is_kept_for_each_language_and_others_are_looked_up() -> None:
    template = Template("{% load i18n %}{% translate 'Today' %}|{% translate word %}|{% translate 'Done'|upper %}")
    shown: dict[str, str] = {}
    for language in ("en", "ko", "en", "ko"):
        with translation.override(language):
            page = template.render(Context({"word": f"a & {language}"}))
            assert shown.setdefault(language, page) == page
    assert shown["en"] == "Today|a &amp; en|DONE"
    assert shown["ko"].startswith("오늘|a &amp; ko|")
