"""How commands for operators speak: in the language of the terminal, and with one line for what went wrong."""

import locale
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from operations.backup.errors import BackupError


@contextmanager
def conversation() -> Iterator[None]:
    """Use the terminal's language, and turn a BackupError or Ctrl-C into one line and an exit code."""
    with translation.override(terminal_language()):
        try:
            yield
        except BackupError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError(_("Stopped."), returncode=130) from error


def terminal_language() -> str:
    code = (locale.getlocale()[0] or os.environ.get("LANG", "")).lower()
    return "ko" if code.startswith("ko") else "en"


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
