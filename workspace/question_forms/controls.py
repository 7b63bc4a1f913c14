"""The controls of a question's form: what stands in them, what it means in a record, and what is wrong with it.

Every part of a form has the same methods: `fill` takes the value of a record, `read` what a browser sent, `clean` returns
the value for the record and collects faults. `blank` is the value that a record leaves out.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from common.markup import markdown
from course_files import yaml_writing
from course_files.course.texts import LANGUAGES
from course_files.files import CONTROL
from course_files.merging import canonical
from questions.comparing.numbers import read_number

# No number of a question needs more characters.
LONGEST_NUMBER = 40


class Data(Protocol):
    """A form as a browser sends it."""

    def get(self, key: str, /) -> Any: ...

    def getlist(self, key: str, /) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Fault:
    """A sentence for the author. `target` is the id of the element that it belongs to, `place` the name of that element."""

    target: str
    place: str
    message: str


def storable(text: str) -> str:
    """Return `text` without the characters that a course's files must not contain, and that PostgreSQL cannot store."""
    # A browser ends lines with CR LF.
    return CONTROL.sub(lambda found: "\r" if found[0] == "\r" else "", text)


class Part(ABC):
    """A part of the form: a control, or rows of controls."""

    template: ClassVar[str]
    blank: Any = ""

    @property
    @abstractmethod
    def id(self) -> str:
        """The id of its first element in the page."""

    @abstractmethod
    def fill(self, value: Any) -> None:
        """Show the value of a record."""

    @abstractmethod
    def read(self, data: Data) -> None:
        """Take what a browser sent."""

    @abstractmethod
    def clean(self) -> Any:
        """Return the value for the record, and collect faults."""

    @abstractmethod
    def faults(self, place: str = "") -> Iterator[Fault]:
        """Yield the faults that `clean` and others have found."""

    @property
    @abstractmethod
    def is_blank(self) -> bool:
        """Whether the author has left it as a new form shows it."""


class Control(Part):
    """A control with one value."""

    def __init__(self, name: str, label: str, *, help_text: str = "", required: bool = False) -> None:
        self.name = name
        self.label = label
        self.help = help_text
        self.required = required
        self.raw = ""
        self.errors: list[str] = []

    @property
    def id(self) -> str:
        return f"id-{self.name}"

    def read(self, data: Data) -> None:
        sent = str(data.get(self.name) or "")
        self.raw = storable(sent)
        if self.raw != sent:
            self.errors.append(_("It contained a character that cannot be stored. It has been left out."))

    def faults(self, place: str = "") -> Iterator[Fault]:
        name = ", ".join(filter(None, (place, self.label)))
        return (Fault(self.id, name, message) for message in self.errors)

    @property
    def is_blank(self) -> bool:
        return not self.raw.strip()

    @property
    def described_by(self) -> str:
        """The ids of the elements that describe the control, for `aria-describedby`."""
        return " ".join([f"{self.id}-help"] * bool(self.help) + [f"{self.id}-fault"] * bool(self.errors))


@dataclass(slots=True)
class TextInLanguage:
    """A text in one language."""

    code: str
    language: str
    name: str
    raw: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"id-{self.name}"


