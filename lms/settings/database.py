"""Configure the database: PostgreSQL or SQLite."""

import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from lms.settings.environment import BAEUM_HOME, env

# Whether a pooler in transaction mode is between the site and PostgreSQL.
DATABASE_POOLED = env.bool("BAEUM_DATABASE_POOLED", default=False)


def _with_standbys(database: dict[str, Any]) -> dict[str, Any]:
    """Of several PostgreSQL hosts use the one that accepts writes, also after a failover. See .env.example."""
    hosts = database["HOST"].split(",")
    ports = [port for port in str(database["PORT"]).split(",") if port]
    if len(hosts) == 1:
        return database
    if len(ports) not in (0, len(hosts)):
        raise ImproperlyConfigured("DATABASE_URL gives a port to some hosts only; give one to each host, or to none.")
    # libpq wants IPv6 addresses without brackets.
    host = ",".join(host.strip("[]") for host in hosts)
    options = {"target_session_attrs": "read-write", **database.get("OPTIONS", {})}
    return {**database, "HOST": host, "OPTIONS": options}


# Persistent connections make requests 5 times faster on PostgreSQL and 2 times on SQLite.
DATABASES: dict[str, dict[str, Any]]
if env.str("DATABASE_URL", default=""):
    if not env.str("DATABASE_URL").startswith(("postgres://", "postgresql://", "sqlite:///")):
        raise ImproperlyConfigured("DATABASE_URL begins with postgres:// or sqlite:///, and this one does not.")
    try:
        database = env.db("DATABASE_URL")
    except ValueError as unreadable:
        # The error itself would show a part of the password.
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read: postgres://user:password@host:port/name. Special characters of the password are "
            "percent-encoded: / as %2F, # as %23, ? as %3F, @ as %40."
        ) from unreadable
    DATABASES = {"default": {**_with_standbys(database), "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": BAEUM_HOME / "baeum.sqlite3",
            "CONN_MAX_AGE": None,
        }
    }
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # DRF and unfold import Django's PostgreSQL fields if they can, and with them psycopg. A site on SQLite has no use for
    # these 8 MB. An entry None makes the import fail as if the package were missing.
    sys.modules["django.contrib.postgres"] = None  # type: ignore[assignment]
    DATABASES["default"]["ENGINE"] = "common.database.sqlite3"
    # This is Django's default. It is repeated for pytest-django, which only recognizes Django's own SQLite backend.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
    # IMMEDIATE: a transaction waits for the write lock at its start. Otherwise it could fail with "locked" later.
    # FULL: a commit that returned survives a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000;"
            "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    # A transaction pooler gives each transaction another connection, so neither prepared statements nor cursors survive.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLED
    DATABASES["default"]["OPTIONS"] = {
        # Fail after seconds, not minutes, if the database cannot be reached.
        "connect_timeout": 5,
        # Use prepared statements, because the server spent most of its time on planning.
        "server_side_binding": True,
        "prepare_threshold": None if DATABASE_POOLED else 3,
        **DATABASES["default"].get("OPTIONS", {}),
    }
