"""Register the kinds of messages. Each module in the package `message_kinds` of an app is one kind, found at start-up.

docs/messages.md shows how to add one.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

# The package of an app whose modules are kinds.
PACKAGE = "message_kinds"


class Channel(StrEnum):
    """How a message reaches a person."""

    MAIL = "mail"
    # The list of messages on the site, with a count in the header.
    BELL = "bell"
    # A notification on the devices where the person wants some.
    PUSH = "push"


class Urgency(StrEnum):
    """What a device without power at hand may put off (RFC 8030, 5.3)."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as its reader sees it, in the active language: a sentence and the path that it links to.

    `data` is for the templates of the mail.
    """

    text: str
    path: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail, such as dates for calendar programs."""

    name: str
    content: bytes
    content_type: str


# Like `MessageKind.mail_entries`: (user, references, now) to {reference: entry}.
FindEntries = Callable[[Any, Sequence[str], datetime], dict[str, Entry]]


class MessageKind:
    """A kind of message. A subclass sets the attributes; one that is written by `accounts.messages` also has both methods.

    A row holds only the reference to what the message is about. What it says is looked up when it is sent or shown, so that it is
    true at that moment and in the reader's language.
    """

    # Stored in rows, so it never changes.
    name: str
    # What My account calls it, and why somebody gets it.
    title: str | Promise
    description: str | Promise
    # `emails/<templates>.{subject.txt,body.txt,body.html}`; empty if it sends no mail
    templates: str = ""
    channels: frozenset[Channel] = frozenset({Channel.MAIL, Channel.BELL, Channel.PUSH})
    # An essential mail has no switch and ignores quiet hours.
    is_essential: bool = False
    # Mails of this kind to one person that come up within this time are one mail.
    bundled_within: timedelta = timedelta(minutes=10)
    # Whether the kind sends its mail by other means than a row of `accounts.messages`: during the request, or by a table of its
    # own. Its rows, if there are any, are for the bell only.
    sends_own_mail: bool = False
    # Whether it goes to people with an account, who find it in My account.
    is_for_accounts: bool = True
    # Only accounts of staff get it, so nobody else has a switch for it.
    is_for_staff: bool = False
    # Noted at a mail that is not sent because `mail_entries` no longer has what it is about.
    nothing_left: str = "The person may no longer see what it is about."
    # A notification says the title and the description of the kind and not what `entries` say: others may see a locked screen.
    is_hidden_on_screens: bool = False
    # For so long a push service keeps a notification for a device that is away.
    push_lifetime: timedelta = timedelta(days=1)
    push_urgency: Urgency = Urgency.NORMAL
    # Whether a newer notification of the kind takes the place of an older one on a device.
    is_replaced_on_screens: bool = False
    # The column of the account that holds its switch, for a kind that had one before there were kinds.
    switch_column: str = ""

    def reference(self, about: Any) -> str:
        """Return the text that is stored for what the message is about."""
        return str(about.pk)

    def recipients(self, about: Any) -> Iterable[int]:
        """Return the ids of the accounts that get a message about this."""
        raise NotImplementedError

    def of_course(self, course_id: int) -> Q | None:
        """Return the condition for the rows to students that concern a course, for its staff; None if none concerns a course.

        `common.messages.concerns` has what most kinds need. What concerns all courses of a student, such as a day, is any row.
        """
        return None

    def entries(self, user: Any, references: Sequence[str]) -> dict[str, Entry]:
        """Return {reference: entry} of what the person may still see. The number of queries must not depend on how many."""
        raise NotImplementedError

    def mail_entries(self, user: Any, references: Sequence[str], now: datetime) -> dict[str, Entry]:
        """Return like `entries` what a mail says that is sent at `now`. What is left out is not sent."""
        return self.entries(user, references)

    def entries_of(self, users: Sequence[Any], now: datetime) -> FindEntries:
        """Return what finds the entries of each of these people, whose mails are sent together.

        A kind with many mails at one moment reads here what it needs for all of them, so that its queries do not grow with them.
        """
        return self.mail_entries

    def goes_after_bounce(self, user: Any) -> bool:
        """Whether its mail to `user` is attempted although earlier mails to the address came back.

        Only for what somebody can learn nowhere else: the bell and My account are for those who can sign in.
        """
        return False

    def attachments(self, user: Any, entries: Sequence[Entry], now: datetime) -> Sequence[Attachment]:
        """Return the files of a mail about these entries."""
        return ()

    @property
    def has_switch(self) -> bool:
        """Whether My account has a switch for its mails."""
        return Channel.MAIL in self.channels and not self.is_essential

    @property
    def has_push_switch(self) -> bool:
        """Whether somebody who has notifications on a device can do without those of this kind."""
        return Channel.PUSH in self.channels and not self.is_essential


KINDS: dict[str, MessageKind] = {}


def register(kind: MessageKind) -> None:
    """Add a kind. Idempotent; raises ValueError if another one has its name."""
    if KINDS.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"Two kinds of messages are called {kind.name}.")


def find_kinds() -> None:
    """Register the `KIND` of each module in the package `message_kinds` of every app."""
    for config in apps.get_app_configs():
        if config.module is None or not module_has_submodule(config.module, PACKAGE):
            continue
        package = importlib.import_module(f"{config.name}.{PACKAGE}")
        for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
            register(importlib.import_module(f"{package.__name__}.{module}").KIND)


def in_order() -> list[MessageKind]:
    """Return the registered kinds, those with a switch first, by name."""
    return sorted(KINDS.values(), key=lambda kind: (kind.is_essential, kind.name))
