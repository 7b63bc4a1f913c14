"""Keep each network address of a person once, encrypted with that person's key.

A page of the staff would otherwise load the library of the encryption, 8 MB in each process, to store the same address again.
"""

import hashlib
import hmac
from functools import partial

from cachetools import TTLCache
from django.db import transaction

from accounts.audit import encryption
from accounts.audit.models import AuditOrigin

# The rows of those who acted last, for a minute: {(person, address): id}. A key that is deleted meanwhile leaves a row that
# nobody can read.
_known: TTLCache[tuple[int, str], int] = TTLCache(maxsize=100, ttl=60)


def get_origin(person: int, address: str) -> int:
    """Return the id of the row for the address, and create it if there is none. Mostly without a query."""
    known = _known.get((person, address))
    if known is not None:
        return known
    key = encryption.get_keys([person], create=True)[person]
    # With the person's key, so that nobody can try all addresses once the key is deleted.
    digest = hmac.new(key, f"origin:{address}".encode(), hashlib.sha256).hexdigest()
    origin = AuditOrigin.objects.filter(person=person, digest=digest).values_list("pk", flat=True).first()
    if origin is None:
        made = AuditOrigin.objects.get_or_create(
            person_id=person, digest=digest, defaults={"address": encryption.encrypt(address, key)}
        )
        origin = made[0].pk
    # Not before: a row that is rolled back would be named by events.
    transaction.on_commit(partial(_known.__setitem__, (person, address), origin))
    return origin
