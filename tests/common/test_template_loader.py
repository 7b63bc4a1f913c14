import re

from django.template.loader import get_template

from common.template_loader import unindented


def test_indentation_is_left_out_and_line_breaks_stay() -> None:
    assert unindented("<ul>\n  <li>\n\t a  b\n  </li>\n</ul>\n") == "<ul>\n<li>\na  b\n</li>\n</ul>\n"


def test_what_shows_its_white_space_keeps_it() -> None:
    for element in ("pre", "textarea", "script", "style"):
        kept = f'<{element} class="x">\n  a\n    b</{element}>'
        assert unindented(f"  <p>\n  {kept}\n  {kept}\n  </p>") == f"  <p>\n{kept}\n{kept}\n</p>"
    assert unindented("<prefix>\n  a</prefix>") == "<prefix>\na</prefix>"


def test_the_projects_pages_are_loaded_like_this_and_others_as_they_are() -> None:
    ours, others = (get_template(name).template for name in ("base.html", "admin/base_site.html"))
    assert not re.search(r"\n[ \t]", ours.source)
    assert re.search(r"\n[ \t]", others.source)
