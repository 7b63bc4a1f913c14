"""A worker is killed while grading, on SQLite and the filesystem broker: nothing is lost or graded twice."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from tests.app import App
from tests.product import Product, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("prepared")]

COURSE = "data-analytics-week-2"
# Makes writing the grade take minutes, so that the kill comes after the claim is committed and before the grade is.
SLOW = """
CREATE TRIGGER slow BEFORE INSERT ON quizzes_attemptgrade BEGIN
    SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000000) SELECT i FROM n);
END
"""


@contextmanager
def connected(product: Product) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(product.home / "baeum.sqlite3", timeout=60, isolation_level=None)) as connection:
        yield connection


def one(product: Product, query: str) -> Any:
    with connected(product) as connection:
        return connection.execute(query).fetchone()[0]


def test_grading_survives_the_kill_of_its_worker(product: Product) -> None:
    product.environment |= {"BAEUM_GRADING_LEASE": "2", "BAEUM_SCHEDULE_FACTOR": "0.1"}
    product.start().wait_until_ready()
    app = App(product.address).sign_in("student@example.com", "week2-demo")
    attempt = app.start_quiz(COURSE)
    workers = wait_for(lambda: product.pids_of("worker@"))
    with connected(product) as connection:
        connection.execute(SLOW)

    assert app.submit(attempt) == 202
    wait_for(lambda: one(product, "SELECT status FROM quizzes_attempt") == "grading")
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: set(product.pids_of("worker@")).isdisjoint(workers))
    assert one(product, "SELECT status FROM quizzes_attempt") == "grading"
    assert one(product, "SELECT count(*) FROM quizzes_attemptgrade") == 0
    with connected(product) as connection:
        connection.execute("DROP TRIGGER slow")

    assert app.result(attempt)["status"] == "graded"
    assert one(product, "SELECT grading_attempts FROM quizzes_attempt") >= 2
    assert one(product, "SELECT count(*) FROM quizzes_attemptgrade") == 1
    assert one(product, "SELECT count(*) FROM courses_gradechange") == 1
