"""To a student: the PDF of a certificate is made."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from certificates.models import Certificate
from common.messages import concerns
from common.messages.kinds import Entry, MessageKind
from courses.models import Enrolment


class CertificateReady(MessageKind):
    name = "certificate-ready"
    title = gettext_lazy("Certificates that are ready")
    description = gettext_lazy("The PDF of a certificate that you asked for is made.")
    templates = "certificates/certificate"

    def recipients(self, about: Certificate) -> Iterable[int]:
        return [about.enrolment.user_id] if about.enrolment.status == Enrolment.Status.ACTIVE else []

    def of_course(self, course_id: int) -> Q:
        return concerns.by_id(Certificate.objects.filter(enrolment__course=course_id))

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        # A replaced one is no news any more. Of a withdrawn one tells `certificate-changed`.
        found = Certificate.objects.of(user).filter(pk__in=references, revoked_at=None)
        return {str(certificate.pk): _entry(certificate) for certificate in found}


def _entry(certificate: Certificate) -> Entry:
    text = _("“%(title)s”: your certificate is ready.") % {"title": certificate.title}
    path = reverse("certificate:own", args=[certificate.enrolment.course.slug])
    return Entry(text, path, {"title": certificate.title, "text": text})


KIND = CertificateReady()
