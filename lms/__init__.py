"""Combine the apps to a site: settings, addresses and entry points. This package imports the apps; no app imports it."""

from lms.celery import app as celery_app

__all__ = ["celery_app"]
