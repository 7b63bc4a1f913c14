"""Read the environment variables that other settings depend on, and check those that production requires."""

import os
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured


def embedded_secret_key(home: Path) -> str:
    """Return the key in the state folder. The first call creates it; processes that call at the same time get the same key."""
    path = home / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = home / f".secret_key.{os.getpid()}"
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(fresh, path)  # unlike a rename, this fails if another process has created the file
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return path.read_text().strip()


BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

VERSION = "0.1.0"
BAEUM_ENV = env.str("BAEUM_ENV", default="embedded")
if BAEUM_ENV not in ("embedded", "production"):
    raise ImproperlyConfigured(f"BAEUM_ENV is {BAEUM_ENV!r}; it is 'embedded' or 'production'.")
PRODUCTION = BAEUM_ENV == "production"
# The kind of this process: web, worker, beat or command. Only the options of the broker depend on it.
BAEUM_ROLE = env.str("BAEUM_ROLE", default="command")
BAEUM_HOME = Path(env.str("BAEUM_HOME", default=str(BASE_DIR / ".baeum"))).resolve()

if PRODUCTION:
    missing = [
        name
        for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "BAEUM_URL")
        if not env.str(name, default="")
    ]
    if missing:
        raise ImproperlyConfigured(f"BAEUM_ENV=production needs {', '.join(missing)}; see .env.example.")
    if len(env.str("SECRET_KEY")) < 50:
        raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters.")
    if any(len(key) < 50 for key in env.list("SECRET_KEY_FALLBACKS", default=[])):
        raise ImproperlyConfigured("SECRET_KEY_FALLBACKS contains a key that is shorter than 50 characters.")
    if not env.str("BAEUM_URL").startswith("https://"):
        raise ImproperlyConfigured("BAEUM_URL is the site's public address and begins with https:// in production.")


SECRET_KEY = env.str("SECRET_KEY", default="") or embedded_secret_key(BAEUM_HOME)
# Former keys, which still verify sessions, links in mails and signed values. New ones are signed with SECRET_KEY.
SECRET_KEY_FALLBACKS = [key.strip() for key in env.list("SECRET_KEY_FALLBACKS", default=[]) if key.strip()]
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# The public address, for links in mails.
BAEUM_URL = env.str("BAEUM_URL", default=f"http://127.0.0.1:{env.str('PORT', default='') or 8000}").rstrip("/")
# BAEUM_DEMO turns the demo on or off. Without it, the demo is on if there is no DATABASE_URL. In production it is always off.
DEMO = env.bool("BAEUM_DEMO", default=not PRODUCTION and not env.str("DATABASE_URL", default="")) and not PRODUCTION
