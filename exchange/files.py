"""Open an untrusted file: check its size, detect its format and encoding, and unpack zip packages in memory."""

import codecs
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.entities import html5
from urllib.parse import unquote

from django.utils.translation import gettext as _

from common.markup import plain_xml
from common.markup.plain_xml import Node, XmlError
from exchange.items.questions import MAX_QUESTIONS, check_questions
from exchange.pictures import NoPicture, too_large
from exchange.refusals import ExchangeError
from exchange.tables import cells

FORMATS = {"moodle": "Moodle XML", "gift": "GIFT", "qti": "QTI 2.1"}
# A file of QTI says its version itself, so only an export asks for it.
WRITTEN = {**FORMATS, "qti3": "QTI 3.0"}
# Formats that are read and not written.
READ_ONLY = {"aiken": "Aiken", "table": "CSV, XLSX"}
ZIP = b"PK\x03\x04"
# Limits: bytes of a file, bytes of an unpacked package, files in a package.
MAX_BYTES = 10_000_000
MAX_UNPACKED = 30_000_000
MAX_ENTRIES = 12_000
MAX_PICTURE = 20_000_000
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
# How a Common Cartridge names the folder for its files.
_FILE_BASE = re.compile(r"\A\$?IMS[-_]CC[-_]FILE[-_]?BASE\$?/?", re.IGNORECASE)
_DECLARED = re.compile(r"""\A\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^<>]{0,200}\?>")
_BARE_DOCTYPE = re.compile(
    r"\A(\s*(?:<\?[^<>]*\?>\s*)*(?:<!--(?:(?!-->).)*-->\s*)*)<!DOCTYPE\s+[\w.:-]+\s*>", re.DOTALL
)
# The end of a question of Aiken, and its choices. GIFT has its answers in braces.
_AIKEN = re.compile(r"\A(?=[^{}]*\Z)(?=.*^[A-Z][.)]\s)(?=.*^[ \t]*ANSWER:[ \t]*[A-Z][ \t]*$)", re.MULTILINE | re.DOTALL)
_HANGUL = re.compile("[\uac00-\ud7a3]")
_KOREAN = frozenset({"euc_kr", "cp949", "johab"})
_QTI_ROOTS = frozenset({"assessmentItem", "assessmentTest", "manifest"})
# The root of QTI 1.2.
OLD_QTI = "questestinterop"
# An entity that is none of XML's own five, and the same outside CDATA sections.
_HTML_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")
_IN_CDATA = re.compile(rf"<!\[CDATA\[.*?\]\]>|{_HTML_ENTITY.pattern}", re.DOTALL)
_ROOT = re.compile(
    r"\A\s*(?:<\?[^<>]*\?>\s*|<!--(?:(?!-->).)*-->\s*|<!DOCTYPE\s+[\w.:-]+\s*>\s*)*<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL
)


class Attached:
    """The files of a package that are not XML. Each is unpacked when it is asked for."""

    def __init__(self, package: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> None:
        self.package = package
        self.infos = {info.filename: info for info in infos}

    def read(self, address: str, folder: str = "") -> tuple[str, bytes]:
        """Return (name, content) of the file at the address of a picture in a file in `folder`. Raises NoPicture."""
        name = self._find(unquote(address.partition("?")[0]), folder)
        if name is None:
            raise NoPicture(_("It is not in the file"))
        info = self.infos[name]
        if info.file_size > MAX_PICTURE:
            raise NoPicture(too_large(info.file_size))
        try:
            # The size in the zip directory can be false.
            with self.package.open(info) as entry:
                content = entry.read(MAX_PICTURE + 1)
        except _DAMAGED as error:
            raise NoPicture(_("its content is damaged")) from error
        if len(content) > MAX_PICTURE:
            raise NoPicture(too_large(len(content)))
        return name, content

    def _find(self, path: str, folder: str) -> str | None:
        """Return the name of a file: beside the file that names it, or in the folder for files of Common Cartridge."""
        base = _FILE_BASE.sub("", path)
        for candidate in (posixpath.join(folder, path), base, posixpath.join("web_resources", base)):
            if (name := posixpath.normpath(candidate)) in self.infos:
                return name
        ends = [name for name in self.infos if name.endswith(f"/{base.lstrip('./')}")]
        return ends[0] if len(ends) == 1 else None


@dataclass(slots=True)
class Source:
    """An opened file.

    A text file has a `text`, also Moodle XML and QTI 1.2, whose questions are read one after the other (`stream`). Other XML
    has a `root`. A package has `entries` (content by file name) and its manifest as `root`. `notes` are messages about
    the whole file, such as its encoding. `attached` are the other files of a package, such as pictures.
    A workbook has only its `content`.
    """

    format: str
    text: str = ""
    root: Node | None = None
    entries: dict[str, bytes] = field(default_factory=dict)
    attached: Attached | None = None
    content: bytes = b""
    notes: list[str] = field(default_factory=list)


def check_size(content: bytes) -> None:
    """Raises ExchangeError."""
    if len(content) > MAX_BYTES:
        raise ExchangeError(_("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 1_000_000})


def open_file(content: bytes) -> Source:
    """Detect the format of a file by its content and open it. Raises ExchangeError."""
    check_size(content)
    if not content.strip():
        raise ExchangeError(_("The file is empty."))
    if content.startswith(ZIP):
        return Source("table", content=content) if _is_workbook(content) else _package(content)
    notes: list[str] = []
    text = decode(content, notes)
    if not text.lstrip().startswith("<"):
        if cells.delimiter(text):
            return Source("table", text=text, notes=notes)
        return Source("aiken" if _AIKEN.search(text) else "gift", text=text, notes=notes)
    name = root_name(text)
    if name == "quiz":
        return Source("moodle", text=text, notes=notes)
    if name == OLD_QTI:
        return Source("qti", text=text, notes=notes)
    root = read_xml(text)
    if root.name in _QTI_ROOTS or root.name.startswith("qti-assessment"):
        return Source("qti", root=root, notes=notes)
    raise ExchangeError(
        _("The file begins with <%(element)s>: it is neither Moodle XML nor QTI.") % {"element": root.name[:40]}
    )


def decode(content: bytes, notes: list[str]) -> str:
    """Return the text of a file, with line feeds only. Adds a note if it is not UTF-8.

    Raises ExchangeError if the encoding is unknown or the content is not text.
    """
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise ExchangeError(_("The file is not a text file."))
    if encoding:
        notes.append(_("The file was read as %(encoding)s, not as UTF-8.") % {"encoding": encoding})
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes) -> tuple[str, str]:
    unreadable = ExchangeError(_("The file is neither UTF-8 nor cp949 text. Save it as UTF-8."))
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise unreadable from error
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.match(content[:400].decode("latin-1"))
    if declared and (name := _codec(declared[1])) not in ("", "utf-8", *_KOREAN):
        try:
            return content.decode(name), declared[1]
        except (UnicodeDecodeError, LookupError) as error:
            raise unreadable from error
    try:
        text = content.decode("cp949")
    except UnicodeDecodeError as error:
        raise unreadable from error
    # Most byte strings decode as cp949, so the text must also contain Hangul.
    if not _HANGUL.search(text):
        raise unreadable
    return text, "cp949"


def _codec(name: str) -> str:
    """Return Python's name of a text encoding, or "" if it is unknown or not a text encoding."""
    try:
        found = codecs.lookup(name)
    except LookupError:
        return ""
    return found.name if found._is_text_encoding else ""


def root_name(text: str) -> str:
    """Return the name of the root element of an XML text, or "" if it does not begin with one."""
    found = _ROOT.match(text)
    return found[1] if found else ""


def read_xml(text: str) -> Node:
    """Return the root element of an XML text. Raises ExchangeError with a message for users.

    A document type that only names the root element declares nothing and is allowed.
    """
    try:
        return plain_xml.parse(_without_doctype(text))
    except XmlError as error:
        raise _refusal(error) from error


def stream(text: str, name: str, *, is_question: Callable[[Node], bool] = lambda node: True) -> Iterator[Node]:
    """Yield the outermost elements with this name in an XML text. Nothing is kept of those before.

    Raises ExchangeError as `read_xml` does, but not before it comes to the fault; and at once if there are too many questions.
    """
    text = _without_doctype(text)
    try:
        # Counting text is fast, but it also counts what stands in texts.
        if text.count(f"<{name}") > MAX_QUESTIONS:
            count = 0
            for node in plain_xml.stream(text, name):
                count += is_question(node)
                check_questions(count)
        yield from plain_xml.stream(text, name)
    except XmlError as error:
        raise _refusal(error) from error


def _without_doctype(text: str) -> str:
    """Return an XML text without a bare doctype, and without its declaration: that is often faulty, and the text is decoded."""
    text = _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text, count=1)
    return _without_html_entities(_BARE_DOCTYPE.sub(r"\1", text, count=1))


