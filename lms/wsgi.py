"""WSGI entry point, served by `operations.web`."""

import asyncio
import os
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils import translation

from common.database.durability import flush_later
from common.queue import publishing
from operations import heartbeat
from operations.web.disk import UNFLUSHED

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

django_application = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request. To a server that flushes what was stored before it sends the answer, the flush is left."""
    if UNFLUSHED not in environ:
        return django_application(environ, start_response)
    with flush_later(environ[UNFLUSHED]):
        return django_application(environ, start_response)


def _warm_up() -> None:
    """Load now what requests need later: the worker processes then share its memory, and no first request waits for it.

    Views, the tables of addresses and the messages of each language, and the compiled templates. Opens no connection.
    """
    resolver = get_resolver()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            resolver.reverse_dict  # noqa: B018 (reading it builds the table)
            translation.gettext("")
    folder = settings.BASE_DIR / "templates"
    for file in sorted(folder.rglob("*.html")):
        get_template(str(file.relative_to(folder)))


_warm_up()


def on_worker_start(loop: asyncio.AbstractEventLoop) -> None:
    """Start what a worker process needs besides the application. A thread that was started before the fork would be lost."""
    # Models can be imported now that the application is made.
    from accounts.own_account.usage import usage

    publishing.start_batching()
    usage.start()
    heartbeat.beat_in_loop(loop)
