"""Every submitted attempt is graded once, even if workers, the broker or everything stops, on PostgreSQL and Redis."""

import os
import signal
from typing import Any

import psycopg
import pytest

from tests.app import App
from tests.product import Product, port_is_free, wait_for
from tests.services.conftest import PrivateRedis

pytestmark = [pytest.mark.services, pytest.mark.processes]

COURSE = "data-analytics-week-2"
Connection = psycopg.Connection[tuple[Any, ...]]


def student(product: Product) -> App:
    return App(product.address).sign_in("student@example.com", "week2-demo")


def one(database: Connection, query: str) -> Any:
    row = database.execute(query).fetchone()
    assert row is not None
    return row[0]


def assert_graded_once(database: Connection) -> None:
    assert one(database, "SELECT count(*) FROM quizzes_attempt WHERE status = 'graded'") == 1
    assert one(database, "SELECT count(*) FROM quizzes_attemptgrade") == 1
    assert one(database, "SELECT count(*) FROM courses_gradechange") == 1


def test_grading_survives_the_kill_of_its_worker(
    served: Product, prepared_database_url: str, database: Connection
) -> None:
    served.start().wait_until_ready()
    app = student(served)
    attempt = app.start_quiz(COURSE)
    workers = wait_for(lambda: served.pids_of("worker@"))
    with psycopg.connect(prepared_database_url.replace("postgres://", "postgresql://")) as holder:
        # The grader has committed its claim and waits for the lock on this table, which it does not read before.
        holder.execute("LOCK TABLE quizzes_attemptgrade IN ACCESS EXCLUSIVE MODE")
        assert app.submit(attempt) == 202
        wait_for(lambda: one(database, "SELECT status FROM quizzes_attempt") == "grading")
        wait_for(lambda: one(database, "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL") == 1)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: set(served.pids_of("worker@")).isdisjoint(workers))
        assert one(database, "SELECT status FROM quizzes_attempt") == "grading"
    assert app.result(attempt)["status"] == "graded"
    assert one(database, "SELECT grading_attempts FROM quizzes_attempt") == 2
    assert_graded_once(database)


def test_a_submit_without_a_broker_is_graded_later(
    served: Product, private_redis: PrivateRedis, database: Connection
) -> None:
    served.start().wait_until_ready()
    app = student(served)
    attempt = app.start_quiz(COURSE)
    private_redis.kill()
    assert app.submit(attempt) == 202
    assert app.submit(attempt) == 202
    assert app.get(f"attempts/{attempt['uuid']}/result")["status"] == "submitted"
    private_redis.start()
    assert app.result(attempt)["status"] == "graded"
    assert_graded_once(database)


def test_nothing_is_lost_when_all_services_stop(served: Product, database: Connection) -> None:
    served.start().wait_until_ready()
    app = student(served)
    attempt = app.start_quiz(COURSE)
    wait_for(lambda: served.pids_of("worker@"))
    assert served.process is not None
    served.process.kill()
    served.process.wait()
    wait_for(lambda: served.pids() == set())
    wait_for(lambda: port_is_free(served.port))
    served.start().wait_until_ready()
    # Still signed in, and every answer is there.
    saved = app.get(f"attempts/{attempt['uuid']}")["questions"]
    assert all(question["response"] for question in saved)
    assert app.submit(attempt) == 202
    assert app.result(attempt)["status"] == "graded"
    assert_graded_once(database)
