"""Create the Celery application. It imports no app: Celery finds the tasks in the modules named `tasks`."""

import os
from typing import Any

from celery import Celery, signals

from operations import heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

app = Celery("baeum")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Packages of an app with tasks of their own.
app.autodiscover_tasks(["accounts.messages", "accounts.api"])


@signals.worker_ready.connect
def start_heartbeat(sender: Any, **kwargs: Any) -> None:
    """Send heartbeats from the timer of the worker's consumer."""
    heartbeat.beat()
    sender.timer.call_repeatedly(heartbeat.INTERVAL, heartbeat.beat)
