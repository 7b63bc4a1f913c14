import re
from typing import Any

from django.template.loader import get_template

from common.pages.template_loader import remove_indentation


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
