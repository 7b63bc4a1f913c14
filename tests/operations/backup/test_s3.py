"""Backups in a bucket, over HTTP, on a server with the protocol of S3."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from operations.backup import restoring, stores
from operations.backup.errors import BackupError
from tests.operations.backup.conftest import Place
from tests.product import free_port, wait_for

pytestmark = pytest.mark.processes

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a server that keeps its buckets in memory."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    wait_for(lambda: _answers(address))
    yield address
    server.kill()
    server.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@pytest.fixture
def client(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the server, which the environment names for boto3; the bucket exists and is empty."""
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    client: Any = boto3.client("s3")
    client.create_bucket(Bucket="school", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield client
    for key in keys(client):
        client.delete_object(Bucket="school", Key=key)
    client.delete_bucket(Bucket="school")


def keys(client: Any) -> list[str]:
    return sorted(item["Key"] for item in client.list_objects_v2(Bucket="school").get("Contents", []))


def add(address: str, day: int, *, keep: int) -> stores.Kept:
    return stores.add_backup(stores.open_store(address), keep=keep, now=NOON + timedelta(days=day))


def test_a_backup_comes_back_from_the_bucket(client: Any, site: Place, empty: Place, tmp_path: Path) -> None:
    add("s3://school/baeum", 0, keep=2)
    assert keys(client) == ["baeum/baeum-20261128T120000Z.zip", "baeum/baeum-20261128T120000Z.zip.sha256"]
    client.download_file("school", "baeum/baeum-20261128T120000Z.zip", str(tmp_path / "fetched.zip"))
    # Nothing unfinished is left in the state folder.
    assert sorted(site.contents()) == ["baeum.sqlite3", "uploads/hand-ins/plan.pdf"]
    empty.use()
    restoring.restore(tmp_path / "fetched.zip")
    assert empty.answers() == ["the first"]


def test_the_hash_beside_a_backup_is_what_sha256sum_reads(client: Any, site: Place, tmp_path: Path) -> None:
    name = add("s3://school", 0, keep=2).name
    for key in (name, f"{name}.sha256"):
        client.download_file("school", key, str(tmp_path / key))
    checked = subprocess.run(["sha256sum", "--check", f"{name}.sha256"], cwd=tmp_path, check=False, capture_output=True)
    assert checked.returncode == 0


def test_the_newest_are_kept_and_other_objects_left_alone(client: Any, site: Place) -> None:
    client.put_object(Bucket="school", Key="baeum/notes.txt", Body=b"mine")
    client.put_object(Bucket="school", Key="baeum-20260101T000000Z.zip", Body=b"another site's")
    for day in range(3):
        add("s3://school/baeum/", day, keep=2)
    assert [key for key in keys(client) if not key.endswith(".sha256")] == [
        "baeum-20260101T000000Z.zip",
        "baeum/baeum-20261129T120000Z.zip",
        "baeum/baeum-20261130T120000Z.zip",
        "baeum/notes.txt",
    ]


def test_an_upload_that_was_interrupted_does_not_count(client: Any, site: Place) -> None:
    add("s3://school", 0, keep=2)
    client.put_object(Bucket="school", Key="baeum-20261129T120000Z.zip", Body=b"half")
    kept = add("s3://school", 2, keep=2)
    assert kept.damaged == ["baeum-20261129T120000Z.zip"]
    assert kept.deleted == []


@pytest.mark.parametrize("address", ["s3://", "s3:///prefix"])
def test_an_address_without_a_bucket_is_refused(client: Any, site: Place, address: str) -> None:
    with pytest.raises(BackupError, match="names no bucket"):
        stores.open_store(address)


def test_a_missing_bucket_is_one_line(client: Any, site: Place) -> None:
    with pytest.raises(BackupError, match="NoSuchBucket") as refused:
        add("s3://nobodys-bucket", 0, keep=2)
    assert "\n" not in str(refused.value)
    assert sorted(site.contents()) == ["baeum.sqlite3", "uploads/hand-ins/plan.pdf"]


def test_a_server_that_is_gone_is_one_line(client: Any, site: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(BackupError, match="refused"):
        add("s3://school", 0, keep=2)


def test_without_the_package_one_line_says_how_to_install_it(site: Place) -> None:
    code = (
        "import sys; sys.modules['boto3'] = None\n"
        "import django; django.setup()\n"
        "from django.utils import translation; translation.activate('en')\n"
        "from operations.backup import stores\n"
        "from operations.backup.errors import BackupError\n"
        "try: stores.open_store('s3://school')\n"
        "except BackupError as error: print(error)\n"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "lms.settings", "BAEUM_HOME": str(site.home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "requirements/s3.txt" in done.stdout
    assert done.stdout.count("\n") == 1
