"""Read a course as its authors see it: the published records with the drafts over them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from common import languages
from course_files.course.stored import StoredCourse, get_stored_course
from course_files.merging import Fields, Key, digest
from course_files.quizzes.stored import StoredQuizzes, get_stored_quizzes
from courses.models import Course
from workspace.models import Draft, StoredFile

COURSE: Key = ("course",)


def text_of_key(key: Key) -> str:
    return "/".join(key)


def key_of_text(text: str) -> Key:
    return tuple(text.split("/"))


@dataclass(slots=True)
class DraftedCourse:
    """A course with its drafts. `records` are the records as drafted; removed ones are left out."""

    course: Course
    stored: StoredCourse
    quizzes: StoredQuizzes
    drafts: dict[Key, Draft]
    published: dict[Key, Fields] = field(default_factory=dict)
    records: dict[Key, Fields] = field(default_factory=dict)

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
    stored = get_stored_course(course.slug)
    quizzes = get_stored_quizzes(course)
    drafts = {key_of_text(draft.key): draft for draft in Draft.objects.filter(course=course).select_related("editor")}
    published = {**stored.records, **quizzes.records}
    records = {key: fields for key, fields in published.items() if key not in drafts}
    records |= {key: draft.fields for key, draft in drafts.items() if draft.fields is not None}
    return DraftedCourse(course, stored, quizzes, drafts, published, records)


def file_content(course: Course, name: str, sha256: str) -> bytes:
    """Return the content of a course file with this SHA-256. Raises StoredFile.DoesNotExist."""
    kept = StoredFile.objects.filter(course=course, sha256=sha256).first()
    if kept is not None:
        return bytes(kept.content)
    published = course.assets.filter(name=name).first()
    if published is None:
        raise StoredFile.DoesNotExist
    return bytes(published.content)


def file_contents(drafted: DraftedCourse) -> dict[str, bytes]:
    """Return {name: content} of the course's files as drafted. Two queries."""
    wanted = {key[1]: fields["sha256"] for key, fields in drafted.records.items() if key[0] == "asset"}
    contents = {asset.name: bytes(asset.content) for asset in drafted.course.assets.all() if asset.name in wanted}
    changed = {name for name in wanted if ("asset", name) in drafted.drafts}
    kept = {
        row.sha256: bytes(row.content)
        for row in StoredFile.objects.filter(course=drafted.course, sha256__in=[wanted[name] for name in changed])
    }
    return contents | {name: kept[wanted[name]] for name in changed if wanted[name] in kept}
