"""Combine the apps to a site: settings, addresses and entry points. This package imports the apps; no app imports it."""

import os
import sys

if os.environ.get("BAEUM_ROLE") in ("web", "worker"):
    # Django, DRF and structlog import these if they can. Only the tools of developers bring them, and no site has a use for
    # their 10 MB. An entry None makes the import fail as if the package were missing.
    for _package in ("jinja2", "requests", "rich"):
        sys.modules.setdefault(_package, None)  # type: ignore[arg-type]

from lms.celery import app as celery_app

__all__ = ["celery_app"]
