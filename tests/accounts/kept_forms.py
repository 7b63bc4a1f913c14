"""Sign in after the session has ended, and read the form that is offered again."""

import html
import re
from typing import Any

from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD


def sign_in(client: Client, user: User, to: str) -> Any:
    """Sign in by the form, as somebody who was sent there, and follow to the page that was wanted."""
    found = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD, "next": to}, follow=True)
    assert found.status_code == 200
    return found


def hidden(page: str) -> dict[str, str]:
    form = page[page.index("<h1>Not sent yet") :]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}
