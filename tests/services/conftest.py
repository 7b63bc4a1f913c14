"""Give each test its own database on the PostgreSQL of TEST_DATABASE_URL, and its own Redis."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis

from tests import postgresql
from tests.product import Product, free_port, shared_folder, wait_for


@dataclass
class PrivateRedis:
    """A Redis server that the test may kill and start again."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "PrivateRedis":
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--dir", str(self.home), "--appendonly", "yes", "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        wait_for(self._answers)
        return self

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url, socket_connect_timeout=1).ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def private_redis(tmp_path: Path) -> Iterator[PrivateRedis]:
    if not shutil.which("redis-server"):
        pytest.skip("TEST_REDIS_URL is set, but there is no redis-server on the PATH to kill")
    home = tmp_path / "redis"
    home.mkdir()
    server = PrivateRedis(home, free_port()).start()
    yield server
    server.kill()


@pytest.fixture
def database_url() -> Iterator[str]:
    """A new database, dropped at the end."""
    with postgresql.new_database() as url:
        yield url


@pytest.fixture
def database(prepared_database_url: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection to the product's database."""
    with psycopg.connect(prepared_database_url.replace("postgres://", "postgresql://"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def prepared_database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new database as the first start leaves it, with the demo's people; dropped at the end."""
    with postgresql.new_database(postgresql.prepare_once(shared_folder(tmp_path_factory))) as url:
        yield url


@pytest.fixture
def served(product: Product, prepared_database_url: str, private_redis: PrivateRedis) -> Product:
    """The product on PostgreSQL and Redis, with the demo's people; not started yet."""
    product.environment |= {
        "DATABASE_URL": prepared_database_url,
        "REDIS_URL": private_redis.url,
        "BAEUM_DEMO": "1",
        "BAEUM_GRADING_LEASE": "2",
    }
    return product
