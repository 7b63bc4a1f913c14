"""Encrypt the personal values of the audit log with a key for each person (AES-256-GCM)."""

import json
import secrets
from collections.abc import Iterable
from typing import Any

from accounts.audit.models import AuditKey

_NONCE = 12


def get_keys(people: Iterable[int], *, create: bool = False) -> dict[int, bytes]:
    """Return {id of a person: key}. With `create`, people without a key get one; the people must exist. At most three queries."""
    wanted = set(people)
    if not wanted:
        return {}
    keys = _read(wanted)
    missing = wanted - keys.keys()
    if missing and create:
        AuditKey.objects.bulk_create(
            [AuditKey(user_id=person, key=secrets.token_bytes(32)) for person in missing], ignore_conflicts=True
        )
        # Another process may have been first.
        keys |= _read(missing)
    return keys


def _read(people: set[int]) -> dict[int, bytes]:
    rows = AuditKey.objects.filter(user__in=people).values_list("user_id", "key")
    return {person: bytes(key) for person, key in rows}


def encrypt(value: Any, key: bytes) -> bytes:
    """Encrypt a JSON value. The result begins with the nonce."""
    # Imported here, because most processes never encrypt anything and it takes 8 MB.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    text = json.dumps(value, ensure_ascii=False, default=str).encode()
    return nonce + AESGCM(key).encrypt(nonce, text, None)


def decrypt(stored: bytes | memoryview | None, key: bytes | None) -> Any:
    """Return the value; None if there is none, if the key was deleted, or if it is another key than that of the value."""
    if stored is None or key is None:
        return None
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    content = bytes(stored)
    try:
        return json.loads(AESGCM(key).decrypt(content[:_NONCE], content[_NONCE:], None))
    except InvalidTag:
        return None
