"""Encrypt a notification so that only the browser can read it: RFC 8291, with the content coding aes128gcm of RFC 8188."""

import os

# What every push service must take (RFC 8030, 7.2): 4096 bytes, of which 103 are header, padding mark and tag.
LONGEST = 3993
_RECORD_SIZE = 4096
# The length must not say which kind of message it is.
_STEP = 1024


def encrypt(plain: bytes, *, public_key: bytes, secret: bytes) -> bytes:
    """Return the body of the request. `public_key` and `secret` are the browser's. Raises ValueError if `plain` is too long."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    own = ec.generate_private_key(ec.SECP256R1())
    own_point = own.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    shared = own.exchange(ec.ECDH(), theirs)
    return seal(
        pad(plain), shared=shared, secret=secret, public_key=public_key, own_point=own_point, salt=os.urandom(16)
    )


def pad(plain: bytes) -> bytes:
    """Return the text with the mark of the last record, filled up to a step. Raises ValueError if it is too long."""
    if len(plain) > LONGEST:
        raise ValueError("The notification is too long.")
    size = min(-(-len(plain) // _STEP) * _STEP, LONGEST)
    return plain + b"\x02" + bytes(size - len(plain))


def seal(padded: bytes, *, shared: bytes, secret: bytes, public_key: bytes, own_point: bytes, salt: bytes) -> bytes:
    """Return the header and the one encrypted record. `shared` is the secret of the key exchange."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    def derive(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        return HKDF(hashes.SHA256(), length, salt, info).derive(material)

    material = derive(shared, secret, b"WebPush: info\x00" + public_key + own_point, 32)
    key = derive(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = derive(material, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + _RECORD_SIZE.to_bytes(4, "big") + bytes([len(own_point)]) + own_point
    return header + AESGCM(key).encrypt(nonce, padded, None)
