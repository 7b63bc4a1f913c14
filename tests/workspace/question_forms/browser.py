"""What a browser without script shows of a question's form, and what it sends."""

from html.parser import HTMLParser
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string

from workspace.question_forms import QuestionForm, question_form

LESSONS = [("drift", "3-1 Drift"), ("drift#causes", "3-1 Drift: causes"), ("mlops", "3-2 MLOps")]
POOLS = ["warm-up", "final"]
BOTH = ("ko", "en")


def form_of(kind: str, fields: dict[str, Any] | None = None, **options: Any) -> QuestionForm:
    return question_form(kind, fields, **{"languages": BOTH, "lessons": LESSONS, "pools": POOLS, **options})


def page_of(form: QuestionForm) -> str:
    return render_to_string("workspace/question_forms/_form.html", {"form": form})


def sent_by(form: QuestionForm, press: str = "", **changes: str | list[str] | None) -> QueryDict:
    """Return what a browser sends: the fields of the form, with changes (None: the field is not sent) and a button."""
    reader = _Fields()
    reader.feed(page_of(form))
    assert not reader.open_elements, reader.open_elements
    data = QueryDict(mutable=True)
    for name, values in reader.found.items():
        data.setlist(name, values)
    for name, value in changes.items():
        assert name in reader.names, (name, sorted(reader.names))
        if value is None:
            data.pop(name, None)
        else:
            data.setlist(name, value if isinstance(value, list) else [value])
    if press:
        assert press in reader.buttons, (press, reader.buttons)
        data[press] = "1"
    # A browser sends line ends as two characters.
    for name, values in data.lists():
        data.setlist(name, [value.replace("\r\n", "\n").replace("\n", "\r\n") for value in values])
    return data


_VOID = {"input", "br", "hr", "img", "meta", "link"}


class _Fields(HTMLParser):
    """The controls of a page with their values, and the names of its buttons that can be pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.names: set[str] = set()
        self.buttons: list[str] = []
        self.open_elements: list[str] = []
        self.area = self.select = ""
        self.options: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open_elements.append(tag)
        if "template" in self.open_elements:
            return
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag in ("input", "textarea", "select"):
            assert name, given
            self.names.add(name)
            getattr(self, f"start_{tag}")(name, given)
        elif tag == "option":
            self.options.append(given["value"])
            if "selected" in given:
                self.found[self.select] = [given["value"]]
        elif tag == "button" and "disabled" not in given:
            self.buttons.append(name)

    def start_input(self, name: str, given: dict[str, str]) -> None:
        if given["type"] not in ("radio", "checkbox") or "checked" in given:
            self.found.setdefault(name, []).append(given.get("value", ""))

    def start_textarea(self, name: str, given: dict[str, str]) -> None:
        self.area = name
        self.found[name] = [""]

    def start_select(self, name: str, given: dict[str, str]) -> None:
        self.select = name
        self.options = []

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        assert self.open_elements.pop() == tag, tag
        if tag == "textarea" and self.area:
            # A browser drops a line end at the beginning of a text area.
            self.found[self.area][0] = self.found[self.area][0].removeprefix("\n")
            self.area = ""
        elif tag == "select" and self.select:
            self.found.setdefault(self.select, self.options[:1])
            self.select = ""
