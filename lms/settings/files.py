"""Configure static files, uploads and backups."""

from datetime import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from lms.settings.environment import BAEUM_HOME, BASE_DIR, PRODUCTION, env

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BAEUM_HOME / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = BAEUM_HOME / "uploads"
# The build of the image runs collectstatic. `./run` in a checkout serves the source folders.
COLLECTED = env.bool("BAEUM_STATIC_COLLECTED", default=PRODUCTION)
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_MAX_AGE = 60 * 60 * 24 * 365 if not COLLECTED else 60
STORAGES = {
    "default": {"BACKEND": "common.files.storage.WholeFileStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if COLLECTED
            else "common.pages.static.FingerprintedStorage"
        )
    },
}
# /readyz reports a disk with less free space than this.
MIN_FREE_BYTES = env.int("BAEUM_MIN_FREE_MB", default=200) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

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
