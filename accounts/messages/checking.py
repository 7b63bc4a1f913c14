"""Check that every kind of message has its templates, and that each of its texts is in the Korean catalogue.

`./run check` runs this module as a program.
"""

import os
import re
import sys
from collections.abc import Iterator
from typing import Any

import django
from django.template import TemplateDoesNotExist
from django.template.base import Template
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation
from django.utils.translation import trans_real, trim_whitespace

from common.messages.kinds import KINDS, Channel, MessageKind

# The parts of a mail: `emails/<templates>.<part>`.
PARTS = ("subject.txt", "body.txt", "body.html")
_HANGUL = re.compile("[가-힣]")


def faults(kind: MessageKind) -> Iterator[str]:
    """Yield a sentence for each text or template that the kind lacks."""
    for name in ("title", "description"):
        with translation.override("ko"):
            korean = str(getattr(kind, name))
        if not _HANGUL.search(korean):
            yield f"{kind.name}: its {name} is not in the Korean catalogue: {korean}"
    if Channel.MAIL in kind.channels:
        for part in PARTS:
            yield from _faults_of_template(kind, f"emails/{kind.templates}.{part}")


def _faults_of_template(kind: MessageKind, name: str) -> Iterator[str]:
    try:
        template = get_template(name)
    except TemplateDoesNotExist:
        yield f"{kind.name}: there is no template {name}"
        return
    catalogue: Any = trans_real.translation("ko")
    for message in _messages(template.template):  # type: ignore[attr-defined]  # Django's own engine
        # A plural message is there by its singular and the number of the form.
        if message not in catalogue._catalog and (message, 0) not in catalogue._catalog:
            yield f"{kind.name}: {name} has a message that is not in the Korean catalogue: {message}"


def _messages(template: Template) -> Iterator[str]:
    """Yield the messages that a template itself translates, not those of the templates that it extends or includes."""
    nodes: Any = template.nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        yield str(node.filter_expression.var.literal)
    for block in nodes.get_nodes_by_type(BlockTranslateNode):
        text, _variables = block.render_token_list(block.singular)
        yield trim_whitespace(text) if block.trimmed else text


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    django.setup()
    found = [fault for kind in KINDS.values() for fault in faults(kind)]
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
