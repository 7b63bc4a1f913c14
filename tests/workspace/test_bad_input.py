"""Nonsense in every form of the workspace is answered in words. The test client raises what would be a server error."""

import re

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Course
from tests.workspace.site import Site
from tests.workspace.test_access import make_written, urls

NONSENSE = ["", "\x00", "x" * 5000, "-1", "1e999", "💥\u202e\r\n", "../..", "[]", "99999999999999999999"]


@pytest.mark.parametrize("value", NONSENSE, ids=ascii)
def test_no_form_is_a_server_error(ines: User, ines_client: Client, course: Course, value: str) -> None:
    author = make_written(ines, course)
    site = Site(ines_client)
    for url in urls(author):
        if re.search(r"/(discard|undo/\d+|export)/$|figure\.png", url):
            continue
        site.page = ines_client.get(url, follow=True)
        for form in site.read().forms:
            if form.method == "post" and re.search("/admin/(workspace|reports|announcements)/", form.action):
                fields = {name: value for name in form.names if name != "csrfmiddlewaretoken"}
                for name, button in form.buttons[:4] or [("", "")]:
                    answer = ines_client.post(form.action, {**fields, **({name: button} if name else {})})
                    assert answer.status_code < 500, (form.action, name)
    # An action that no button has, and places that are not there.
    for action in ("move", "up", "rename-module", "require", "nothing", value):
        data = {"action": action, "activity": value, "module": value, "position": value, "key": value}
        assert ines_client.post("/admin/workspace/statistics/", data).status_code in (302, 400)