def _without_html_entities(text: str) -> str:
    """Return an XML text with the characters of HTML's entities, such as &nbsp;, which XML does not have.

    Those in CDATA sections are text, and stay.
    """
    return _IN_CDATA.sub(_character, text) if _HTML_ENTITY.search(text) else text


def _character(found: re.Match[str]) -> str:
    character = html5.get(f"{found[1]};") if found[1] else None
    return found[0] if character is None else escape(character)


def _refusal(error: XmlError) -> ExchangeError:
    values = {"line": error.line, "detail": error.detail}
    sentence = {
        "doctype": _("Line %(line)d declares a document type. Such files may contain entities and are refused."),
        "depth": _("Line %(line)d: the file is nested too deeply."),
        "size": _("Line %(line)d: the file holds too many elements."),
    }.get(error.problem, _("Line %(line)d: the file is not well-formed XML (%(detail)s)."))
    return ExchangeError(sentence % values)


def _is_workbook(content: bytes) -> bool:
    """Return whether a zip package is a workbook (XLSX)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return cells.WORKBOOK in package.namelist()
    except _DAMAGED:
        return False


def _package(content: bytes) -> Source:
    """Open a zip package in memory. Nothing is written to disk."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        infos = _infos(package)
        entries = _entries(package, infos)
    except _DAMAGED as error:
        raise ExchangeError(_("The package is damaged or encrypted and cannot be unpacked.")) from error
    manifest = next((name for name in entries if name.lower() == "imsmanifest.xml"), None)
    if manifest is None:
        raise ExchangeError(_("The package has no imsmanifest.xml, so it is not QTI."))
    notes: list[str] = []
    root = read_xml(decode(entries[manifest], notes))
    attached = Attached(package, [info for info in infos if info.filename not in entries])
    return Source("qti", root=root, entries=entries, attached=attached, notes=notes)


def _infos(package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of a package. Raises ExchangeError if they are too many, or one is outside the package."""
    infos = [info for info in package.infolist() if not info.is_dir()]
    if len(infos) > MAX_ENTRIES:
        raise ExchangeError(_("The package holds more than %(limit)d files.") % {"limit": MAX_ENTRIES})
    for info in infos:
        if info.filename.startswith("/") or "\\" in info.filename or ".." in info.filename.split("/"):
            raise ExchangeError(_("The package names a file outside itself: %(name)s") % {"name": info.filename[:80]})
    return infos


def _entries(package: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Return {name: content} of the XML files of a package."""
    entries: dict[str, bytes] = {}
    remaining = MAX_UNPACKED
    for info in infos:
        if not info.filename.lower().endswith((".xml", ".qti")):
            continue
        # The size in the zip directory can be false: never unpack more than the remaining limit.
        with package.open(info) as entry:
            text = entry.read(remaining + 1)
        remaining -= len(text)
        if remaining < 0:
            size = MAX_UNPACKED // 1_000_000
            raise ExchangeError(_("The package unpacks to more than %(size)d MB.") % {"size": size})
        entries[info.filename] = text
    return entries
