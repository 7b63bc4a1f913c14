"""Fill the audit log with ten million rows and measure its searches. Runs in `manage.py shell` of the product.

The rows are made by the database from the bench's students: a staff of 20 looks at lists and attempts for a year.
"""

import json
import statistics
import time
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.audit import search
from accounts.audit.search import Query
from accounts.models import User

EVENTS, ENTRIES_OF_EACH, STAFF = 1_000_000, 9, 20
REPEATED = 5

# A numbered row for each event. SQLite has no generate_series.
_NUMBERS = {
    "postgresql": "generate_series(1, {n}) AS numbers(n)",
    "sqlite": "(WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < {n}) SELECT n FROM c)",
}
_AT = {
    "postgresql": "now() - interval '1 year' + n * interval '31 seconds'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 year', (n * 31) || ' seconds')",
}


def main() -> None:
    """Print the milliseconds of each search as JSON: the median of five."""
    people, staff = _people()
    started = time.monotonic()
    _fill(people, staff)
    filled = time.monotonic() - started
    today = timezone.now()
    queries = {
        "newest": Query(),
        "deep_page": Query(before=EVENTS // 2),
        "person": Query(subject=people[len(people) // 2]),
        "person_and_action": Query(subject=people[0], action="delete"),
        "name": Query(text=User.objects.get(pk=people[7]).email),
        "many_names": Query(text="@"),
        "actor": Query(text="staff-7@"),
        "rare_address": Query(text="/admin/quizzes/attempt/777777/"),
        "frequent_address": Query(text="/admin/"),
        "no_address": Query(text="/nowhere/"),
        "day": Query(since=today - timedelta(days=100), until=today - timedelta(days=99)),
        "rare_action": Query(action="delete"),
        "no_day": Query(since=today + timedelta(days=100)),
    }
    by = {name: _median(query) for name, query in queries.items()}
    rows = EVENTS * (1 + ENTRIES_OF_EACH)
    print(json.dumps({"rows": rows, "filled_s": round(filled), "slowest_ms": max(by.values()), "by": by}))


def _people() -> tuple[list[int], list[int]]:
    people = list(User.objects.filter(is_staff=False).order_by("pk").values_list("pk", flat=True))
    staff = [User(email=f"staff-{n}@example.com", name=f"Staff {n}", is_staff=True) for n in range(STAFF)]
    User.objects.bulk_create(staff)
    return people, list(User.objects.filter(email__startswith="staff-").order_by("pk").values_list("pk", flat=True))


def _fill(people: list[int], staff: list[int]) -> None:
    # Both lists are numbered without gaps, because each was inserted at once.
    vendor = connection.vendor
    numbers, at = _NUMBERS[vendor].format(n=EVENTS), _AT[vendor]
    address = "CASE WHEN n % 3 = 0 THEN '/admin/courses/course/1/students/' ELSE '/admin/quizzes/attempt/' || n || '/change/' END"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_auditevent (at, actor_id, action, channel, address) "
            f"SELECT {at}, {staff[0]} + n % {len(staff)}, CASE WHEN n % 10007 = 0 THEN 'delete' ELSE 'view' END, 'page', "
            f"{address} FROM {numbers}"
        )
        for turn in range(ENTRIES_OF_EACH):
            cursor.execute(
                "INSERT INTO accounts_auditentry (event_id, subject_id, model, object_id) "
                f"SELECT id, {people[0]} + (id * 7919 + {turn} * 131) % {len(people)}, 'courses.enrolment', id "
                "FROM accounts_auditevent"
            )
        cursor.execute("ANALYZE accounts_auditevent")
        cursor.execute("ANALYZE accounts_auditentry")


def _median(query: Query) -> float:
    times = []
    for _ in range(REPEATED):
        started = time.perf_counter()
        search.find_events(query)
        times.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(times), 1)
