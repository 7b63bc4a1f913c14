"""Say which processes a site consists of, and how each is started."""

import json
import sys
from typing import Any

from django.conf import settings

from operations import scheduler
from operations.supervisor import Child

# Settings of Celery that the scheduler needs to publish a message.
SCHEDULER_SETTINGS = (
    "broker_url",
    "broker_transport",
    "broker_transport_options",
    "task_default_queue",
    "task_ignore_result",
    "task_publish_retry",
    "timezone",
    "accept_content",
)


def processes(host: str, port: int) -> list[Child]:
    """Return the processes of one site. With a mail server, mails have a worker of their own and delay no grading.

    Without Redis the worker has no child processes, so the scheduler is a thread of it, which takes 28 MB less.
    """
    queues = {"worker": "grading,mail"} if settings.INBOX else {"worker": "grading", "mail-worker": "mail"}
    workers = [_worker(name, queue, port) for name, queue in queues.items()]
    if settings.REDIS_URL:
        return [_web(host, port), *workers, _beat()]
    first, *others = workers
    return [_web(host, port), first._replace(environment={**first.environment, **_schedule()}), *others]


def _web(host: str, port: int) -> Child:
    # Run as modules: console scripts contain the path in which the environment was created.
    command = [sys.executable, "-m", "operations.web", "lms.wsgi:application", "--host", host, "--port", str(port)]
    return Child("web", command, {"BAEUM_ROLE": "web", "PORT": str(port)})


def _worker(name: str, queue: str, port: int) -> Child:
    pool = "prefork" if settings.REDIS_URL else "threads"
    return Child(
        name,
        [sys.executable, "-m", "operations.worker", "lms", f"{name}@%h", queue, pool],
        {
            "BAEUM_ROLE": "worker",
            "PORT": str(port),
            "TMPDIR": str(settings.BAEUM_HOME / "tmp"),
            # Celery would run Django's system checks, which import all views.
            "CELERY_SKIP_CHECKS": "1",
            # Celery warns at every start when it runs as root.
            "PYTHONWARNINGS": "ignore",
        },
    )


def _beat() -> Child:
    # A process of its own: a scheduler inside a worker with child processes survives when the worker is killed.
    environment = {"BAEUM_ROLE": "beat", "PYTHONWARNINGS": "ignore", **_schedule()}
    return Child("beat", [sys.executable, "-m", "operations.scheduler"], environment)


def _schedule() -> dict[str, str]:
    plan = {"lock": str(settings.BAEUM_HOME / "scheduler.lock"), "celery": _scheduler_settings()}
    return {scheduler.VARIABLE: json.dumps(plan)}


def _scheduler_settings() -> dict[str, Any]:
    named = {name: getattr(settings, f"CELERY_{name.upper()}", None) for name in SCHEDULER_SETTINGS}
    chosen = {name: value for name, value in named.items() if value is not None}
    # The scheduler tries again by itself; see operations.scheduler.
    chosen["broker_connection_max_retries"] = 1
    chosen["beat_schedule"] = {
        name: {**entry, "options": {**entry.get("options", {}), **settings.CELERY_TASK_ROUTES.get(entry["task"], {})}}
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
    }
    return chosen
