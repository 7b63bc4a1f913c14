"""A program for `test_senders`: four senders of weekly summaries at once, killed again and again.

Prints one line of JSON: {"kills": number, "rows": number, "waiting": number, "status": {Message-ID: status}}.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from datetime import UTC, datetime, timedelta

import django
from django.core.management import call_command
from django.db import connections

SENDERS = 4
KILLS = 30
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def prepare(students: int) -> None:
    from accounts.models import User
    from courses.models import Activity, Course, Enrolment, Module, SummaryDelivery

    call_command("migrate", verbosity=0)
    course = Course.objects.create(slug="statistics", title_ko="통계", title_en="Statistics", languages=["ko", "en"])
    module = Module.objects.create(course=course, slug="one", number=1, title_ko="하나", title_en="One")
    Activity.objects.create(
        course=course, module=module, slug="first", kind="lesson", title_ko="첫째", title_en="First"
    )
    users = User.objects.bulk_create(User(email=f"{n}@example.com", password="!") for n in range(students))
    Enrolment.objects.bulk_create(Enrolment(user=user, course=course) for user in users)
    # A row of the week after, which no sender of today may send.
    later = NOW + timedelta(days=7)
    SummaryDelivery.objects.create(user=users[0], iso_year=2026, iso_week=49, due_at=later)


def write_one() -> None:
    """Write a mail and throw it away: senders inherit what the first mail of a process loads, and get on to sending at once."""
    from courses.models import Enrolment
    from courses.summaries import content
    from courses.summaries.content import Period

    user = Enrolment.objects.all()[0].user_id
    summary = content.find_summaries([Period(user, NOW - timedelta(days=7), NOW)], now=NOW)[user]
    content.write(summary, message_id="<one@example.com>", page_path="/", now=NOW)


def sender() -> int:
    """Fork a process that runs `send_due` until nothing may be sent. Returns its process id."""
    from courses.summaries import deliveries

    child = os.fork()
    if child:
        return child
    try:
        deliveries.send_due(now=NOW)
        while deliveries.ready(now=NOW):
            deliveries.send_due(now=NOW)
    except BaseException:  # noqa: BLE001 (a child must never return into its parent's program)
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main(students: int, seed: int) -> None:
    from courses.models import SummaryDelivery
    from courses.summaries import deliveries

    prepare(students)
    # A sender that finds out what fifty mails say would mostly be killed before it sends the first one.
    deliveries.TOGETHER = 5
    write_one()
    # A connection does not survive a fork.
    connections.close_all()
    dice = random.Random(seed)
    running = {sender() for _ in range(SENDERS)}
    kills = 0
    while running:
        # Not synchronised with anything, so the kill happens at a random point.
        time.sleep(dice.uniform(0.01, 0.1))
        while running and (child := os.waitpid(-1, os.WNOHANG)[0]):
            running.remove(child)
        if running and kills < KILLS:
            victim = dice.choice(sorted(running))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            kills += 1
            running = running - {victim} | {sender()}
    deliveries.settle(now=NOW + timedelta(minutes=16))
    rows = SummaryDelivery.objects.all()
    status = dict(rows.exclude(status="queued").values_list("message_id", "status"))
    waiting = rows.filter(status="queued").count()
    print(json.dumps({"kills": kills, "rows": len(rows), "waiting": waiting, "status": status}))  # noqa: T201


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    main(students=int(sys.argv[1]), seed=int(sys.argv[2]))
