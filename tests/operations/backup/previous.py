r"""The database of the previous release, for the tests of upgrades.

`dumps/` has one for each database, as compressed SQL: the demo, a course with every kind of question, and a student with a graded
attempt and a file handed in. They were made by this file in a checkout of the release, the build before there were backups
(2a839a1):

    PYTHONPATH=. python THIS_FILE seed
    PYTHONPATH=. python THIS_FILE dump-sqlite > sqlite.sql.xz
    pg_dump --no-owner --no-privileges DATABASE | grep -v '^.\(un\)\?restrict ' | xz -9e > postgresql.sql.xz

Later releases have `./run manage backup`.
"""

import hashlib
import lzma
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import UUID

# The commit of the previous release.
RELEASE = "2a839a1"
DUMPS = Path(__file__).parent / "dumps"
# The file that the student has handed in, and its name in the uploads folder.
UPLOAD = b"%PDF-1.7\nA plan for monitoring.\n"
UPLOAD_NAME = "hand-ins/plan.pdf"
STUDENT, PASSWORD = "student@example.com", "week2-demo"


def load_sqlite(home: Path) -> None:
    """Make `home` the state folder of a site of the previous release."""
    _write_upload(home)
    with closing(sqlite3.connect(home / "baeum.sqlite3")) as database:
        database.executescript(lzma.decompress((DUMPS / "sqlite.sql.xz").read_bytes()).decode())
        database.execute("PRAGMA journal_mode=WAL").fetchall()


def load_postgresql(home: Path, url: str) -> None:
    """Fill the empty database of `url` with the previous release's, and `home` with its uploads."""
    _write_upload(home)
    script = lzma.decompress((DUMPS / "postgresql.sql.xz").read_bytes())
    psql = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--dbname", url]
    subprocess.run(psql, input=script, check=True, stdout=subprocess.DEVNULL)


def _write_upload(home: Path) -> None:
    path = home / "uploads" / UPLOAD_NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(UPLOAD)


def _seed() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.models import User
    from courses.models import Course, Enrolment
    from quizzes.attempts.models import HandInFile
    from quizzes.authoring.models import Quiz
    from quizzes.grading import automatic
    from quizzes.taking import save, start, submit
    from tests.e2e import every_kind_course

    call_command("migrate", verbosity=0)
    call_command("import_course", "content/data-analytics-week-2", verbosity=0)
    call_command("seed_demo")
    every_kind_course.make(attempts_allowed=None)
    student = User.objects.get(email=STUDENT)
    now = timezone.now()
    for course in Course.objects.all():
        enrolment, _new = Enrolment.objects.get_or_create(
            user=student, course=course, defaults={"source": Enrolment.Source.ROSTER}
        )
        quiz = Quiz.objects.filter(activity__course=course, activity__kind="quiz").order_by("pk")[0]
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
        for question in attempt.public_questions:
            uuid = UUID(question["uuid"])
            if question["kind"] == "short_answer":
                answer = {"text": "data drift"}
                save.save_answer(attempt=attempt, question=uuid, response=answer, now=now, sequence=1)
            if question["kind"] == "hand_in":
                HandInFile.objects.create(
                    attempt=attempt, question=uuid, name="plan.pdf", size=len(UPLOAD), file=UPLOAD_NAME,
                    sha256=hashlib.sha256(UPLOAD).hexdigest(), uploaded_at=now,
                )  # fmt: skip
        submit.submit(attempt=attempt, now=now)
        automatic.grade_attempts(attempt_ids=[attempt.pk], now=now)
    call_command("verify_grades")


def _dump_sqlite() -> None:
    path = Path(os.environ["BAEUM_HOME"]) / "baeum.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        script = "\n".join(database.iterdump()) + "\n"
    sys.stdout.buffer.write(lzma.compress(script.encode(), preset=9))


if __name__ == "__main__":
    {"seed": _seed, "dump-sqlite": _dump_sqlite}[sys.argv[1]]()
