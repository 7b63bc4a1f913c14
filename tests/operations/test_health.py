"""Health checks: by any host name, without a session, and with short timeouts."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start, submit
from tests.product import ROOT

HEALTHY = {"database": "ok", "broker": "ok", "cache": "ok", "disk": "ok", "oldest_ungraded_seconds": None}


@pytest.fixture
def broker() -> None:
    """Create the folder of the filesystem broker as `up` does. With Redis, `readyz` checks that instead."""
    (settings.BROKER_HOME / "messages").mkdir(parents=True, exist_ok=True)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]


def waiting_since(seconds: int, quiz: Quiz, enrolment: Enrolment) -> Attempt:
    now = timezone.now() - timedelta(seconds=seconds)
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    return submit.submit(attempt=attempt, now=now)


def test_healthz_uses_neither_database_nor_session(
    alice_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = alice_client.get("/healthz")
    assert answer.status_code == 200
    assert answer.content == b"ok\n"


@pytest.mark.django_db(transaction=True)
def test_both_answer_for_any_host_name(client: Client, broker: None) -> None:
    """A load balancer uses the machine's IP address as host name."""
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/", headers={"host": "10.1.2.3:8000"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_readyz_is_200_if_database_and_queue_answer(client: Client, broker: None) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == HEALTHY
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize(("seconds", "status"), [(30, 200), (61, 503)])
def test_an_attempt_that_waits_too_long_is_reported(
    client: Client, quiz: Quiz, enrolment: Enrolment, seconds: int, status: int
) -> None:
    waiting_since(seconds, quiz, enrolment)
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert seconds <= answer.json()["oldest_ungraded_seconds"] <= seconds + 20


@pytest.mark.django_db(transaction=True)
def test_a_graded_attempt_does_not_wait(client: Client, broker: None, quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = waiting_since(600, quiz, enrolment)
    Attempt.objects.filter(pk=attempt.pk).update(status=Attempt.Status.GRADED, points=0, graded_at=timezone.now())
    assert client.get("/readyz").json() == HEALTHY


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_database_that_accepts_no_writes(client: Client) -> None:
    """A standby of PostgreSQL, for example. New connections of this test's database are read-only."""
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            answer = client.get("/readyz")
        finally:
            cursor.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert (answer.status_code, answer.json()["database"]) == (503, "read-only")


@pytest.mark.processes
def test_services_that_accept_connections_but_never_answer_are_reported(silent_port: int) -> None:
    ask = (
        "import json; from django.test import Client; a = Client().get('/readyz');"
        "print(json.dumps([a.status_code, a.json(), Client().get('/healthz').status_code]))"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://somebody:secret@127.0.0.1:{silent_port}/baeum",
        "REDIS_URL": f"redis://127.0.0.1:{silent_port}/0",
        "BAEUM_ROLE": "web",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", ask],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    status, body, alive = json.loads(done.stdout.splitlines()[-1])
    assert status == 503
    assert alive == 200
    away = {"database": "unreachable", "broker": "unreachable", "cache": "unreachable"}
    assert body == {**away, "disk": "ok", "oldest_ungraded_seconds": None}
    assert "secret" not in done.stdout
