"""A program for `test_senders`: several senders at once send the bundled mails of messages.

Prints one line of JSON: {"mails": {recipient: number}, "told": {line of a mail: how often}, "status": {status: rows}}.
"""

import json
import os
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import django
from django.core import mail as django_mail
from django.core.management import call_command

SENDERS = 4
NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)


def main(students: int, courses: int) -> None:
    from django.test import override_settings

    from accounts.messages import sending
    from accounts.models import Message
    from common.messages.kinds import register
    from tests.accounts.messages.kinds import CourseNews, write_templates
    from tests.factories import CourseFactory, EnrolmentFactory, UserFactory
    from tests.quizzes.rivals import rivals

    call_command("migrate", verbosity=0)
    found = SimpleNamespace()
    write_templates(Path(tempfile.mkdtemp()), found)
    register(CourseNews())
    people = [UserFactory() for _ in range(students)]
    for _ in range(courses):
        course = CourseFactory()
        for user in people:
            EnrolmentFactory(user=user, course=course)
        sending.notify(CourseNews.name, about=course, now=NOON)
    django_mail.outbox = []
    later = NOON + timedelta(minutes=10)
    with override_settings(TEMPLATES=found.TEMPLATES, EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        rivals([lambda: sending.send_waiting(now=later)] * SENDERS)
    mails: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for message in django_mail.outbox:
        mails[message.to[0]] += 1
        told.update(line for line in str(message.body).splitlines() if "news of" in line)
    status = Counter(Message.objects.values_list("status", flat=True))
    print(json.dumps({"mails": mails, "told": told, "status": status}))  # noqa: T201


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    main(students=int(sys.argv[1]), courses=int(sys.argv[2]))