class Texts(Part):
    """A text in all languages of the course, side by side. The first language is the original, which no text lacks."""

    template = "workspace/question_forms/parts/_texts.html"

    def __init__(
        self,
        name: str,
        label: str,
        languages: Sequence[str],
        *,
        help_text: str = "",
        required: bool = False,
        limit: int | None = None,
        lines: int = 2,
        resolver: markdown.Resolver | None = None,
    ) -> None:
        self.name = name
        self.label = label
        self.help = help_text
        self.required = required
        self.limit = limit
        self.lines = lines
        # Finds the lessons, terms and figures that the text refers to. Without it references are not checked.
        self.resolver = resolver
        self.blank: dict[str, str] = {}
        self.entries = [
            TextInLanguage(code, str(get_language_info(code)["name_translated"]), f"{name}-{code}")
            for code in languages
        ]

    @property
    def id(self) -> str:
        return self.entries[0].id

    def fill(self, value: Mapping[str, str]) -> None:
        for entry in self.entries:
            entry.raw = value.get(entry.code, "")

    def read(self, data: Data) -> None:
        for entry in self.entries:
            sent = str(data.get(entry.name) or "")
            entry.raw = storable(sent)
            if entry.raw != sent:
                entry.errors.append(_("It contained a character that cannot be stored. It has been left out."))

    def clean(self) -> dict[str, str]:
        found = {entry.code: text for entry in self.entries if (text := canonical(entry.raw))}
        original = self.entries[0]
        if original.code not in found and (self.required or found):
            original.errors.append(
                _("Write this text, in %(language)s at least.") % {"language": original.language}
                if not found
                else _("The text in the original language (%(language)s) is missing.") % {"language": original.language}
            )
        for entry in self.entries:
            if self.limit and len(found.get(entry.code, "")) > self.limit:
                entry.errors.append(_("It is longer than %(limit)d characters.") % {"limit": self.limit})
            entry.errors += self._find_problems(found.get(entry.code, ""), entry.code)
        # In the order of the site's languages, as `course_files` writes texts.
        return {code: found[code] for code in LANGUAGES if code in found}

    def _find_problems(self, text: str, language: str) -> list[str]:
        """Return what an import of the text would refuse. All these texts are Markdown."""
        document = markdown.parse(text)
        problems = (
            markdown.problems(document, language=language, resolver=self.resolver)
            if self.resolver
            else document.problems
        )
        return list(dict.fromkeys(message for _line, message in problems))

    def faults(self, place: str = "") -> Iterator[Fault]:
        for entry in self.entries:
            name = ", ".join(filter(None, (place, self.label, entry.language)))
            yield from (Fault(entry.id, name, message) for message in entry.errors)

    @property
    def is_blank(self) -> bool:
        return not any(entry.raw.strip() for entry in self.entries)


class Line(Control):
    """A text of one line that is the same in all languages."""

    template = "workspace/question_forms/parts/_line.html"

    def __init__(self, name: str, label: str, *, limit: int, help_text: str = "", required: bool = False) -> None:
        super().__init__(name, label, help_text=help_text, required=required)
        self.limit = limit

    def fill(self, value: str) -> None:
        self.raw = value

    def clean(self) -> str:
        text = canonical(" ".join(self.raw.splitlines()))
        if self.required and not text:
            self.errors.append(_("Write something here."))
        if len(text) > self.limit:
            self.errors.append(_("It is longer than %(limit)d characters.") % {"limit": self.limit})
        return text


class Lines(Control):
    """Several texts, one a line."""

    template = "workspace/question_forms/parts/_lines.html"

    def __init__(
        self, name: str, label: str, *, limit: int, most: int, help_text: str = "", required: bool = False
    ) -> None:
        super().__init__(name, label, help_text=help_text, required=required)
        self.limit = limit
        self.most = most
        self.blank: list[str] = []

    @property
    def height(self) -> int:
        """How many lines the control shows."""
        return min(max(len(self.raw.splitlines()) + 1, 2), 8)

    def fill(self, value: Sequence[str]) -> None:
        self.raw = "\n".join(" ".join(text.splitlines()) for text in value)

    def clean(self) -> list[str]:
        texts = [text for line in self.raw.splitlines() if (text := canonical(line))]
        if self.required and not texts:
            self.errors.append(_("Write at least one, each on its own line."))
        if len(texts) > self.most:
            self.errors.append(_("There are more than %(limit)d lines.") % {"limit": self.most})
        for number, text in enumerate(texts, 1):
            if len(text) > self.limit:
                message = _("Line %(number)d is longer than %(limit)d characters.")
                self.errors.append(message % {"number": number, "limit": self.limit})
        return texts


