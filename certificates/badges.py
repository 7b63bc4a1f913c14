"""Sign certificates as Open Badges 3.0, and publish what verifies them: the site's key and the list of revoked ones.

A badge is a W3C Verifiable Credential as a JWT, made by openbadgeslib. The issuer is did:web under the site's address, whose
document is at `certificates/issuer/did.json`. A site without TLS has none, so there the issuer is the key itself, did:key.
"""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from certificates import documents
from certificates.models import Certificate, SigningKey
from common import languages
from common.encryption import cipher

if TYPE_CHECKING:
    from openbadgeslib.ob3 import OB3Signer, OpenBadgeCredential

# Entries of one list of revoked certificates. It is the least that the standard allows, so that an entry hides among many.
LIST_SIZE = 131_072
ALGORITHM = "EdDSA"
_KEY_NAME = "key-1"
_PURPOSE = "certificates.badges"


def sign(certificate: Certificate) -> str:
    """Return the badge as a compact JWT, in the course's original language."""
    return _signer().sign(_credential(certificate))


def draw(certificate: Certificate) -> bytes:
    """Return the badge as an SVG picture that contains the signed credential."""
    return _signer().sign_into_svg(_credential(certificate), _PICTURE)


def sign_list(number: int, now: datetime) -> str:
    """Return the signed list of revoked certificates with this number, as a compact JWT."""
    from openbadgeslib.ob3 import status_list

    first = number * LIST_SIZE
    # A list of suspended ones would reach only badges that name it, and those that were given out before do not.
    ended = Q(revoked_at__isnull=False) | Q(is_supported=False)
    revoked = Certificate.objects.filter(ended, pk__gte=first, pk__lt=first + LIST_SIZE)
    credential = status_list.build_status_list_credential(
        issuer_id(), _list_address(number), "revocation", [pk - first for pk in revoked.values_list("pk", flat=True)],
        size_bits=LIST_SIZE, issued=now,
    )  # fmt: skip
    return status_list.sign_status_list_credential(credential, _private_key(), ALGORITHM)


def has_list(number: int) -> bool:
    """Return whether a certificate of this list was issued."""
    return Certificate.objects.filter(pk__gte=number * LIST_SIZE, pk__lt=(number + 1) * LIST_SIZE).exists()


def did_document() -> dict[str, Any]:
    """Return the document of the site's did:web, with its public key."""
    from openbadgeslib.keys import public_jwk_from_pem
    from openbadgeslib.ob3 import did

    return did.build_did_document(issuer_id(), [(_KEY_NAME, public_jwk_from_pem(get_key().public))])


def issuer_id() -> str:
    """Return the DID of the site."""
    from openbadgeslib.ob3 import did

    if settings.BAEUM_URL.startswith("https://"):
        address = settings.BAEUM_URL + reverse("certificates:issuer").removesuffix("/did.json")
        return did.did_web_from_url(address)
    return did.did_key_from_pem(get_key().public)


def get_key() -> SigningKey:
    """Return the site's key. The first call makes it."""
    return SigningKey.objects.order_by("pk").first() or _make_key()


def _make_key() -> SigningKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    # Two processes may come here at once. The first row is the key of both.
    row, _is_new = SigningKey.objects.get_or_create(
        pk=1, defaults={"private": cipher(_PURPOSE).encrypt(private), "public": public.decode()}
    )
    return row


def _private_key() -> bytes:
    return cast("bytes", cipher(_PURPOSE).decrypt(bytes(get_key().private)))


def _signer() -> "OB3Signer":
    from openbadgeslib.ob3 import OB3Signer

    return OB3Signer(_private_key(), ALGORITHM)


def _list_address(number: int) -> str:
    return f"{settings.BAEUM_URL}{reverse('certificates:revoked', args=[number])}"


def _credential(certificate: Certificate) -> "OpenBadgeCredential":
    from openbadgeslib.ob3 import Achievement, Issuer, OpenBadgeCredential, status_list
    from openbadgeslib.ob3.credential import Evidence, IdentityObject

    language = next(iter(certificate.titles)) or settings.LANGUAGE_CODE
    title = languages.choose(certificate.titles, language)
    course = certificate.enrolment.course
    number, place = divmod(certificate.pk, LIST_SIZE)
    # The address is hashed, so that a wallet can compare it and nobody else can read it.
    salt = certificate.uuid.hex
    hashed = hashlib.sha256((certificate.enrolment.user.email + salt).encode()).hexdigest()
    with translation.override(language):
        criteria = documents.describe_rule(certificate.rule) or _("The student was enrolled in the course.")
        description = course.summary or title
    return OpenBadgeCredential(
        id=f"urn:uuid:{certificate.uuid}",
        name=title,
        issuer=Issuer(id=issuer_id(), name="Baeum", url=settings.BAEUM_URL),
        recipient_id=None,
        identifiers=[
            IdentityObject(certificate.name, "name", hashed=False),
            IdentityObject(f"sha256${hashed}", "emailAddress", hashed=True, salt=salt),
        ],
        achievement=Achievement(
            id=f"urn:uuid:{course.uuid}", name=title, description=description, criteria_narrative=criteria,
            achievement_type="Course",
        ),
        issuance_date=certificate.issued_at,
        evidence=[Evidence(id=documents.address_of(certificate))],
        credential_status=[status_list.status_entry(_list_address(number), "revocation", place)],
    )  # fmt: skip


_PICTURE = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128" width="512" height="512">
<path d="M64 4l52 30v60l-52 30-52-30V34z" fill="#0b6a55"/>
<path d="M64 14l43 25v50l-43 25-43-25V39z" fill="none" stroke="#fff" stroke-width="2"/>
<g transform="translate(32 30) scale(2)" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round">
<path d="M8 8v15M16 8v15M8 15.5h8M8 23h8M22 8v15M22 15.5h4"/></g>
</svg>"""
