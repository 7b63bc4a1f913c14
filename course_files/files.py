"""Read an untrusted folder of files within size limits, and write a folder. A fault gives the file and the line."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from course_files import plain_yaml

# Limits: bytes of a file and of a folder, number of files, levels of folders. A course is much smaller.
MAX_FILE = 5_000_000
MAX_FOLDER = 50_000_000
MAX_FILES = 2_000
MAX_LEVELS = 3
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A mistake in a file that its author must correct. `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class FaultyFolder(ValueError):
    """Raised for a folder with faults. `faults` are all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(slots=True)
class Folder:
    """The files of a folder by relative name, and the faults found so far.

    `left_out` are names of files that exist but are not read, because they are known to be valid.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    left_out: frozenset[str] = frozenset()

    def add_fault(self, file: str, line: int, message: str) -> None:
        self.faults.append(Fault(file, line, message))

    def raise_faults(self) -> None:
        """Raise FaultyFolder if there are faults."""
        if self.faults:
            raise FaultyFolder(sorted(set(self.faults)))

    def text(self, name: str) -> str | None:
        """Return the file as text with line feeds only.

        Return None if it is missing, or if it is unreadable; then a fault is added.
        """
        content = self.files.get(name)
        if content is None:
            return None
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            self.add_fault(name, content.count(b"\n", 0, error.start) + 1, _("This is not UTF-8."))
            return None
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        for number, line in enumerate(text.split("\n"), start=1):
            if not unicodedata.is_normalized("NFC", line):
                self.add_fault(name, number, _("This line is not in Unicode normal form NFC."))
            if CONTROL.search(line):
                self.add_fault(name, number, _("This line contains a control character."))
                return None
        return text

    def yaml(self, name: str) -> plain_yaml.Document | None:
        """Return the file parsed as plain YAML. Return None if it is missing, or if it is unreadable; then faults are added."""
        text = self.text(name)
        return None if text is None else self.yaml_text(name, text)

    def yaml_text(self, name: str, text: str, *, first_line: int = 1) -> plain_yaml.Document | None:
        """Parse `text`, which begins at line `first_line` of the file `name`, as plain YAML.

        Return None if it is not valid; then faults are added.
        """
        try:
            document = plain_yaml.load(text, first_line=first_line)
        except plain_yaml.PlainYamlError as error:
            self.add_fault(name, error.line, error.message)
            return None
        before = len(self.faults)
        self._check_texts(name, document)
        return document if len(self.faults) == before else None

    def _check_texts(self, name: str, document: plain_yaml.Document) -> None:
        """Check the parsed values too, because an escape in a quoted text can produce a character that files must not contain."""
        for path in document.lines:
            value = document.value
            for step in path:
                value = value[step]
            if isinstance(value, str) and CONTROL.search(value):
                self.add_fault(name, document.line(path), _("This text contains a control character."))
            elif isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
                self.add_fault(name, document.line(path), _("This text is not in Unicode normal form NFC."))


def read(root: Path) -> Folder:
    """Read every file below `root` into memory. Hidden files are skipped. A link or a file that is too large adds a fault.

    Raises FaultyFolder if `root` is not a folder or exceeds the limits.
    """
    folder = Folder()
    if not root.is_dir():
        raise FaultyFolder([Fault(str(root), 0, _("There is no such folder."))])
    total = 0
    for path, name in _files(root, folder):
        if path.stat().st_size > MAX_FILE:
            folder.add_fault(name, 0, _("This file is larger than %(size)d bytes.") % {"size": MAX_FILE})
            continue
        folder.files[name] = path.read_bytes()
        total += len(folder.files[name])
        if len(folder.files) > MAX_FILES or total > MAX_FOLDER:
            raise FaultyFolder([Fault(str(root), 0, _("This folder is too large to be a course."))])
    return folder


def _files(root: Path, folder: Folder) -> Iterator[tuple[Path, str]]:
    """Yield the regular files below `root` with their relative names. Everything that is neither file nor folder adds a fault."""
    waiting = [root]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            name = path.relative_to(root).as_posix()
            if path.name.startswith("."):
                continue
            if path.is_symlink():
                folder.add_fault(name, 0, _("This is a link. A course folder may contain only files."))
            elif path.is_dir() and len(Path(name).parts) >= MAX_LEVELS:
                folder.add_fault(name, 0, _("This folder is nested too deeply."))
            elif path.is_dir():
                waiting.append(path)
            elif path.is_file():
                yield path, name
            else:
                folder.add_fault(name, 0, _("This is not a file."))


def write(root: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write the files that are new or different below `root`. Return their names."""
    written = []
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            written.append(name)
    return written
