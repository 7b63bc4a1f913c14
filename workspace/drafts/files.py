"""Add files to the drafts of a course, and find where they are used."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from course_files.course.parsing import asset_record
from course_files.merging import Fields, Key
from courses.models import Course
from workspace.drafts import editing
from workspace.drafts.records import DraftedCourse
from workspace.models import Edit, StoredFile


def add(course: Course, name: str, content: bytes, *, editor: User, now: datetime) -> Edit | None:
    """Add a file to the draft. Return the edit, or None if the course has just this file already."""
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        StoredFile.objects.get_or_create(course=course, sha256=digest, defaults={"content": content})
        key: Key = ("asset", name)
        return editing.save(
            course, {key: asset_record(content)}, editor=editor, action=Edit.Action.ADD, subject=name, now=now
        )


def store(course: Course, files: Mapping[str, bytes]) -> dict[Key, Fields | None]:
    """Store the content of files, and return the changes that add them to the draft. Two queries, or none."""
    contents = {hashlib.sha256(content).hexdigest(): content for content in files.values()}
    if contents:
        StoredFile.objects.bulk_create(
            [StoredFile(course=course, sha256=digest, content=content) for digest, content in contents.items()],
            ignore_conflicts=True,
        )
    return {("asset", name): asset_record(content) for name, content in files.items()}


def uses(drafted: DraftedCourse) -> dict[str, list[str]]:
    """Return {file name: slugs of the lessons and quizzes whose texts name it}."""
    found: dict[str, list[str]] = {key[1]: [] for key in drafted.records if key[0] == "asset"}
    for key, fields in drafted.records.items():
        if key[0] in ("edition", "question", "quiz"):
            for name in set(re.findall(r"assets/([A-Za-z0-9][A-Za-z0-9._-]*)", str(fields))):
                if name in found and key[1] not in found[name]:
                    found[name].append(key[1])
    return found
