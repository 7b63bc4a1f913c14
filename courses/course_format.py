"""Where the JSON Schema of the course format is."""

from pathlib import Path

from django.conf import settings

SCHEMA: Path = settings.BASE_DIR / "docs" / "course-format.schema.json"