class Number(Control):
    """A number. `more_than` and `least` are lower limits without and with the limit itself."""

    template = "workspace/question_forms/parts/_number.html"
    blank = None

    def __init__(
        self,
        name: str,
        label: str,
        *,
        help_text: str = "",
        required: bool = False,
        least: float | None = None,
        more_than: float | None = None,
        most: float | None = None,
        decimals: int | None = None,
    ) -> None:
        super().__init__(name, label, help_text=help_text, required=required)
        self.least = least
        self.more_than = more_than
        self.most = most
        self.decimals = decimals

    def fill(self, value: float | str | None) -> None:
        self.raw = "" if value is None else str(value)

    def clean(self) -> int | float | None:
        if self.is_blank:
            if self.required:
                self.errors.append(_("Enter a number."))
            return None
        # A long text is refused before it is parsed: a number of a million digits would take minutes.
        number = read_number(self.raw).alone if len(self.raw) <= LONGEST_NUMBER else None
        if number is None:
            self.errors.append(_("“%(value)s” is not a number.") % {"value": self.raw.strip()[:LONGEST_NUMBER]})
            return None
        is_whole = not set(".eE") & set(self.raw) and number == number.to_integral_value()
        value = int(number) if is_whole or (self.decimals == 0 and number == int(number)) else float(number)
        if fault := self._find_fault(value):
            self.errors.append(fault)
        return value

    def _find_fault(self, value: float) -> str:
        if isinstance(value, float) and not math.isfinite(value):
            return _("The number is too large.")
        if not yaml_writing.is_readable(value):
            return _("The number has more digits than a course's files can contain.")
        return self._find_limit(value)

    def _find_limit(self, value: float) -> str:
        if self.more_than is not None and value <= self.more_than:
            return _("It must be more than %(limit)s.") % {"limit": self.more_than}
        if self.least is not None and value < self.least:
            return _("It must be at least %(limit)s.") % {"limit": self.least}
        if self.most is not None and value > self.most:
            return _("It must be at most %(limit)s.") % {"limit": self.most}
        if self.decimals is None or round(value, self.decimals) == value:
            return ""
        if not self.decimals:
            return _("It must be a whole number.")
        return _("It has at most %(number)d decimals.") % {"number": self.decimals}


class Choice(Control):
    """One of several values, from a list."""

    template = "workspace/question_forms/parts/_choice.html"

    def __init__(
        self, name: str, label: str, options: Sequence[tuple[str, str]], *, blank: str = "", help_text: str = ""
    ) -> None:
        super().__init__(name, label, help_text=help_text)
        self.options = list(options)
        self.blank = blank
        self.raw = blank

    def fill(self, value: str) -> None:
        self.raw = value
        if value not in dict(self.options):
            # What the record says is offered, although it would not be offered anew: such as a lesson that is archived.
            self.options.append((value, value))

    def read(self, data: Data) -> None:
        super().read(data)
        if data.get(self.name) is None:
            self.raw = self.blank

    def clean(self) -> str:
        if self.raw not in dict(self.options):
            self.errors.append(_("Choose one from the list."))
            return str(self.blank)
        return self.raw

    @property
    def is_blank(self) -> bool:
        return bool(self.raw == self.blank)


class Check(Control):
    """Yes or no."""

    template = "workspace/question_forms/parts/_check.html"

    def __init__(self, name: str, label: str, *, blank: bool = False, help_text: str = "") -> None:
        super().__init__(name, label, help_text=help_text)
        self.blank = blank
        self.is_checked = blank

    def fill(self, value: bool) -> None:
        self.is_checked = value

    def read(self, data: Data) -> None:
        self.is_checked = data.get(self.name) is not None

    def clean(self) -> bool:
        return self.is_checked

    @property
    def is_blank(self) -> bool:
        return bool(self.is_checked == self.blank)
