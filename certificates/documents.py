"""Make the PDFs of a certificate, one in each language. `drawing` does it in a process of its own."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.messages import sending
from certificates.models import Certificate, CertificateFile
from common import languages

_PROGRAM = Path(__file__).with_name("drawing.py")
_TIMEOUT = 60


def address_of(certificate: Certificate) -> str:
    """Return the absolute address of the page that verifies the certificate."""
    return f"{settings.BAEUM_URL}{certificate.get_absolute_url()}"


def make(certificate: Certificate, *, now: datetime) -> None:
    """Store the PDFs that are missing, and tell the student. Idempotent, also in concurrent workers."""
    have = set(certificate.files.values_list("language", flat=True))
    missing = [code for code, _name in settings.LANGUAGES if code not in have]
    files = [
        CertificateFile(certificate=certificate, language=code, content=draw(certificate, code)) for code in missing
    ]
    with transaction.atomic():
        CertificateFile.objects.bulk_create(files, ignore_conflicts=True)
        sending.notify("certificate-ready", about=certificate, now=now)


def draw(certificate: Certificate, language: str) -> bytes:
    """Return the PDF in one language. Raises subprocess.SubprocessError."""
    with translation.override(language):
        words = json.dumps(_words(certificate, language))
    # -I: neither the environment nor the folder decides which modules are imported.
    command = [sys.executable, "-I", str(_PROGRAM)]
    return subprocess.run(command, input=words.encode(), capture_output=True, timeout=_TIMEOUT, check=True).stdout


def _words(certificate: Certificate, language: str) -> dict[str, object]:
    """Return what `drawing.Words` holds, in the active language."""
    issued = timezone.localtime(certificate.issued_at)
    return {
        "language": language,
        "heading": _("Certificate of completion"),
        "name": certificate.name,
        "lines": [
            _("has completed the course"),
            languages.choose(certificate.titles),
            describe_rule(certificate.rule),
        ],
        "facts": [[_("Issued"), date_format(issued, "DATE_FORMAT")], [_("Code"), certificate.spaced_code]],
        "address": address_of(certificate),
        "address_label": _("Whether this certificate is valid is said here:"),
        "issued_at": issued.isoformat(),
    }


def describe_rule(rule: dict[str, int]) -> str:
    """Return the percentages that were reached, in words: "progress 80%, grade 60%". Empty if none was asked for."""
    parts = [
        _("progress %(percent)d%%") % {"percent": rule["progress"]} if rule["progress"] else "",
        _("grade %(percent)d%%") % {"percent": rule["grade"]} if rule["grade"] else "",
        _("hand-ins %(percent)d%%") % {"percent": rule["hand_ins"]} if rule["hand_ins"] else "",
    ]
    stated = ", ".join(part for part in parts if part)
    return _("at least %(stated)s") % {"stated": stated} if stated else ""


def send(certificate: Certificate, language: str) -> HttpResponse:
    """Answer with the PDF in one language. `certificate` has its course. Raises Http404 if it is not made."""
    found = get_object_or_404(certificate.files, language=language)
    name = quote(f"{certificate.name} {certificate.enrolment.course.slug} {language}.pdf")
    return HttpResponse(
        bytes(found.content),
        content_type="application/pdf",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store"},
    )
