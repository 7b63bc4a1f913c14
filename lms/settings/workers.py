"""Configure Celery: the broker, the queues and the schedule."""

from typing import Any

from lms.settings.cache import REDIS_PREFIX, REDIS_URL
from lms.settings.environment import BAEUM_HOME, BAEUM_ROLE, env
from lms.settings.files import BACKUP_TO
from lms.settings.mail import BOUNCE_MAILBOX_URL

# Database rows record all work, so a lost message only delays work until the next sweep. See docs/reliability.md.
BROKER_HOME = BAEUM_HOME / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_restore_limit": 1000,
        "socket_timeout": 5,
        "global_keyprefix": f"{REDIS_PREFIX}:",
    }
    if BAEUM_ROLE in ("web", "command"):
        # Fail fast, because a request must not wait for the broker. The sweep enqueues the work again.
        CELERY_BROKER_TRANSPORT_OPTIONS |= {"socket_timeout": 1, "socket_connect_timeout": 0.5, "max_retries": 0}
else:
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT = "common.queue.filesystem_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_HOME / "messages"),
        "data_folder_out": str(BROKER_HOME / "messages"),
        "control_folder": str(BROKER_HOME / "control"),
        "processed_folder": str(BROKER_HOME / "processed"),
        "store_processed": False,
        "polling_interval": 0.05,
    }
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_VISIBILITY_TIMEOUT = 300
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 20
CELERY_TASK_TIME_LIMIT = 30
CELERY_WORKER_PREFETCH_MULTIPLIER = 1 if REDIS_URL else 16
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "grading"
# Mails have a queue of their own, so that a slow mail server does not delay grading.
CELERY_TASK_ROUTES = {
    "courses.tasks.send_weekly_summaries": {"queue": "mail"},
    "courses.tasks.send_weekly_summaries_of": {"queue": "mail"},
    "accounts.messages.tasks.send_messages": {"queue": "mail"},
    "accounts.messages.tasks.send_message": {"queue": "mail"},
    "push.tasks.send_notifications": {"queue": "mail"},
    "push.tasks.forget_notifications": {"queue": "mail"},
    "quizzes.tasks.send_grade_notices": {"queue": "mail"},
    "quizzes.tasks.send_grade_notice": {"queue": "mail"},
    # An import may take a minute. A mail can wait that long, a grade cannot.
    "exchange.tasks.run_import": {"queue": "mail"},
    "workspace.tasks.run_course_import": {"queue": "mail"},
    "courses.tasks.run_roster": {"queue": "mail"},
    # A backup takes minutes, and grading must not wait for it either.
    "operations.tasks.make_due_backup": {"queue": "mail"},
    # A course takes a second.
    "workspace.tasks.publish_due_courses": {"queue": "mail"},
    "workspace.tasks.forget_edits": {"queue": "mail"},
    # Statistics may wait for grades and mails.
    "analysis.tasks.count_graded": {"queue": "mail"},
    "analysis.tasks.recount_items": {"queue": "mail"},
    "reports.tasks.run_export": {"queue": "mail"},
    "mails.tasks.run_mailing": {"queue": "mail"},
    "announcements.tasks.send_due_announcements": {"queue": "mail"},
    "mails.tasks.queue_reminders": {"queue": "mail"},
    "mails.tasks.read_bounces": {"queue": "mail"},
    "overview.tasks.queue_teaching_weeks": {"queue": "mail"},
    "notes.tasks.forget_notes": {"queue": "mail"},
    "discussions.tasks.forget_posts": {"queue": "mail"},
    "sync.tasks.forget_operations": {"queue": "mail"},
    "uploads.tasks.remove_expired_uploads": {"queue": "mail"},
    "search.tasks.sweep_indexes": {"queue": "mail"},
    "certificates.tasks.draw_certificate": {"queue": "mail"},
    "certificates.tasks.check_certificates": {"queue": "mail"},
}
CELERY_TIMEZONE = "UTC"
# Tests of the running product make the intervals shorter: the pauses of the schedule, and how long work waits for a sweep.
SCHEDULE_FACTOR = env.float("BAEUM_SCHEDULE_FACTOR", default=1.0)


def _every(seconds: float, task: str) -> dict[str, Any]:
    """Return an entry of the schedule. A message expires when the next one of the same task is due."""
    interval = seconds * SCHEDULE_FACTOR
    return {"task": task, "schedule": interval, "options": {"expires": interval}}


CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-attempts": _every(5, "quizzes.tasks.sweep_attempts"),
    "send-weekly-summaries": _every(60, "courses.tasks.send_weekly_summaries"),
    "send-grade-notices": _every(30, "quizzes.tasks.send_grade_notices"),
    "send-messages": _every(30, "accounts.messages.tasks.send_messages"),
    "send-notifications": _every(30, "push.tasks.send_notifications"),
    "forget-notifications": _every(60 * 60, "push.tasks.forget_notifications"),
    "sweep-imports": _every(10, "exchange.tasks.sweep_imports"),
    "sweep-course-imports": _every(10, "workspace.tasks.sweep_course_imports"),
    "sweep-rosters": _every(10, "courses.tasks.sweep_rosters"),
    "publish-due-courses": _every(60, "workspace.tasks.publish_due_courses"),
    "forget-requests": _every(60 * 60, "accounts.api.tasks.forget_requests"),
    "forget-edits": _every(60 * 60, "workspace.tasks.forget_edits"),
    "send-due-announcements": _every(30, "announcements.tasks.send_due_announcements"),
    "queue-reminders": _every(300, "mails.tasks.queue_reminders"),
    "queue-teaching-weeks": _every(300, "overview.tasks.queue_teaching_weeks"),
    "sweep-indexes": _every(10, "search.tasks.sweep_indexes"),
    "forget-posts": _every(60 * 60, "discussions.tasks.forget_posts"),
    "forget-notes": _every(60 * 60, "notes.tasks.forget_notes"),
    "forget-operations": _every(60 * 60, "sync.tasks.forget_operations"),
    "remove-expired-uploads": _every(60 * 60, "uploads.tasks.remove_expired_uploads"),
    "release-due-grades": _every(30, "reports.tasks.release_due_grades"),
    "sweep-mailings": _every(10, "mails.tasks.sweep_mailings"),
    "sweep-exports": _every(60, "reports.tasks.sweep_exports"),
    "check-certificates": _every(300, "certificates.tasks.check_certificates"),
    "count-graded": _every(300, "analysis.tasks.count_graded"),
    "recount-items": _every(24 * 60 * 60, "analysis.tasks.recount_items"),
}
if BOUNCE_MAILBOX_URL:
    CELERY_BEAT_SCHEDULE["read-bounces"] = _every(120, "mails.tasks.read_bounces")
if BACKUP_TO:
    # The task decides whether a backup is due, so that a site that was off at that time makes it later.
    CELERY_BEAT_SCHEDULE["make-due-backup"] = _every(60, "operations.tasks.make_due_backup")
# Seconds after which another worker may take over an attempt that is being graded: see `Attempt.lease_until`.
GRADING_LEASE = env.int("BAEUM_GRADING_LEASE", default=60)
# Seconds without a heartbeat after which the supervisor kills a process. No request and no task may take that long.
HANG_LIMIT = env.float("BAEUM_HANG_LIMIT", default=30.0)
