"""Classify the fields of certificates: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import CERTIFICATES
from accounts.personal_data.registry import describe

describe(
    "certificates.Certificate",
    name=_("certificate"),
    person="enrolment__user",
    personal={CERTIFICATES: "enrolment code name titles rule issued_at revoked_at reason note is_supported"},
    other="id uuid looked_at",
)
describe(
    "certificates.CertificateFile",
    name=_("file of a certificate"),
    person="certificate__enrolment__user",
    personal={CERTIFICATES: "certificate content"},
    other="id language",
    labels={"certificate": _("certificate"), "content": _("file")},
)
describe("certificates.SigningKey", other="id private public")
