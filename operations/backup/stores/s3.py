"""Backups in a bucket of S3, or of another store with its protocol.

boto3 is an optional package and reads its own variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL …

Beside each backup is an object `<name>.sha256` in the format of `sha256sum`. It is written after the backup was read back and
compared, so a backup without it was interrupted and does not count.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from operations.backup import making, places
from operations.backup.errors import BackupError
from operations.backup.manifest import Manifest

try:
    import boto3
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError as missing:
    raise BackupError(
        _("Backups to S3 need the package boto3: .venv/bin/python -m pip install -r requirements/s3.txt")
    ) from missing

CHUNK = 1024 * 1024


class Bucket:
    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._bucket, _slash, prefix = address.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        if not self._bucket:
            raise BackupError(_("%(address)s names no bucket: s3://bucket/prefix") % {"address": address})
        with self._refusals():
            self._client: Any = boto3.client("s3")

    def names(self) -> list[str]:
        return [name for name in self._list() if not name.endswith(".sha256")]

    def add(self, name: str, *, with_secrets: bool) -> Manifest:
        with places.unfinished_folder(places.prepare_home()) as folder:
            file = folder / name
            manifest = making.make(file, with_secrets=with_secrets)
            with self._refusals():
                self._client.upload_file(str(file), self._bucket, self._key(name))
                digest = _hash(file)
                if self._hash_of_object(name) != digest:
                    self.delete(name)
                    raise BackupError(
                        _("%(address)s returned other bytes than it was given.")
                        % {"address": f"{self._address}/{name}"}
                    )
                self._client.put_object(
                    Bucket=self._bucket, Key=self._key(f"{name}.sha256"), Body=f"{digest}  {name}\n".encode()
                )
        return manifest

    def is_intact(self, name: str) -> bool:
        """Stores of this kind check their own disks, so old backups are not fetched again each day."""
        return f"{name}.sha256" in self._list()

    def delete(self, name: str) -> None:
        with self._refusals():
            for key in (f"{name}.sha256", name):
                self._client.delete_object(Bucket=self._bucket, Key=self._key(key))

    def _key(self, name: str) -> str:
        return self._prefix + name

    def _list(self) -> list[str]:
        with self._refusals():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix, Delimiter="/"
            )
            return [item["Key"].removeprefix(self._prefix) for page in pages for item in page.get("Contents", [])]

    def _hash_of_object(self, name: str) -> str:
        digest = hashlib.sha256()
        for chunk in self._client.get_object(Bucket=self._bucket, Key=self._key(name))["Body"].iter_chunks(CHUNK):
            digest.update(chunk)
        return digest.hexdigest()

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except (Boto3Error, BotoCoreError, ClientError) as error:
            why = " ".join(str(error).split())
            raise BackupError(
                _("The store %(address)s refused: %(why)s") % {"address": self._address, "why": why}
            ) from error


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
