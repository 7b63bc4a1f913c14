"""Tell a push service who sends: a signed token of the site, RFC 8292."""

from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from push.transports import keys
from push.transports.encoding import signed_token

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

# RFC 8292 allows a day. The clock of the service may be another one.
_LIFETIME = timedelta(hours=12)


def authorization(origin: str, server_key: str, now: datetime) -> str:
    """Return the header `Authorization` for a push service. Raises ServerKey.DoesNotExist if the site has no such key."""
    claims = {"aud": origin, "exp": int((now + _LIFETIME).timestamp()), "sub": _contact()}
    token = signed_token("ES256", claims, partial(sign, keys.private_key(server_key)))
    return f"vapid t={token}, k={server_key}"


def sign(key: "EllipticCurvePrivateKey", text: bytes) -> bytes:
    """Return the signature of ES256: both numbers one after the other."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    r, s = utils.decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _contact() -> str:
    """Return where the operators of push services find the operator of this site."""
    return f"mailto:{settings.CONTACT or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
