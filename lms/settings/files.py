"""Configure static files and uploads."""

from pathlib import Path

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
