"""Backups by a schedule."""

from datetime import time

from django.core.exceptions import ImproperlyConfigured

from lms.settings.environment import env

# A folder or s3://bucket/prefix. Without it no backup is made by itself.
BACKUP_TO = env.str("BAEUM_BACKUP_TO", default="")
BACKUP_KEEP = env.int("BAEUM_BACKUP_KEEP", default=7)
if BACKUP_KEEP < 1:
    raise ImproperlyConfigured("BAEUM_BACKUP_KEEP is the number of backups to keep, at least 1.")
# The time of day in the site's time zone.
try:
    BACKUP_AT = time.fromisoformat(env.str("BAEUM_BACKUP_AT", default="03:30"))
except ValueError as wrong:
    raise ImproperlyConfigured("BAEUM_BACKUP_AT is a time of day such as 03:30.") from wrong
if BACKUP_AT.tzinfo is not None:
    raise ImproperlyConfigured("BAEUM_BACKUP_AT is a time of day in the site's time zone, such as 03:30.")
