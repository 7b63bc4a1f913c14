"""A kind of messages for tests: about a course, to its students, with the templates that docs/messages.md shows."""

import copy
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings as current
from django.utils.functional import Promise

from accounts.models import User
from common.mail.text import isolated
from common.messages.kinds import Entry, MessageKind
from courses.models import Course

PAGE = (Path(__file__).parents[3] / "docs" / "messages.md").read_text(encoding="utf-8")
TEMPLATES = {"subject.txt": "subject", "body.txt": "text", "body.html": "html"}


def listing(language: str) -> str:
    """The one listing of the documentation in this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def write_templates(folder: Path, settings: Any) -> None:
    """Write the templates of the documentation, and let Django find them before the others."""
    target = folder / "emails" / "courses"
    target.mkdir(parents=True)
    for part, language in TEMPLATES.items():
        (target / f"student_joined.{part}").write_text(listing(language), encoding="utf-8")
    templates: list[dict[str, Any]] = copy.deepcopy(current.TEMPLATES)
    templates[0]["DIRS"] = [folder, *templates[0]["DIRS"]]
    settings.TEMPLATES = templates


class CourseNews(MessageKind):
    name = "course-news"
    title: str | Promise = "News of courses"
    description: str | Promise = "Something new in your course."
    templates = "courses/student_joined"

    def recipients(self, about: Course) -> Iterable[int]:
        return about.enrolments.values_list("user", flat=True)

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        return {
            str(course.pk): Entry(
                f"{isolated(user.name)}: news of {course.title}", course.get_absolute_url(), {"course": course}
            )
            for course in Course.objects.filter(pk__in=references, enrolments__user=user)
        }


class AtOnce(CourseNews):
    name = "course-alarm"
    is_essential = True
    bundled_within = timedelta(0)
