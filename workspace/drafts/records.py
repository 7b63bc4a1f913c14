"""Read a course as its authors see it: the published records with the drafts over them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from common import languages
from course_files.course.grading import GRADING
from course_files.course.stored import StoredCourse, get_stored_course
from course_files.merging import Fields, Key, digest
from course_files.quizzes.stored import StoredQuizzes, get_stored_quizzes
from courses.models import Course
from workspace.drafts.published import get_records
from workspace.models import Draft, StoredFile

COURSE: Key = ("course",)


def text_of_key(key: Key) -> str:
    return "/".join(key)


def key_of_text(text: str) -> Key:
    return tuple(text.split("/"))


@dataclass
class DraftedCourse:
    """A course with its drafts.

    `published` are the records that students see, at `revision`. `records` are those as drafted; removed ones are left out.
    Requests share the published records, so nothing may modify a record.
    """

    course: Course
    revision: UUID
    drafts: dict[Key, Draft]
    published: dict[Key, Fields]
    records: dict[Key, Fields]

    @cached_property
    def stored(self) -> StoredCourse:
        """Return the rows that publishing the drafts needs. A page that shows drafts does not ask for them."""
        return get_stored_course(self.course.slug, only=self.drafts)

    @cached_property
    def quizzes(self) -> StoredQuizzes:
        """Return the rows of the quizzes that the drafts change."""
        return self.stored_quizzes({key[1] for key in self.drafts if key[0] in ("quiz", "question")})

    def stored_quizzes(self, slugs: Collection[str]) -> StoredQuizzes:
        """Return the rows of the quizzes and checks of these activities."""
        return get_stored_quizzes(self.course, only=slugs)

    @property
    def languages(self) -> list[str]:
        """Return the languages of the course. The first one is the original."""
        found: list[str] = self.records[COURSE]["languages"]
        return found

    def token(self, key: Key) -> str:
        """Return a text that changes with the drafted record. A form sends it back, so that a change in between is noticed."""
        return digest(self.records[key])[:16] if key in self.records else ""

    def modules(self) -> Iterator[tuple[str, Fields]]:
        """Yield the modules in the order of the outline."""
        for slug in self.records[COURSE]["modules"]:
            if ("module", slug) in self.records:
                yield slug, self.records["module", slug]

    def activities(self) -> Iterator[tuple[str, Fields]]:
        """Yield the visible activities in the order of the outline."""
        for _slug, module in self.modules():
            for slug in module["activities"]:
                if ("activity", slug) in self.records:
                    yield slug, self.records["activity", slug]

    def module_of(self, activity: str) -> str | None:
        """Return the module that an activity is in, or None if it is archived."""
        return next((slug for slug, module in self.modules() if activity in module["activities"]), None)

    def title(self, key: Key) -> str:
        """Return the title of a course, module, activity or question: in the reader's language, else in the original one."""
        texts = self.titles(key)
        order = (languages.active(), *self.languages)
        return next((texts[language] for language in order if texts.get(language)), key[-1])

    def titles(self, key: Key) -> dict[str, str]:
        """Return the titles by language. Those of a lesson stand in its editions; a question has its text."""
        fields = self.records.get(key) or self.published.get(key) or {}
        if key[0] == "activity" and fields.get("kind") == "lesson":
            editions = {language: self._either("edition", key[1], language) for language in self.languages}
            return {language: edition["title"] for language, edition in editions.items() if edition}
        if key == GRADING:
            return self.titles(COURSE)
        if key[0] in ("edition", "quiz"):
            return self.titles(("activity", key[1]))
        found: dict[str, str] = fields.get({"question": "text", "term": "term"}.get(key[0], "title")) or {}
        return found

    def is_changed(self, key: Key) -> bool:
        return key in self.drafts

    def _either(self, *key: str) -> Fields | None:
        return self.records.get(key) or self.published.get(key)


def read(course: Course) -> DraftedCourse:
    """Return the course with its drafts. The number of queries does not depend on its size."""
    revision, published = get_records(course)
    drafts = {key_of_text(draft.key): draft for draft in Draft.objects.filter(course=course).select_related("editor")}
    records = {key: fields for key, fields in published.items() if key not in drafts}
    records |= {key: draft.fields for key, draft in drafts.items() if draft.fields is not None}
    return DraftedCourse(course, revision, drafts, published, records)


def file_content(course: Course, name: str, sha256: str) -> bytes:
    """Return the content of a course file with this SHA-256. Raises StoredFile.DoesNotExist."""
    kept = StoredFile.objects.filter(course=course, sha256=sha256).first()
    if kept is not None:
        return bytes(kept.content)
    published = course.assets.filter(name=name).first()
    if published is None:
        raise StoredFile.DoesNotExist
    return bytes(published.content)


def file_contents(drafted: DraftedCourse, *, only: Collection[str] | None = None) -> dict[str, bytes]:
    """Return {name: content} of the course's files as drafted, or of those named in `only`. Two queries, or none."""
    wanted = {
        key[1]: fields["sha256"]
        for key, fields in drafted.records.items()
        if key[0] == "asset" and (only is None or key[1] in only)
    }
    if not wanted:
        return {}
    changed = {name for name in wanted if ("asset", name) in drafted.drafts}
    stored = drafted.course.assets.filter(name__in=wanted.keys() - changed)
    contents = {asset.name: bytes(asset.content) for asset in stored}
    kept = {
        row.sha256: bytes(row.content)
        for row in StoredFile.objects.filter(course=drafted.course, sha256__in=[wanted[name] for name in changed])
    }
    return contents | {name: kept[wanted[name]] for name in changed if wanted[name] in kept}
