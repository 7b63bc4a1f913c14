"""Wire the apps together: settings, addresses and entry points. It imports every app; no app imports it."""

from lms.celery import app as celery_app

__all__ = ["celery_app"]
