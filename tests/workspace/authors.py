"""Write a course in its drafts, as the pages of the workspace do."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from course_files.merging import Key
from courses.models import Course
from workspace.drafts import editing, outline, records
from workspace.models import Edit, Publication
from workspace.publishing import history
from workspace.publishing import publish as publishing


@dataclass
class Author:
    """A person who writes one course."""

    user: User
    course: Course

    def save(self, changes: dict[Key, Any], action: Edit.Action = Edit.Action.CHANGE) -> Edit | None:
        return editing.save(
            self.course, changes, editor=self.user, action=action, subject="", now=timezone.now()
        )  # fmt: skip

    def read(self) -> records.DraftedCourse:
        return records.read(self.course)

    def add_lesson(self, title: str, *, body: str) -> str:
        """Add a lesson with the same text in both languages to the first module. Return its slug."""
        drafted = self.read()
        module = next(drafted.modules())[0]
        key, changes = outline.add_lesson(drafted, module, {"ko": title, "en": title})
        for language in drafted.languages:
            edition = changes["edition", key[1], language]
            assert edition is not None
            edition["body"] = body
        self.save(changes, Edit.Action.ADD)
        return key[1]

    def add_quiz(self, title: str) -> str:
        drafted = self.read()
        key, changes = outline.add_quiz(drafted, next(drafted.modules())[0], {"ko": title, "en": title})
        self.save(changes, Edit.Action.ADD)
        return key[1]

    def add_question(self, quiz: str, key: str, fields: dict[str, Any]) -> None:
        record = self.read().records["quiz", quiz]
        self.save(
            {("quiz", quiz): {**record, "questions": [*record["questions"], key]}, ("question", quiz, key): fields},
            Edit.Action.ADD,
        )

    def change_edition(self, slug: str, language: str, **fields: Any) -> Edit | None:
        record = self.read().records["edition", slug, language]
        return self.save({("edition", slug, language): {**record, **fields}})

    def publish(self) -> Publication:
        return publishing.publish(self.course, editor=self.user, now=timezone.now()).publication

    def undo(self, edit: Edit) -> None:
        editing.undo(edit, editor=self.user, now=timezone.now())

    def restore(self, publication: Publication) -> None:
        history.restore(publication, editor=self.user, now=timezone.now())
