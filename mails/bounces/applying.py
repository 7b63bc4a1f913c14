"""Draw the consequences of a report: note it in the ledger of sent mails, and stop further mails to an address.

Mails that somebody waits for, such as the link for a new password, are sent all the same: see docs/decisions/0064.
"""

from dataclasses import dataclass
from enum import StrEnum

import structlog
from django.db import transaction

from accounts.models import User
from mails.bounces import ledgers, reading
from mails.bounces.ledgers import OwnMail
from mails.bounces.reading import Kind, Report

log = structlog.get_logger(__name__)


class Done(StrEnum):
    """What a report has changed."""

    NOTHING = "no-bounce"
    # A forged report, one for a mail of somebody else, or an answer of a mailing list.
    NOT_OURS = "not-ours"
    KNOWN = "already-known"
    NOTED = "noted"
    # The mail went to an address that is not that of the account any more.
    OTHER_ADDRESS = "other-address"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Outcome:
    report: Report
    done: Done


def read_and_apply(content: bytes) -> Outcome:
    """Read a report and draw its consequences. Idempotent. Raises reading.TooLong."""
    report = reading.read(content)
    done = _apply(report)
    log.info("bounce_read", kind=report.kind, done=done, message_ids=report.message_ids)
    return Outcome(report, done)


def _apply(report: Report) -> Done:
    if report.kind == Kind.NO_BOUNCE:
        return Done.NOTHING
    mail = next((found for each in report.message_ids if (found := ledgers.find_mail(each))), None)
    return Done.NOT_OURS if mail is None else _apply_to(mail, report)


@transaction.atomic
def _apply_to(mail: OwnMail, report: Report) -> Done:
    # Of two copies of one report, one changes the rows. So a copy that comes after the person has started the mails again does
    # not stop them a second time.
    changed = mail.rows.filter(status__in=["sent", "uncertain", "sending"]).update(
        status="bounced", error=f"{report.kind}: {report.why}"
    )
    if not changed:
        return Done.KNOWN
    if report.kind == Kind.TEMPORARY:
        return Done.NOTED
    reader = User.objects.select_for_update().get(pk=mail.reader.pk)
    # Reports of complaints often hide the address; the mail itself says whose it was.
    if report.addresses and reader.email not in report.addresses:
        return Done.OTHER_ADDRESS
    reader.bounced_address = reader.email
    # Saved and not updated, so that the audit log sees it.
    reader.save(update_fields=["bounced_address"])
    return Done.STOPPED
