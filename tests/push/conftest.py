"""A push service, and devices that are subscribed to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from tests.accounts.messages.conftest import news
from tests.api import Api, api_for
from tests.push import service
from tests.push.service import Browser, PushService

__all__ = ["news"]


@pytest.fixture
def push_service(settings: Any) -> Iterator[PushService]:
    with service.running() as found:
        settings.PUSH_ORIGINS = [found.origin]
        yield found


@pytest.fixture
def subscribed(push_service: PushService) -> Callable[..., tuple[Browser, Api]]:
    """Sign somebody in on a further device, and subscribe it: its browser, and the app with its session."""

    def subscribe(user: User, name: str = "one") -> tuple[Browser, Api]:
        browser, api = push_service.browser(name), api_for(user)
        api.post("push-subscriptions", browser.body, expect=201)
        return browser, api

    return subscribe


@pytest.fixture
def phone(subscribed: Callable[..., tuple[Browser, Api]], alice: User) -> Browser:
    """A device of Alice with notifications."""
    return subscribed(alice)[0]
