"""Create the yardstick's rows, and print the session key and the API token of its only person as JSON."""

import json
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.core.management import call_command
from rest_framework.authtoken.models import Token

from bench.yardstick.models import Page
from bench.yardstick.views import PAGE

LINE = "Four kilobytes of plain text stand where a lesson of the product would stand. "
BACKEND = "django.contrib.auth.backends.ModelBackend"


def main() -> None:
    # The second call creates the yardstick's own tables. They refer to tables that the first call creates.
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)
    Page.objects.create(pk=PAGE, title="A page", text=(LINE * 60)[:4096])
    person = get_user_model().objects.create_user("reader")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    print(json.dumps({"session": session.session_key, "token": Token.objects.create(user=person).key}))
