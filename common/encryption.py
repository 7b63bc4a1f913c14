"""Encrypt what the site itself must read again, such as its private keys, with SECRET_KEY."""

import base64
import hashlib
from typing import Any

from django.conf import settings


def cipher(purpose: str) -> Any:
    """Return what encrypts and decrypts bytes for one purpose. What a former SECRET_KEY encrypted can still be read."""
    # Imported here: the library takes 8 MB in each process, and few of them need it.
    from cryptography.fernet import Fernet, MultiFernet

    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive(purpose, secret)) for secret in secrets])


def _derive(purpose: str, secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}{secret}".encode()).digest())
