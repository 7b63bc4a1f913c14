"""Open an untrusted file: check its size, detect its format and encoding, and unpack zip packages in memory."""

import codecs
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from common.markup import plain_xml
from common.markup.plain_xml import Node, XmlError
from exchange.refusals import ExchangeError

FORMATS = {"moodle": "Moodle XML", "gift": "GIFT", "qti": "QTI 2.1"}
ZIP = b"PK\x03\x04"
# Limits: bytes of a file, bytes of an unpacked package, files in a package.
MAX_BYTES = 10_000_000
MAX_UNPACKED = 30_000_000
MAX_ENTRIES = 3_000
_DECLARED = re.compile(r"""\A\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_KOREAN = frozenset({"euc_kr", "cp949", "johab"})
_QTI_ROOTS = frozenset({"assessmentItem", "assessmentTest", "manifest"})


@dataclass(slots=True)
class Source:
    """An opened file.

    GIFT has a `text`, XML has a `root`. A package has `entries` (content by file name) and its manifest as `root`. `notes` are
    messages about the whole file, such as its encoding.
    """

    format: str
    text: str = ""
    root: Node | None = None
    entries: dict[str, bytes] = field(default_factory=dict)
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
        return _package(content)
    notes: list[str] = []
    text = decode(content, notes)
    if not text.lstrip().startswith("<"):
        return Source("gift", text=text, notes=notes)
    root = read_xml(text)
    if root.name == "quiz":
        return Source("moodle", root=root, notes=notes)
    if root.name in _QTI_ROOTS:
        return Source("qti", root=root, notes=notes)
    if root.name == "questestinterop":
        raise ExchangeError(_("This is QTI 1.2. Export it again as QTI 2.1, or as Moodle XML."))
    raise ExchangeError(
        _("The file begins with <%(element)s>: it is neither Moodle XML nor QTI 2.1.") % {"element": root.name[:40]}
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


def read_xml(text: str) -> Node:
    """Return the root element of an XML text. Raises ExchangeError with a message for users."""
    try:
        return plain_xml.parse(text)
    except XmlError as error:
        values = {"line": error.line, "detail": error.detail}
        sentence = {
            "doctype": _("Line %(line)d declares a document type. Such files may contain entities and are refused."),
            "depth": _("Line %(line)d: the file is nested too deeply."),
            "size": _("Line %(line)d: the file holds too many elements."),
        }.get(error.problem, _("Line %(line)d: the file is not well-formed XML (%(detail)s)."))
        raise ExchangeError(sentence % values) from error


def _package(content: bytes) -> Source:
    """Open a zip package in memory. Nothing is written to disk."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = _entries(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise ExchangeError(_("The package is damaged or encrypted and cannot be unpacked.")) from error
    manifest = next((name for name in entries if name.lower() == "imsmanifest.xml"), None)
    if manifest is None:
        raise ExchangeError(_("The package has no imsmanifest.xml, so it is not QTI."))
    notes: list[str] = []
    return Source("qti", root=read_xml(decode(entries[manifest], notes)), entries=entries, notes=notes)


def _entries(package: zipfile.ZipFile) -> dict[str, bytes]:
    infos = [info for info in package.infolist() if not info.is_dir()]
    if len(infos) > MAX_ENTRIES:
        raise ExchangeError(_("The package holds more than %(limit)d files.") % {"limit": MAX_ENTRIES})
    entries: dict[str, bytes] = {}
    remaining = MAX_UNPACKED
    for info in infos:
        if info.filename.startswith("/") or "\\" in info.filename or ".." in info.filename.split("/"):
            raise ExchangeError(_("The package names a file outside itself: %(name)s") % {"name": info.filename[:80]})
        if not info.filename.lower().endswith(".xml"):
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
