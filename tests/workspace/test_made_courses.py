"""Whatever can be made in the pages of the workspace exports, imports into a site that does not have it, and is equal."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_files import course_folder
from courses.models import Course
from tests.workspace.question_forms.browser import form_of, sent_by
from tests.workspace.question_forms.records import LINE, RECORDS, TERM, TEXT
from tests.workspace.site import Site
from workspace.drafts import records
from workspace.models import Draft

HOME = "/admin/workspace/"
# What YAML and Markdown are strict about, and anything else without control characters, which every form refuses.
PASTED = st.one_of(
    st.sampled_from(
        ["yes", "null", "~", "1", "- a", "a: b", "# a", " a", "'", '"', "|", "a\n\n  b", "<i>", "a\tb", "*a*"]
    ),
    st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=12),
)
# Most of it what people write, some of it what they paste.
SENTENCE, TITLE = (st.one_of(*[text] * 9, PASTED) for text in (TEXT, LINE))


@dataclass
class Made:
    """What a run of the property has reached, so that it cannot pass by refusing everything."""

    published: int = 0
    refused: int = 0
    kinds: set[str] = field(default_factory=set)


@dataclass
class Author:
    """Somebody who makes a course of what `data` draws."""

    site: Site
    data: st.DataObject
    languages: str
    course: Course

    @property
    def home(self) -> str:
        return f"{HOME}{self.course.slug}/"

    def post(self, path: str, values: dict[str, Any]) -> str:
        """Send values. Return the path below the course that the answer leads to; the same path if the page refused them."""
        answer = self.site.client.post(f"{self.home}{path}", values)
        assert answer.status_code in (200, 302, 400), (path, answer.status_code)
        return answer["Location"].removeprefix(self.home) if answer.status_code == 302 else path

    def texts(self, name: str, text: st.SearchStrategy[str] = TITLE) -> dict[str, str]:
        return {f"{name}_{language}": self.data.draw(text) for language in self.languages.split(",")}

    def fill(self, path: str, having: str, **values: Any) -> None:
        """Fill in the form with the field `having` and send it."""
        form = self.site.open(f"{self.home}{path}").form_with(having)
        assert set(values) <= form.names, (set(values) - form.names, path)
        self.post(path, {**form.values, **values})

    def add_lesson(self, module: str) -> None:
        path = self.post("", {"action": "add-lesson", "module": module, **self.texts("title", LINE)})
        values: dict[str, Any] = {}
        has_rubric = self.data.draw(st.booleans())
        for language in self.languages.split(","):
            bodies = self.data.draw(st.lists(SENTENCE, min_size=1, max_size=3))
            values[f"body_{language}"] = "\n\n".join(f"## {self.data.draw(TITLE)}\n\n{body}" for body in bodies)
            values[f"objectives_{language}"] = "\n".join(self.data.draw(st.lists(TITLE, max_size=2)))
            values[f"minutes_{language}"] = str(self.data.draw(st.integers(1, 90)))
            if has_rubric:
                values |= {"key_0": "a", "points_0": "2", f"criterion_0_{language}": self.data.draw(TITLE)}
                values[f"description_0_{language}"] = self.data.draw(TITLE)
        self.fill(path, f"body_{self.languages[:2]}", **values)

    def add_quiz(self, module: str) -> set[str]:
        """Return the kinds of the quiz's questions."""
        path = self.post("", {"action": "add-quiz", "module": module, **self.texts("title", LINE)})
        rules = {
            "pass_mark": self.data.draw(st.sampled_from(["60", "0", "100"])),
            "time_limit": self.data.draw(st.sampled_from(["", "20"])),
            "attempts_allowed": self.data.draw(st.sampled_from(["1", "3", ""])),
            "late_rule": self.data.draw(st.sampled_from(["accept", "deduct", "refuse"])),
        }
        self.fill(path, "pass_mark", **rules, **self.texts("intro", SENTENCE))
        kinds = set(self.data.draw(st.lists(st.sampled_from(sorted(RECORDS)), min_size=1, max_size=2)))
        for kind in sorted(kinds):
            record = {**self.in_languages(self.data.draw(RECORDS[kind])), "lesson": "", "archived": False}
            for choice in record.get("choices", []):
                choice["lesson"] = ""
            record.pop("pool", None)
            page = f"{path}new/{kind}/"
            form = self.site.open(f"{self.home}{page}").form_with("text-ko" if "ko" in self.languages else "text-en")
            self.post(
                page,
                {**form.values, **dict(sent_by(form_of(kind, record, languages=self.languages.split(","))).lists())},
            )
        return kinds

    def in_languages(self, value: Any) -> Any:
        """Return a record of Korean questions, perhaps with English texts, with texts in the languages of this course."""
        if isinstance(value, list):
            return [self.in_languages(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        if not value or not set(value) <= {"ko", "en"}:
            return {name: self.in_languages(entry) for name, entry in value.items()}
        original, *others = self.languages.split(",")
        return {original: value["ko"], **{other: value["en"] for other in others if "en" in value}}

    def add_terms(self) -> None:
        for _number in range(self.data.draw(st.integers(0, 2))):
            term, definition = self.texts("term", TERM), self.texts("definition", SENTENCE)
            self.fill("glossary/", f"term_{self.languages[:2]}", **term, **definition)

    def move_things(self) -> None:
        for slug in [key[1] for key in records.read(self.course).records if key[0] == "activity"][:3]:
            action = self.data.draw(st.sampled_from(["up", "down", "duplicate", "require", ""]))
            self.post("", {"action": action, "activity": slug})


def make(client: Client, data: st.DataObject, made: Made) -> Course:
    """Make a course and try to publish it."""
    site = Site(client)
    languages = data.draw(st.sampled_from(["ko,en", "ko,en", "en,ko", "ko", "en"]))
    before = Course.objects.latest("pk").pk
    client.post(HOME, {"title": data.draw(LINE), "languages": languages})
    course = Course.objects.get(pk__gt=before)
    author = Author(site, data, languages, course)
    for _number in range(data.draw(st.integers(1, 2))):
        author.post("", {"action": "add-module", **author.texts("title", LINE)})
    author.add_terms()
    for module, _fields in list(records.read(course).modules()):
        for add in data.draw(st.lists(st.sampled_from([author.add_lesson, author.add_quiz]), min_size=1, max_size=3)):
            made.kinds |= add(module) or set()
    author.move_things()
    client.post(f"{author.home}publish/", {"note": "", "show": "on"})
    return course


def test_whatever_is_made_exports_imports_and_is_equal(ines_client: Client, course: Course) -> None:
    made = Made()

    @given(data=st.data())
    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    def property_(data: st.DataObject) -> None:
        new = make(ines_client, data, made)
        if Draft.objects.filter(course=new).exists():
            # What keeps it from being published is said. What was typed is in the draft.
            made.refused += 1
            assert 'id="faults"' in ines_client.get(f"{HOME}{new.slug}/publish/").text
            return
        made.published += 1
        before = records.read(new).published
        with TemporaryDirectory() as folder:
            course_folder.export_folder(new, Path(folder))
            slug, latest = new.slug, Course.objects.latest("pk").pk
            Course.objects.filter(pk=new.pk).update(slug=f"{slug[:40]}-{new.pk}-old")
            course_folder.import_folder(Path(folder), now=timezone.now())
        imported = Course.objects.get(pk__gt=latest)
        assert imported.slug == slug
        assert records.read(imported).published == before

    property_()
    assert made.published > made.refused, made
    assert len(made.kinds) > 3, made
