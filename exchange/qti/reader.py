"""Read questions from QTI 2.1: from a package or from one item. docs/question-exchange.md describes the mapping."""

import posixpath
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange.files import OLD_QTI, Source, decode, read_xml, root_name
from exchange.html.tree import TextTooLarge
from exchange.items.package_pictures import PackagePictures
from exchange.items.questions import (
    ParsedFile,
    Skipped,
    UnsupportedQuestion,
    check_questions,
)
from exchange.items.values import clean, first_words, number
from exchange.pictures import Pictures
from exchange.qti import items, version3
from exchange.qti.item_reader import Item
from exchange.qti1 import reader as qti1
from exchange.refusals import ExchangeError

_ITEM = re.compile(r"imsqti_(?:apip)?item_xmlv(?:2p[012]|3p0)\Z|imsqti_item")
_TEST = re.compile(r"imsqti_(?:test|assessment)")

_OLD = re.compile(r"imsqti_xmlv1|imscc_xmlv1p\d+/assessment|imscc_xmlv1p\d+/question-bank")


def read(source: Source, *, pictures: Pictures) -> ParsedFile:
    """Return the questions of a package or of one item, and the skipped questions with reasons. Raises ExchangeError."""
    parsed = ParsedFile("qti", notes=list(source.notes))
    if source.root is None:
        qti1.read(parsed, source.text, pictures=PackagePictures(pictures, source, ""), seen=set())
        return parsed
    root = version3.to_version_2(source.root)
    if root.name == "assessmentItem":
        _read_item(parsed, root, "", None, PackagePictures(pictures, source, ""))
        return parsed
    if root.name != "manifest" or not source.entries:
        raise ExchangeError(_("This file only lists its questions: upload the package (zip) that contains them."))
    _read_old(parsed, root, source, pictures)
    weights = _weights(root, source)
    # Some manifests name only the test, which names the items.
    hrefs = [*(href for kind, href in _resources(root) if _ITEM.search(kind)), *(set(weights) & set(source.entries))]
    check_questions(len(set(hrefs)))
    # The questions have the order of the test. Items that are not in the test come last.
    order = {href: place for place, href in enumerate(weights)}
    for href in sorted(dict.fromkeys(hrefs), key=lambda href: order.get(href, len(order))):
        _read_entry(parsed, source, href, weights.get(href), pictures)
    return parsed


def _read_old(parsed: ParsedFile, manifest: Node, source: Source, pictures: Pictures) -> None:
    """Read the files of QTI 1.2 in a package. Canvas says in a file beside them whether it shuffles choices."""
    hrefs = [
        posixpath.normpath(unquote(node.attributes["href"]))
        for resource in manifest.all("resource")
        if _OLD.search(resource.attributes.get("type", ""))
        for node in (resource, *resource.elements("file"))
        # Pictures are files of a resource, too.
        if node.attributes.get("href", "").lower().endswith((".xml", ".qti"))
    ]
    # Canvas writes each quiz twice into a Common Cartridge: whole, and without the kinds that the cartridge does not have.
    whole = [name for name in source.entries if name.lower().endswith(".qti")] if hrefs else []
    seen: set[str] = set()
    for href in dict.fromkeys([*whole, *hrefs]):
        content = source.entries.get(href)
        if content is None:
            parsed.skipped.append(Skipped(href, _("Its file is missing in the package.")))
            continue
        try:
            text = decode(content, [])
            if root_name(text) == OLD_QTI:
                found = PackagePictures(pictures, source, posixpath.dirname(href))
                qti1.read(parsed, text, pictures=found, seen=seen)
        except ExchangeError as refused:
            parsed.skipped.append(Skipped(href, refused.message))
        check_questions(len(parsed.questions) + len(parsed.skipped))
    if hrefs and any(
        re.search(rb"<shuffle_answers>\s*false", content)
        for name, content in source.entries.items()
        if name.endswith("assessment_meta.xml")
    ):
        parsed.notes.append(
            _("The quiz of the file does not shuffle choices. Here the quiz does, unless it is set not to.")
        )


def _resources(manifest: Node) -> Iterator[tuple[str, str]]:
    for resource in manifest.all("resource"):
        href = posixpath.normpath(unquote(resource.attributes.get("href", "")))
        if href != ".":
            yield resource.attributes.get("type", ""), href


def _weights(manifest: Node, source: Source) -> dict[str, Decimal | None]:
    """Return {file of an item: its weight or None}, in the order of the package's tests."""
    weights: dict[str, Decimal | None] = {}
    for kind, href in _resources(manifest):
        if not _TEST.search(kind) or href not in source.entries:
            continue
        try:
            test = version3.to_version_2(read_xml(decode(source.entries[href], [])))
        except ExchangeError:
            continue
        for ref in test.all("assessmentItemRef"):
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(href), unquote(ref.attributes.get("href", "")))
            )
            weight = ref.first("weight")
            try:
                weights[target] = number(weight.attributes.get("value", "")) if weight is not None else None
            except InvalidOperation:
                weights[target] = None
    return weights


def _read_entry(parsed: ParsedFile, source: Source, href: str, weight: Decimal | None, pictures: Pictures) -> None:
    content = source.entries.get(href)
    if content is None:
        parsed.skipped.append(Skipped(href, _("Its file is missing in the package.")))
        return
    try:
        root = version3.to_version_2(read_xml(decode(content, [])))
    except ExchangeError as refused:
        parsed.skipped.append(Skipped(href, refused.message))
        return
    _read_item(parsed, root, href, weight, PackagePictures(pictures, source, posixpath.dirname(href)))


def _read_item(parsed: ParsedFile, root: Node, href: str, weight: Decimal | None, pictures: PackagePictures) -> None:
    name = clean(items.key(root.attributes.get("identifier", "")) or root.attributes.get("identifier", "")) or href
    if root.name != "assessmentItem":
        parsed.skipped.append(Skipped(name, _("It is not an assessmentItem of QTI 2 or 3.")))
        return
    title = first_words(clean(root.attributes.get("title", "")))
    try:
        parsed.questions.append(Item(root, name, weight, pictures).read())
    except UnsupportedQuestion as refused:
        parsed.skipped.append(Skipped.with_title(name, title, str(refused)))
    except TextTooLarge:
        parsed.skipped.append(Skipped.with_title(name, title, _("Its text is too long or nested too deeply.")))
