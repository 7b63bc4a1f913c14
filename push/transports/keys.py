"""Keep the site's key pairs for push services: VAPID, RFC 8292. The first use makes one; a rotation adds another one."""

from typing import TYPE_CHECKING

from django.utils import timezone

from common.encryption import cipher
from push.models import ServerKey
from push.transports.encoding import encode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_PURPOSE = "push.keys"


def current_key() -> str:
    """Return the public key for new devices. The first call makes it."""
    newest = _newest()
    return newest.public if newest else _make(1)


def is_known(public: str) -> bool:
    """Whether this is one of the site's keys."""
    return ServerKey.objects.filter(public=public).exists()


def rotate() -> str:
    """Make a new key for new devices and return its public part. Devices keep the key that they have."""
    newest = _newest()
    return _make(newest.pk + 1 if newest else 1)


def private_key(public: str) -> "EllipticCurvePrivateKey":
    """Return the private key that belongs to `public`. Raises ServerKey.DoesNotExist."""
    from cryptography.hazmat.primitives.asymmetric import ec

    stored = cipher(_PURPOSE).decrypt(bytes(ServerKey.objects.get(public=public).private))
    return ec.derive_private_key(int.from_bytes(stored, "big"), ec.SECP256R1())


def _newest() -> ServerKey | None:
    return ServerKey.objects.order_by("-pk").first()


def _make(pk: int) -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    values = {
        "public": encode(point),
        "private": cipher(_PURPOSE).encrypt(key.private_numbers().private_value.to_bytes(32, "big")),
        "created_at": timezone.now(),
    }
    # Two processes may make a key at once. The first row is the key of both.
    return ServerKey.objects.get_or_create(pk=pk, defaults=values)[0].public
