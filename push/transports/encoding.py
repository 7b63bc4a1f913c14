"""Read and write base64url and signed tokens, and check points of the curve P-256. No library is loaded for it."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping

# y² = x³ - 3x + B modulo P.
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
POINT_SIZE = 65


def encode(value: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Return the bytes of base64url or base64, with or without padding. Raises ValueError."""
    try:
        plain = text.rstrip("=").replace("+", "-").replace("/", "_").encode("ascii")
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("Not base64url.") from error


def is_point(value: bytes) -> bool:
    """Whether these bytes are an uncompressed point of P-256. With another one a shared secret would not be secret."""
    if len(value) != POINT_SIZE or value[0] != 4:
        return False
    x, y = int.from_bytes(value[1:33], "big"), int.from_bytes(value[33:], "big")
    return x < _P and y < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0


def signed_token(
    algorithm: str, claims: Mapping[str, object], sign: Callable[[bytes], bytes], *, key_id: str = ""
) -> str:
    """Return a JWT in compact form, RFC 7519. `sign` makes the signature that the algorithm asks for."""
    parts = ({"typ": "JWT", "alg": algorithm, **({"kid": key_id} if key_id else {})}, claims)
    text = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{text}.{encode(sign(text.encode()))}"
