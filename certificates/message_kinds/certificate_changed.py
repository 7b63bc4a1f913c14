"""To a student: a certificate is no longer valid, or is valid again, by the instructor or by changed grades."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from certificates.models import Certificate
from common.messages import concerns
from common.messages.kinds import Entry, MessageKind
from courses.models import Enrolment


@dataclass(frozen=True, slots=True)
class Decision:
    """That a certificate was withdrawn, is no longer reached, or is valid again, since a moment. It may happen twice."""

    certificate: Certificate
    at: datetime


class CertificateChanged(MessageKind):
    name = "certificate-changed"
    title = gettext_lazy("Certificates that are no longer valid")
    description = gettext_lazy(
        "A certificate of yours was withdrawn, your grades no longer reach it, or it is valid again."
    )
    templates = "certificates/certificate"
    # Others may rely on the certificate, so whoever showed it to them must learn of it.
    is_essential = True
    is_hidden_on_screens = True

    def reference(self, about: Decision) -> str:
        return f"{about.certificate.pk}@{about.at.timestamp()}"

    def recipients(self, about: Decision) -> Iterable[int]:
        enrolment = about.certificate.enrolment
        return [enrolment.user_id] if enrolment.status == Enrolment.Status.ACTIVE else []

    def of_course(self, course_id: int) -> Q:
        return concerns.by_first_id(Certificate.objects.filter(enrolment__course=course_id), "@")

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        wanted = {reference: int(reference.partition("@")[0]) for reference in references}
        found = {row.pk: row for row in Certificate.objects.of(user).filter(pk__in=wanted.values())}
        return {reference: _entry(found[pk]) for reference, pk in wanted.items() if pk in found}


def _entry(certificate: Certificate) -> Entry:
    if certificate.revoked_at is not None:
        text = _("“%(title)s”: your certificate was withdrawn.")
    elif certificate.is_supported:
        text = _("“%(title)s”: your certificate is valid again.")
    else:
        text = _("“%(title)s”: your grades were changed and no longer reach your certificate. Its public page says so.")
    text %= {"title": certificate.title}
    path = reverse("certificate:own", args=[certificate.enrolment.course.slug])
    return Entry(text, path, {"title": certificate.title, "text": text, "quoted": certificate.note})


KIND = CertificateChanged()
