"""Say what of a QTI item has no place here, so that no import drops it without a word."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node

# What a file asks of an answer, with the value that asks nothing.
_ASKED = {
    "patternMask": "",
    "minChoices": "1",
    "minAssociations": "1",
    "matchMin": "0",
    "minStrings": "1",
    "maxStrings": "1",
    "placeholderText": "",
}
_NOT_TEXT = ("feedbackInline", "feedbackBlock", "templateBlock", "templateInline", "infoControl")


def text_only(nodes: Sequence[Node | str], marks: dict[int, str]) -> list[Node | str]:
    """Return the nodes of a body, with interactions replaced by their prompts or by their text in `marks`."""
    kept: list[Node | str] = []
    for node in nodes:
        if isinstance(node, str):
            kept.append(node)
        elif id(node) in marks:
            kept.append(Node("span", {}, [marks[id(node)]]))
        elif node.name.endswith("Interaction"):
            kept += [Node("p", {}, text_only(prompt.children, marks)) for prompt in node.elements("prompt")]
        elif node.name == "rubricBlock":
            # What candidates are told is a part of the text.
            if is_for(node, "candidate"):
                kept.append(Node("div", {}, text_only(node.children, marks)))
        elif node.name not in _NOT_TEXT:
            kept.append(replace(node, children=text_only(node.children, marks)))
    return kept


def is_for(block: Node, reader: str) -> bool:
    """Return whether a block of instructions is for a candidate, a scorer and so on."""
    return reader in block.attributes.get("view", "").split()


def remarks(root: Node, body: Node, *, is_hand_in: bool) -> Iterator[str]:
    """Yield what is left out of an item, besides formatting and feedback."""
    if root.first("assessmentStimulusRef") is not None:
        yield _("The text that it shares with other items is left out: it is in a file of its own.")
    if any(True for _node in body.all("infoControl")):
        yield _("Hints are left out: an attempt has none.")
    if not is_hand_in and any(is_for(node, "scorer") for node in body.all("rubricBlock")):
        yield _("Its notes for graders are left out: no person grades it here.")
    if any(node.attributes.get("type") for node in body.all("uploadInteraction")):
        yield _("Which kinds of files it takes is left out: set it here.")
    asked = {
        name
        for node in body.walk()
        if node.name.endswith(("Interaction", "Choice"))
        for name, nothing in _ASKED.items()
        if node.attributes.get(name, nothing).strip() not in ("", "0", nothing)
    }
    if asked:
        yield _("What the file asks of an answer is left out: %(names)s.") % {"names": ", ".join(sorted(asked))}
