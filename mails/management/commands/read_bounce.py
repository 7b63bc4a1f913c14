"""Read a bounce or a complaint from a file, and say what was understood and done."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mails.bounces import applying, reading
from mails.bounces.applying import Done
from mails.bounces.reading import Kind

_KINDS = {
    Kind.HARD: "The mail came back for good",
    Kind.COMPLAINT: "A complaint about the mail",
    Kind.TEMPORARY: "The mail came back, the next one may arrive",
    Kind.NO_BOUNCE: "No bounce and no complaint",
}
_DONE = {
    Done.NOTHING: "Nothing changed.",
    Done.NOT_OURS: "Nothing changed: no mail of this site has a Message-ID that it returns.",
    Done.KNOWN: "Nothing changed: this was known.",
    Done.NOTED: "The mail is noted as bounced. Further mails are sent.",
    Done.OTHER_ADDRESS: "The mail is noted as bounced. Further mails are sent: the account has another address now.",
    Done.STOPPED: "The mail is noted as bounced. No more mails go to this address, and the person is told in My account.",
}


class Command(BaseCommand):
    help = (
        "Read a bounce (RFC 3464 and older forms) or a complaint (RFC 5965), and stop mails to an address that fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the raw message; - reads the standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with sys.stdin.buffer if options["file"] == "-" else Path(options["file"]).open("rb") as file:
                content = file.read(reading.LONGEST + 1)
            outcome = applying.read_and_apply(content)
        except (OSError, ValueError) as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        except reading.TooLong as error:
            raise CommandError(f"The message is longer than {reading.LONGEST} bytes.") from error
        report = outcome.report
        self.stdout.write(f"{_KINDS[report.kind]}{f' ({report.why})' if report.why else ''}.")
        for label, found in (("Addresses", report.addresses), ("Message-IDs", report.message_ids)):
            self.stdout.write(f"{label}: {', '.join(found) or 'none'}")
        self.stdout.write(_DONE[outcome.done])
