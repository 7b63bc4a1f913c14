"""The style guide shows what the site's own files define."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db
STATIC = Path(settings.BASE_DIR) / "static" / "baeum"


def test_every_colour_and_icon_is_shown(client: Client) -> None:
    page = client.get("/styleguide/").text
    css = (STATIC / "baeum.css").read_text()
    # The dark theme defines colours only.
    colours = re.findall(r"--([a-z0-9-]+): #", css[css.index('[data-theme="dark"]') :])
    assert len(colours) > 10
    for name in colours:
        assert f"<code>--{name}</code>" in page
    for name in re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "icons.svg").read_text()):
        assert f"#{name}" in page


def test_every_icon_that_a_template_names_exists() -> None:
    icons = set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "icons.svg").read_text()))
    named: set[str] = set()
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        named.update(re.findall(r'_icon\.html" with name="([a-z-]+)"', template.read_text()))
    assert named
    assert named <= icons
