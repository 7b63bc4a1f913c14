"""Settings from environment variables, read by a separate process as at a start."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings

from operations.checks import PRODUCTION
from tests import nursery

PRINT_SETTINGS = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def start(tmp_path: Path, *names: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
    own = {"DJANGO_SETTINGS_MODULE": "lms.settings", "BAEUM_HOME": str(tmp_path), **environment}
    return nursery.run(["-c", PRINT_SETTINGS, *names], {**clean, **own})


def values_of(tmp_path: Path, *names: str, **environment: str) -> list[Any]:
    done = start(tmp_path, *names, **environment)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout).values())


def refusal(tmp_path: Path, **environment: str) -> str:
    done = start(tmp_path, "DEBUG", **environment)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name not in ("BAEUM_ENV", "DEFAULT_FROM_EMAIL")])
def test_production_names_a_missing_variable(tmp_path: Path, name: str) -> None:
    line = refusal(tmp_path, **{**PRODUCTION, name: ""})
    assert f"BAEUM_ENV=production needs {name};" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"BAEUM_ENV": "prod"}, "it is 'embedded' or 'production'"),
        ({**PRODUCTION, "SECRET_KEY": "short"}, "SECRET_KEY is shorter than 50 characters"),
        ({**PRODUCTION, "BAEUM_URL": "http://learn.example"}, "begins with https://"),
        ({"DATABASE_URL": "mysql://root@127.0.0.1/baeum"}, "begins with postgres:// or sqlite:///"),
        ({"DATABASE_URL": "postgres://baeum:a/b#c@127.0.0.1:5432/baeum"}, "are percent-encoded"),
        ({"DATABASE_URL": "postgres://baeum@127.0.0.1:port/baeum"}, "DATABASE_URL cannot be read"),
        ({"BAEUM_BACKUP_AT": "half past three"}, "BAEUM_BACKUP_AT is a time of day"),
        ({"BAEUM_BACKUP_AT": "03:30+09:00"}, "BAEUM_BACKUP_AT is a time of day"),
        ({"BAEUM_BACKUP_KEEP": "0"}, "BAEUM_BACKUP_KEEP"),
        ({"BAEUM_MIN_CLIENTS": "ios"}, "an entry is like ios/2.3.1"),
        ({"BAEUM_MIN_CLIENTS": "ios/2.x"}, "an entry is like ios/2.3.1"),
        ({"BAEUM_CORS_ORIGINS": "*"}, "an origin is like https://app.example"),
        ({"BAEUM_CORS_ORIGINS": "https://app.example/path"}, "an origin is like https://app.example"),
        ({"BAEUM_IOS_APP_IDS": "com.example.app"}, "an entry is like ABCDE12345.com.example.app"),
        ({"BAEUM_ANDROID_APPS": "com.example.app=AB:CD"}, "an entry is like com.example.app=AB:CD"),
        ({"BAEUM_ANDROID_APPS": "app"}, "an entry is like com.example.app=AB:CD"),
        ({"DATABASE_URL": "postgres://baeum@one,two:5433/baeum"}, "gives a port to some hosts only"),
        ({"DEFAULT_FROM_EMAIL": "Baeum"}, "DEFAULT_FROM_EMAIL"),
        (
            {**PRODUCTION, "SECRET_KEY_FALLBACKS": "short"},
            "SECRET_KEY_FALLBACKS contains a key that is shorter than 50",
        ),
        ({**PRODUCTION, "BAEUM_HSTS_PRELOAD": "1"}, "BAEUM_HSTS_PRELOAD=1 needs BAEUM_HSTS_SUBDOMAINS=1"),
        ({"BAEUM_TIME_ZONE": "Mars/Olympus"}, "BAEUM_TIME_ZONE is 'Mars/Olympus'; it is the IANA name"),
        ({"BAEUM_TIME_ZONE": "Asia"}, "BAEUM_TIME_ZONE is 'Asia'; it is the IANA name"),
        ({"BAEUM_TIME_ZONE": "../../etc/passwd"}, "it is the IANA name of a time zone"),
    ],
)
def test_an_invalid_value_is_refused_in_one_line(tmp_path: Path, wrong: dict[str, str], line: str) -> None:
    assert line in refusal(tmp_path, **wrong)


def test_production_turns_on_the_security_settings(tmp_path: Path) -> None:
    names = ["SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "COLLECTED"]
    assert values_of(tmp_path, *names, **PRODUCTION) == [True, 60 * 60 * 24 * 365, True, True, True]
    assert values_of(tmp_path, "INBOX", "DEBUG", **PRODUCTION) == [False, False]


@pytest.mark.parametrize(
    ("environment", "chosen"),
    [
        ({}, [False, False]),
        ({"BAEUM_HSTS_SUBDOMAINS": "1"}, [True, False]),
        ({"BAEUM_HSTS_SUBDOMAINS": "1", "BAEUM_HSTS_PRELOAD": "1"}, [True, True]),
    ],
)
def test_hsts_for_other_hosts_is_a_choice(tmp_path: Path, environment: dict[str, str], chosen: list[bool]) -> None:
    names = ["SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"]
    assert values_of(tmp_path, *names, **PRODUCTION, **environment) == chosen


@pytest.mark.parametrize(
    ("environment", "zone"),
    [
        ({}, "Asia/Seoul"),
        ({"BAEUM_TIME_ZONE": ""}, "Asia/Seoul"),
        ({"BAEUM_TIME_ZONE": "Europe/Berlin"}, "Europe/Berlin"),
    ],
)
def test_the_time_zone_is_a_choice(tmp_path: Path, environment: dict[str, str], zone: str) -> None:
    assert values_of(tmp_path, "TIME_ZONE", **environment) == [zone]


def test_clients_and_origins_come_from_the_environment(tmp_path: Path) -> None:
    environment = {
        "BAEUM_MIN_CLIENTS": "iOS/2.3.1, android/2",
        "BAEUM_CORS_ORIGINS": "https://a.example, http://b:3000",
    }
    assert values_of(tmp_path, "API_MIN_CLIENTS", "CORS_ORIGINS", **environment) == [
        {"ios": "2.3.1", "android": "2"},
        ["https://a.example", "http://b:3000"],
    ]
    assert values_of(tmp_path, "API_MIN_CLIENTS", "CORS_ORIGINS") == [{}, []]


def test_former_secret_keys_come_from_the_environment(tmp_path: Path) -> None:
    keys = ["a" * 50, "b" * 50]
    assert values_of(tmp_path, "SECRET_KEY_FALLBACKS", **PRODUCTION) == [[]]
    assert values_of(tmp_path, "SECRET_KEY_FALLBACKS", **PRODUCTION, SECRET_KEY_FALLBACKS=", ".join(keys)) == [keys]


@pytest.mark.parametrize(
    ("environment", "demo"),
    [
        ({}, True),
        ({"BAEUM_DEMO": "0"}, False),
        ({"DATABASE_URL": "postgres://127.0.0.1:1/x"}, False),
        ({"DATABASE_URL": "postgres://127.0.0.1:1/x", "BAEUM_DEMO": "1"}, True),
        ({**PRODUCTION, "BAEUM_DEMO": "1"}, False),
    ],
)
def test_the_demo_is_on_unless_services_or_production_are_configured(
    tmp_path: Path, environment: dict[str, str], demo: bool
) -> None:
    assert values_of(tmp_path, "DEMO", **environment) == [demo]


def test_urls_in_the_environment_switch_to_services(tmp_path: Path) -> None:
    engine, broker, backend = "DATABASES", "CELERY_BROKER_URL", "EMAIL_BACKEND"
    embedded = values_of(tmp_path, engine, broker, backend)
    assert embedded[0]["default"]["ENGINE"] == "common.database.sqlite3"
    assert embedded[1:] == ["filesystem://", "common.mail.sending.InboxBackend"]
    services = values_of(
        tmp_path, engine, broker, backend,
        DATABASE_URL="postgres://someone@db.example/baeum", REDIS_URL="redis://cache.example/3",
        EMAIL_URL="smtp://mail.example:25",
    )  # fmt: skip
    assert services[0]["default"]["HOST"] == "db.example"
    assert services[1:] == ["redis://cache.example/3", "common.mail.sending.SMTPBackend"]


@pytest.mark.parametrize(
    ("hosts", "host", "port"),
    [
        ("one.example:5432,two.example:5433", "one.example,two.example", "5432,5433"),
        ("one.example,two.example", "one.example,two.example", ""),
        ("[::1]:5432,[fd00::2]:5433", "::1,fd00::2", "5432,5433"),
    ],
)
def test_of_several_database_hosts_the_one_that_accepts_writes_is_used(
    tmp_path: Path, hosts: str, host: str, port: str
) -> None:
    [databases] = values_of(tmp_path, "DATABASES", DATABASE_URL=f"postgres://baeum:secret@{hosts}/baeum")
    default = databases["default"]
    assert (default["HOST"], default["PORT"], default["NAME"]) == (host, port, "baeum")
    assert (default["USER"], default["PASSWORD"]) == ("baeum", "secret")
    assert default["OPTIONS"]["target_session_attrs"] == "read-write"


def test_the_database_url_may_name_another_kind_of_host(tmp_path: Path) -> None:
    url = "postgres://baeum@one,two/baeum?target_session_attrs=primary"
    [databases] = values_of(tmp_path, "DATABASES", DATABASE_URL=url)
    assert databases["default"]["OPTIONS"]["target_session_attrs"] == "primary"


def test_statements_are_prepared_unless_the_database_is_pooled(tmp_path: Path) -> None:
    url = {"DATABASE_URL": "postgres://someone@db.example/baeum"}
    for pooled, threshold in (({}, 3), ({"BAEUM_DATABASE_POOLED": "1"}, None)):
        [databases] = values_of(tmp_path, "DATABASES", **url, **pooled)
        assert databases["default"]["OPTIONS"]["prepare_threshold"] == threshold


def test_the_secret_key_is_stored_and_private(tmp_path: Path) -> None:
    first = values_of(tmp_path, "SECRET_KEY")
    assert values_of(tmp_path, "SECRET_KEY") == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len(first[0]) >= 50


def test_behind_a_pooler_nothing_outlives_a_transaction(tmp_path: Path) -> None:
    url = "postgres://baeum@127.0.0.1/baeum"
    [databases] = values_of(tmp_path, "DATABASES", DATABASE_URL=url, BAEUM_DATABASE_POOLED="1")
    assert databases["default"]["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert databases["default"]["OPTIONS"]["prepare_threshold"] is None


def test_every_task_that_has_a_queue_or_a_time_exists() -> None:
    current_app.loader.import_default_modules()
    named = {*settings.CELERY_TASK_ROUTES, *(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values())}
    assert named - current_app.tasks.keys() == set()
