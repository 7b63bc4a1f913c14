"""docker-compose.yml: its commands, read out of the file, run as processes on PostgreSQL and Redis as in production.

No container engine is needed. Only the port differs from a container: see `process`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.app import App
from tests.product import ROOT, free_port, wait_for
from tests.services.conftest import PrivateRedis

pytestmark = [pytest.mark.services, pytest.mark.processes]

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
COURSE = "data-analytics-week-2"
ADD_STUDENT = f"""
from accounts.models import User
from allauth.account.models import EmailAddress
from courses import enrolment
from courses.models import Course, Enrolment
user = User.objects.create_user("student@learn.example", "a long password")
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
enrolment.enrol(user=user, course=Course.objects.get(slug="{COURSE}"), source=Enrolment.Source.ROSTER)
"""


@pytest.fixture
def environment(tmp_path: Path, database_url: str, private_redis: PrivateRedis) -> dict[str, str]:
    """Return the environment that .env and the file set, with the addresses of this test's services."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BAEUM_", "TEST_"))}
    return clean | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "lms.settings",
        "BAEUM_HOME": str(tmp_path / "state"),
        "STATIC_ROOT": str(tmp_path / "static"),
        "BAEUM_ENV": COMPOSE["web"]["environment"]["BAEUM_ENV"],
        "BAEUM_TRUSTED_PROXIES": COMPOSE["web"]["environment"]["BAEUM_TRUSTED_PROXIES"],
        "BAEUM_URL": "https://learn.example",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECRET_KEY": "k" * 60,
        "DATABASE_URL": database_url,
        "REDIS_URL": private_redis.url,
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DEFAULT_FROM_EMAIL": "Baeum <no-reply@learn.example>",
    }


def process(name: str, environment: dict[str, str], log: Path, port: int = 0) -> "subprocess.Popen[bytes]":
    command = list(COMPOSE[name]["command"])
    if "--port" in command:
        command[command.index("--port") + 1] = str(port)
    role = COMPOSE[name].get("environment", {}).get("BAEUM_ROLE", "command")
    with log.open("wb") as out:
        return subprocess.Popen(
            command, env={**environment, "BAEUM_ROLE": role}, cwd=ROOT, stdout=out, stderr=out, start_new_session=True
        )


@pytest.fixture
def site(environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a site whose processes were all started by the commands of the file."""
    log = tmp_path / "migrate.log"
    assert process("migrate", environment, log).wait(120) == 0, log.read_text()
    port = free_port()
    with ExitStack() as stack:
        for name in ("web", "worker", "mail-worker", "beat"):
            started = process(name, environment, tmp_path / f"{name}.log", port)
            stack.callback(started.wait, 20)
            stack.callback(os.killpg, started.pid, signal.SIGTERM)
        yield f"http://127.0.0.1:{port}"


def test_an_attempt_is_graded_by_the_commands_of_the_file(
    site: str, environment: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        ["python", "manage.py", "shell", "--no-imports", "-c", ADD_STUDENT],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # The header that the proxy sets for TLS.
    app = App(site, {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"})
    wait_for(lambda: _answers(app))
    app.sign_in("student@learn.example", "a long password")
    attempt = app.start_quiz(COURSE)
    assert app.submit(attempt) == 202
    assert app.result(attempt)["status"] == "graded", (tmp_path / "worker.log").read_text()


def _answers(app: App) -> bool:
    try:
        return app.call("GET", "/readyz")[0] == 200
    except OSError:
        return False


def test_the_proxy_and_the_services_fit_together() -> None:
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text()
    web = COMPOSE["web"]["command"]
    assert f"web:{web[web.index('--port') + 1]}" in caddyfile
    assert "/srv/static" in caddyfile
    assert "static:/srv/static" in COMPOSE["web"]["volumes"]
    assert "static:/srv/static:ro" in COMPOSE["proxy"]["volumes"]
    redis = " ".join(COMPOSE["redis"]["command"])
    assert "--appendonly yes" in redis
    assert "--maxmemory-policy noeviction" in redis
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert f'"{web[0]}", "--interface"' in dockerfile
