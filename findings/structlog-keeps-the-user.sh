#!/bin/sh
# django-structlog keeps the user of the cookie when django-allauth switches to the session of a token.
#
# Expected: an app signs in at allauth's headless endpoint for apps, POST /_allauth/app/v1/auth/login, and gets a session token. It
# sends the token as X-Session-Token, without a cookie, to GET /_allauth/app/v1/auth/session. The answer is 200 with the user.
# Middleware that only writes log lines does not change that.
#
# Observed: with django-structlog's RequestMiddleware after the authentication middleware the answer is 401. `bind_user_id` reads
# `request.user` for the log line. If nothing has read the session of the request before, it then replaces `request.user` by a lazy
# object that always returns the user that it has read: the user of the request's cookie, here nobody. allauth replaces
# `request.session` by the session of the token and resets the lazy object, but the object returns the same user again.
#
# Affected: sites with both packages whose apps use allauth's session tokens. Signing in answers 200, asking for the session 401.
# Two things avoid it: DJANGO_STRUCTLOG_USER_ID_FIELD = None (the log lines then have no user id), and middleware before it that
# reads the session.
#
# In our product: RequestMiddleware in lms/middleware.py replaces the lazy object by one that follows `request.session`.
# tests/accounts/api/test_headless.py sends a token to every endpoint that needs one.
#
# Exit status: 0 if all is as observed, 1 if it has changed, 2 if the packages cannot be installed.

set -u
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' INT TERM
cd "$folder" || exit 2

python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check \
    django==5.2.19 'django-allauth[headless,mfa]==65.21.1' django-structlog==11.0.0 structlog==26.1.0 ||
    { echo "The packages cannot be installed."; exit 2; }

cat >project.py <<'PYTHON'
import logging
import sys
from importlib.metadata import version

import django
import structlog
from django.conf import settings
from django.test import Client, override_settings
from django.urls import include, path

BEFORE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
LOGS = "django_structlog.middlewares.RequestMiddleware"


def reads_the_session(get_response):
    def middleware(request):
        request.session.get("anything")
        return get_response(request)

    return middleware


settings.configure(
    SECRET_KEY="only for this script",
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF="project",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "allauth",
        "allauth.account",
        "allauth.mfa",
        "allauth.headless",
        "django_structlog",
    ],
    MIDDLEWARE=BEFORE,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    ACCOUNT_LOGIN_METHODS={"username"},
    ACCOUNT_EMAIL_VERIFICATION="none",
    HEADLESS_ONLY=True,
    HEADLESS_CLIENTS=("app",),
)
# ROOT_URLCONF and MIDDLEWARE name this file.
sys.modules["project"] = sys.modules[__name__]
django.setup()
urlpatterns = [path("_allauth/", include("allauth.headless.urls"))]
logging.disable(logging.CRITICAL)
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

from django.contrib.auth.models import User
from django.core.management import call_command

call_command("migrate", verbosity=0)
User.objects.create_user("alice", password="a password of alice")


def statuses(**changed):
    """Return the status of signing in, and the status of asking who is signed in with the token."""
    with override_settings(**changed):
        body = {"username": "alice", "password": "a password of alice"}
        signed_in = Client().post("/_allauth/app/v1/auth/login", body, content_type="application/json")
        token = signed_in.json()["meta"]["session_token"]
        # A new client: no cookies.
        asked = Client().get("/_allauth/app/v1/auth/session", headers={"X-Session-Token": token})
        return signed_in.status_code, asked.status_code


CASES = [
    ("without django-structlog's middleware", {"MIDDLEWARE": BEFORE}, (200, 200)),
    ("with it", {"MIDDLEWARE": [*BEFORE, LOGS]}, (200, 401)),
    ("with it, without the user id", {"MIDDLEWARE": [*BEFORE, LOGS], "DJANGO_STRUCTLOG_USER_ID_FIELD": None}, (200, 200)),
    ("with it, the session read before", {"MIDDLEWARE": [*BEFORE, "project.reads_the_session", LOGS]}, (200, 200)),
]

print("Python", sys.version.split()[0])
for name in ("django", "django-allauth", "django-structlog", "structlog"):
    print(name, version(name))
changed = False
for name, how, observed in CASES:
    found = statuses(**how)
    print(f"{name}: login {found[0]}, session {found[1]}")
    if found != observed:
        changed = True
        print(f"CHANGED: it was login {observed[0]}, session {observed[1]}")
print("The behaviour has changed." if changed else "As observed: the middleware for log lines turns 200 into 401.")
sys.exit(changed)
PYTHON

if venv/bin/python project.py; then exit 0; fi
echo "Not as observed: see above."
exit 1
