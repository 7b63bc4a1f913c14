"""A passkey in software, which makes and signs what the platform of a phone would."""

import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

_FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Passkey:
    def __init__(self, host: str = "testserver") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.user = b""
        self.origin = f"http://{host}"
        digest = Hash(SHA256())
        digest.update(host.encode())
        self.host_digest = digest.finalize()

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the credential for the options of a new passkey."""
        self.user = websafe_decode(options["publicKey"]["user"]["id"])
        client = self._client_data(CollectedClientData.TYPE.CREATE, options)
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = AuthenticatorData.create(self.host_digest, _FLAGS | AuthenticatorData.FLAG.AT, 0, credential)
        made = AttestationObject.create("none", data, {})
        return self._credential({"clientDataJSON": client.b64, "attestationObject": websafe_encode(made)})

    def use(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the credential for the options of a sign-in."""
        client = self._client_data(CollectedClientData.TYPE.GET, options)
        data = AuthenticatorData.create(self.host_digest, _FLAGS, 1)
        signature = self.key.sign(data + client.hash, ec.ECDSA(SHA256()))
        return self._credential(
            {
                "clientDataJSON": client.b64,
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(self.user),
            }
        )

    def _client_data(self, kind: str, options: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(type=kind, challenge=options["publicKey"]["challenge"], origin=self.origin)

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
