"""Define the path of the course format's JSON Schema."""

from pathlib import Path

from django.conf import settings

SCHEMA: Path = settings.BASE_DIR / "docs" / "course-format.schema.json"
