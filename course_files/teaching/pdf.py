"""Print pages to PDF by a headless Chromium, if the machine has one (docs/decisions/0050)."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Seconds for one page.
TIME_LIMIT = 120


class PdfError(Exception):
    """Raised if no PDF can be made. Its text says why, and what else to do."""


def find_browser() -> str:
    """Return the program. Raises PdfError if there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise PdfError(_("There is no Chromium on this machine. Open the page in a browser and print it to a file."))


def print_page(browser: str, page: Path) -> Path:
    """Write the PDF beside the page and return its path. Raises PdfError."""
    pdf = page.with_suffix(".pdf")
    pdf.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--disable-gpu", "--no-sandbox", f"--user-data-dir={profile}", "--no-pdf-header-footer",
            f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=TIME_LIMIT)  # noqa: S603 (its own path)
        except (OSError, subprocess.SubprocessError) as error:
            raise PdfError(_("Chromium could not print %(page)s.") % {"page": page}) from error
    if not pdf.is_file():
        raise PdfError(_("Chromium could not print %(page)s.") % {"page": page})
    return pdf
