"""Read what a mail server or a provider of mailboxes reports about a mail: that it came back, or that its reader complained.

Read are delivery reports (RFC 3464, with addresses of other alphabets by RFC 6533) and complaints (RFC 5965). What servers write
that know no reports is read by flufl.bounce. Nothing here looks at a table.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from enum import StrEnum

from accounts.identity import normalise_address

# The longest report that is read, in bytes. Servers return the head of a mail, or the whole of one of ours (60 KB).
LONGEST = 512 * 1024
# flufl.bounce reads this many bytes: such servers say why at the top, and its time grows faster than the message.
OTHER_FORMS_LONGEST = 32 * 1024
# Of each report, as many addresses and Message-IDs are read.
MOST = 20

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MESSAGE_ID = re.compile(r"^[ \t>]*Message-ID:\s*(<[^<>\s]{1,200}>)", re.IGNORECASE | re.MULTILINE)
# A mailbox that is full (RFC 3463) has room again some day, also if the server calls the failure permanent.
_FULL = ("2", "2")
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")


class Kind(StrEnum):
    """What a report says. Only the first two stop mails to an address."""

    HARD = "hard"
    COMPLAINT = "complaint"
    # The mail did not arrive, but the next one may: a full mailbox, or a server that was away for days.
    TEMPORARY = "temporary"
    # The server still tries, or it has delivered the mail.
    NO_BOUNCE = "no-bounce"


@dataclass(frozen=True, slots=True)
class Report:
    """What was understood: `addresses` failed or complained, of the mail with one of `message_ids`. `why` is for a person."""

    kind: Kind
    addresses: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    why: str = ""


class TooLong(Exception):
    """The report is longer than LONGEST."""


def read(content: bytes) -> Report:
    """Return what the message says. Raises TooLong; anything else can be read, if only as NO_BOUNCE."""
    if len(content) > LONGEST:
        raise TooLong
    try:
        message = message_from_bytes(content)
        parts = list(message.walk())
    except RecursionError:
        # Python's parser calls itself for each message in a message.
        return Report(Kind.NO_BOUNCE, why="Its parts are nested too deeply.")
    kind, addresses, why = _read_parts(message, parts, content)
    ids = tuple(dict.fromkeys(_returned_ids(message, parts)))[:MOST] if kind != Kind.NO_BOUNCE else ()
    return Report(kind, tuple(dict.fromkeys(addresses))[:MOST], ids, " ".join(_printable(why).split())[:300])


def _read_parts(message: Message, parts: list[Message], content: bytes) -> tuple[Kind, list[str], str]:
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            return _read_complaint(part)
    for part in parts:
        if part.get_content_type() in _STATUS_TYPES:
            return _read_delivery_status(part)
    if message.get("List-Id") or message.get("List-Post"):
        return Kind.NO_BOUNCE, [], "A message of a mailing list."
    return _read_other_forms(message_from_bytes(content[:OTHER_FORMS_LONGEST]))


def _read_complaint(part: Message) -> tuple[Kind, list[str], str]:
    fields = _blocks(part)[0]
    kind = str(fields.get("Feedback-Type", "")).strip().lower()
    # Other reports of this form say that somebody is not spam, or that a signature was wrong.
    if kind not in ("abuse", "fraud", "opt-out"):
        return Kind.NO_BOUNCE, [], f"Feedback-Type: {kind}"
    named = [str(value) for value in fields.get_all("Original-Rcpt-To", [])]
    return Kind.COMPLAINT, [address for value in named if (address := _address(value))], f"Feedback-Type: {kind}"


def _read_delivery_status(part: Message) -> tuple[Kind, list[str], str]:
    """Return what the report says of its recipients: the gravest of it, with those whom it concerns."""
    found: dict[Kind, list[tuple[str, str]]] = {}
    for fields in _blocks(part)[:MOST]:
        action = str(fields.get("Action", "")).strip().lower()
        if not action:
            continue
        status = str(fields.get("Status", ""))
        why = str(fields.get("Diagnostic-Code", "")) or status
        for name in ("Original-Recipient", "Final-Recipient"):
            if address := _address(str(fields.get(name, ""))):
                found.setdefault(_kind_of(action, status), []).append((address, why))
    for kind in (Kind.HARD, Kind.TEMPORARY):
        if kind in found:
            return kind, [address for address, _why in found[kind]], found[kind][0][1]
    return Kind.NO_BOUNCE, [], "The server still tries, or has delivered the mail."


def _kind_of(action: str, status: str) -> Kind:
    if action != "failed":
        return Kind.NO_BOUNCE
    code = _STATUS.search(status)
    is_hard = code is not None and code[1] == "5" and (code[2], code[3]) != _FULL
    return Kind.HARD if is_hard else Kind.TEMPORARY


def _read_other_forms(message: Message) -> tuple[Kind, list[str], str]:
    # Imported here, because only those who read a bounce need it.
    from flufl.bounce import all_failures

    try:
        temporary, permanent = all_failures(message)
    except Exception as error:  # noqa: BLE001 (it reads texts of strangers by twenty readers, and one may fail on any of them)
        return Kind.NO_BOUNCE, [], f"flufl.bounce: {type(error).__name__}"
    texts = " ".join(_text(part) for part in message.walk() if part.get_content_maintype() == "text")
    code = _STATUS.search(texts)
    if permanent and code is not None and (code[1] == "4" or (code[2], code[3]) == _FULL):
        temporary, permanent = temporary | permanent, frozenset()
    kind = Kind.HARD if permanent else Kind.TEMPORARY if temporary else Kind.NO_BOUNCE
    addresses = sorted(normalise_address(each.decode("utf-8", "replace")) for each in permanent or temporary)
    return kind, addresses, code[0] if code else ""


def _blocks(part: Message) -> list[Message]:
    """Return the blocks of fields of a report, which Python's parser leaves in three forms."""
    text = "\n\n".join(_raw(each) for each in _payloads(part))
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding == "base64":
        try:
            text = base64.b64decode(text).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            text = ""
    elif encoding == "quoted-printable":
        text = quopri.decodestring(text.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return [message_from_string(block) for block in blocks]


def _payloads(part: Message) -> Iterator[Message | str]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from payload
    else:
        yield str(payload)


def _raw(part: Message | str) -> str:
    """Return the text of fields as they came, where a header has bytes of another alphabet as UTF-8."""
    if isinstance(part, str):
        text = part
    else:
        fields = "\n".join(f"{name}: {value}" for name, value in part._headers)  # type: ignore[attr-defined]
        # As bytes: Python would replace what is not ASCII.
        payload = part.get_payload(decode=True)
        rest = payload.decode("utf-8", "surrogateescape") if isinstance(payload, bytes) else ""
        text = f"{fields}\n\n{rest}"
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\r\n", "\n")


def _address(field: str) -> str:
    """Return the address of a field such as `rfc822; a@example.com`, in the form in which accounts store theirs; or ""."""
    address = field.rpartition(";")[2].strip().strip("<>")
    return normalise_address(address) if "@" in address and len(address) <= 320 else ""


def _returned_ids(message: Message, parts: list[Message]) -> Iterator[str]:
    """Yield the Message-IDs of the mail that came back. That of the report itself is none."""
    for part in parts:
        content_type = part.get_content_type()
        if content_type not in _RETURNED_TYPES:
            continue
        for each in _payloads(part):
            text = _text(part) if isinstance(each, str) else _raw(each)
            yield from _MESSAGE_ID.findall(text.partition("\n\n")[0])
    if not any(part.get_content_type() in (*_STATUS_TYPES, "message/feedback-report") for part in parts):
        # Servers without reports quote the mail in their text.
        for part in parts:
            if part is message or part.get_content_type() == "text/plain":
                yield from _MESSAGE_ID.findall(_text(part))


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return text.replace("\r\n", "\n")


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
