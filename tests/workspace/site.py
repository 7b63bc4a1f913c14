"""Use pages as a browser without script does: read their forms, fill them in, press a button."""

import struct
import zlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


@dataclass
class Form:
    """A form of a page: its address, what a browser would send, and its buttons [(name, value)]."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms, self.area, self.select = address, list[Form](), "", ""
        self.options: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action") or self.address, given.get("method", "get")))
        if not self.forms or "disabled" in given:
            return
        name = given.get("name", "")
        if tag == "button":
            self.forms[-1].buttons.append((name, given.get("value", "")))
        elif name and tag in ("input", "textarea", "select"):
            self.forms[-1].names.add(name)
            self._begin_control(tag, name, given)
        elif tag == "option" and ("selected" in given or not self.options):
            self.options = [given.get("value", "")]

    def _begin_control(self, tag: str, name: str, given: dict[str, str]) -> None:
        values = self.forms[-1].values
        if tag == "textarea":
            values.setdefault(name, []).append("")
            self.area = name
        elif tag == "select":
            self.select, self.options = name, []
        else:
            is_box = given.get("type") in ("checkbox", "radio")
            if given.get("type") not in ("submit", "file") and (not is_box or "checked" in given):
                values.setdefault(name, []).append(given.get("value", "on" if is_box else ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1].values[self.area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            values = self.forms[-1].values[self.area]
            values[-1] = values[-1].removeprefix("\n")
            self.area = ""
        elif tag == "select" and self.select:
            self.forms[-1].values[self.select] = self.options
            self.select = ""


@dataclass
class Site:
    """A person at the workspace. `page` is the last answer."""

    client: Client
    page: Any = None

    def open(self, address: str) -> "Site":
        self.page = self.client.get(address, headers={"Accept-Language": "en"}, follow=True)
        assert self.page.status_code == 200, (address, self.page.status_code)
        return self

    @property
    def text(self) -> str:
        return str(self.page.text)

    @property
    def address(self) -> str:
        return str(self.page.request["PATH_INFO"])

    def read(self) -> _Reader:
        reader = _Reader(self.address)
        reader.feed(self.text)
        return reader

    def form(self, *, button: tuple[str, str] | None = None, **having: str) -> Form:
        """Return the first form that has this button, and fields of these names with these values (any value: "*")."""
        for form in self.read().forms:
            fits = all(
                name in form.names and value in ("*", *form.values.get(name, [])) for name, value in having.items()
            )
            if fits and (button is None or button in form.buttons) and form.method == "post":
                return form
        raise AssertionError((button, having, [(form.action, sorted(form.names)) for form in self.read().forms]))

    def form_with(self, name: str) -> Form:
        """Return the first form that has a field of this name."""
        return next(form for form in self.read().forms if name in form.names)

    def form_to(self, ending: str) -> Form:
        """Return the first form whose address ends so."""
        return next(form for form in self.read().forms if form.action.endswith(ending) and form.method == "post")

    def send(
        self, form: Form, changes: dict[str, Any], *, button: tuple[str, str] | None = None, status: int = 200
    ) -> "Site":
        """Send a form with changes. Every name must be one of its fields."""
        data: dict[str, Any] = dict(form.values)
        for name, value in changes.items():
            assert name in form.names, (name, sorted(form.names))
            data[name] = value
        if button:
            data[button[0]] = button[1]
        self.page = self.client.post(form.action, data, headers={"Accept-Language": "en"}, follow=True)
        assert self.page.status_code == status, (form.action, self.page.status_code, self.errors())
        return self

    def errors(self) -> list[str]:
        return [line.strip() for line in self.text.split("\n") if "error" in line.lower() or "alert" in line.lower()]

    def messages(self) -> list[str]:
        return [str(message) for message in self.page.context["messages"]] if self.page.context else []


def picture() -> SimpleUploadedFile:
    """A drawing as a drawing program saves it."""
    content = (
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 20'><rect x='1' y='1' width='30' height='10'/></svg>"
    )
    return SimpleUploadedFile("My chart.svg", content, "image/svg+xml")


def tiny_png() -> bytes:
    """A PNG of four pixels."""
    rows = b"".join(b"\x00" + bytes([200, 30, 30] * 2) for _row in range(2))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
