"""docker-compose.yml: its commands, read out of the file, run as processes on PostgreSQL and Redis as in production.

No container engine is needed. Only the port differs from a container: see `process`.
"""

import json
import os
import re
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
    with log.open("wb") as out:
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        ["python", "manage.py", *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def site(environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a site whose processes were all started by the commands of the file."""
    log = tmp_path / "migrate.log"
    assert process("migrate", environment, log).wait(120) == 0, log.read_text()
    manage(environment, "import_course", f"content/{COURSE}")
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
    manage(environment, "shell", "--no-imports", "-c", ADD_STUDENT)
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
    redis = " ".join(COMPOSE["redis"]["command"])
    assert "--appendonly yes" in redis
    assert "--maxmemory-policy noeviction" in redis
    assert f"CMD {json.dumps(web)}" in (ROOT / "Dockerfile").read_text()


def test_no_volume_keeps_files_of_an_older_image() -> None:
    mounted = {volume.split(":")[0] for service in COMPOSE.values() for volume in service.get("volumes", ())}
    assert mounted == {"postgres", "redis", "state", "backups", "caddy", "./deploy/Caddyfile"}


@pytest.mark.parametrize("name", ["postgres", "redis", "proxy"])
def test_images_are_pinned_to_a_patch_release(name: str) -> None:
    assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)?", COMPOSE[name]["image"])


@pytest.mark.parametrize("name", sorted(COMPOSE))
def test_no_log_grows_without_limit(name: str) -> None:
    assert {"max-size", "max-file"} <= COMPOSE[name]["logging"]["options"].keys()


def test_a_password_with_every_sign_reaches_the_database(environment: dict[str, str]) -> None:
    environment |= {"PGPASSWORD": "p/a#s?s@w:o%20rd", "DATABASE_URL": COMPOSE["web"]["environment"]["DATABASE_URL"]}
    script = "from django.db import connection; print(connection.get_connection_params())"
    parameters = manage(environment, "shell", "--no-imports", "-c", script)
    # No password in the parameters: libpq takes it from PGPASSWORD as it is.
    assert "'host': 'postgres'" in parameters
    assert "password" not in parameters
