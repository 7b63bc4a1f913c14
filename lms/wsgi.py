"""WSGI entry point, served by `operations.web`."""

import asyncio
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from common.queue import publishing
from operations import heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

application = get_wsgi_application()

# Import the views now, so that the first request does not wait for the import and the worker processes share them.
get_resolver().url_patterns  # noqa: B018 (reading it imports them)


def on_worker_start(loop: asyncio.AbstractEventLoop) -> None:
    """Start what a worker process needs besides the application. A thread that was started before the fork would be lost."""
    publishing.start_batching()
    heartbeat.beat_in_loop(loop)
