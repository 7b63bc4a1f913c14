"""Note in the state folder how far an upgrade has come, so that one that was killed is recognised and repaired."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from operations.backup import places
from operations.backup.errors import BackupError

# `run` looks for this file before it starts the site.
NAME = "upgrade.json"


@dataclass(frozen=True, slots=True)
class Journal:
    """An upgrade that has begun. While `backup` is "", it has changed nothing."""

    version: str
    started_at: str
    backup: str = ""


def read(home: Path) -> Journal | None:
    try:
        return Journal(**json.loads((home / NAME).read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise BackupError(_("%(file)s cannot be read: %(why)s") % {"file": home / NAME, "why": error}) from error


def write(home: Path, journal: Journal) -> None:
    """Write the journal and wait until it is on the disk: the next step must not happen without it."""
    fresh = home / f".{NAME}"
    with fresh.open("w") as file:
        file.write(json.dumps(asdict(journal)))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(home / NAME)
    places.sync(home)


def remove(home: Path) -> None:
    (home / NAME).unlink(missing_ok=True)
    places.sync(home)
