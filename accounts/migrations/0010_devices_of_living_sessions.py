"""Remember the devices that are signed in already, so that their owners can see them and sign them out."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import migrations
from django.utils import timezone

_TOGETHER = 1000


def remember(apps: Any, schema_editor: Any) -> None:
    # Imported here: the module needs models, and sessions are decoded by the code that has encoded them.
    from accounts.sessions import SessionStore

    sessions = apps.get_model("sessions", "Session").objects.filter(expire_date__gt=timezone.now())
    people = set(apps.get_model("accounts", "User").objects.values_list("pk", flat=True))
    device_sessions = apps.get_model("accounts", "DeviceSession")
    store, age, found = SessionStore(), timedelta(seconds=settings.SESSION_COOKIE_AGE), []
    for session in sessions.iterator(chunk_size=_TOGETHER):
        person = str(store.decode(session.session_data).get(SESSION_KEY, ""))
        if person.isdecimal() and int(person) in people:
            found.append(
                device_sessions(
                    user_id=int(person),
                    session_key=session.session_key,
                    kind="unknown",
                    signed_in_at=session.expire_date - age,
                )
            )
    device_sessions.objects.bulk_create(found, batch_size=_TOGETHER, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_device_sessions"), ("sessions", "0001_initial")]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
