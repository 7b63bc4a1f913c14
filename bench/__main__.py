"""Start and measure the product and the yardstick, and print one line of JSON for each measurement (`./run bench`)."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from types import FrameType

from bench.load import BenchError
from bench.mails.server import sink
from bench.measures import MAILS, NAMES, Plan, about, run
from bench.sides import Services, serving

QUICK_SECONDS, FULL_SECONDS = 1, 4
MOST_SECONDS, MOST_ROUNDS = 30, 10
MOST_RECIPIENTS = 100_000


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench", description="Measure Baeum as ratios to its yardstick; docs/bench.md explains the lines."
    )
    parser.add_argument("--quick", action="store_true", help="under a minute: short rounds, pages for 16 students only")
    parser.add_argument(
        "--mode",
        choices=("embedded", "services"),
        default="embedded",
        help="services: PostgreSQL and Redis, at TEST_DATABASE_URL and TEST_REDIS_URL",
    )
    parser.add_argument("--only", nargs="+", choices=NAMES, default=[], metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("-c", "--students", nargs="+", type=_bounded(256), metavar="N", help="students at a time")
    parser.add_argument("--seconds", type=_bounded(MOST_SECONDS), help=f"of one round, at most {MOST_SECONDS}")
    parser.add_argument("--rounds", type=_bounded(MOST_ROUNDS), help=f"of which the best counts, at most {MOST_ROUNDS}")
    parser.add_argument(
        "--accept-encoding",
        default="",
        metavar="VALUE",
        help='of pages and single requests, as a browser sends it: "gzip, deflate, br, zstd"; default: none',
    )
    parser.add_argument(
        "--recipients",
        type=_bounded(MOST_RECIPIENTS),
        default=MOST_RECIPIENTS,
        metavar="N",
        help=f"how many students `mails` writes to; default: {MOST_RECIPIENTS}",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FOLDER",
        help="state folder of the product to copy instead of preparing a new one",
    )
    return parser.parse_args(argv)


class _bounded:  # noqa: N801 (argparse shows the name in its errors)
    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, text: str) -> int:
        number = int(text)
        if not 1 <= number <= self.most:
            raise argparse.ArgumentTypeError(f"it is between 1 and {self.most}")
        return number


def plan_of(options: argparse.Namespace) -> Plan:
    levels = (1, 16, 64)
    return Plan(
        mode=options.mode,
        levels=options.students or ((16,) if options.quick else levels),
        grading_levels=options.students or levels,
        attempt_levels=options.students or ((16,) if options.quick else levels),
        rounds=options.rounds or (1 if options.quick else 3),
        seconds=options.seconds or (QUICK_SECONDS if options.quick else FULL_SECONDS),
        only=options.only,
        is_quick=options.quick,
        accept_encoding=options.accept_encoding,
        recipients=options.recipients,
    )


def services_of(options: argparse.Namespace) -> Services | None:
    if options.mode == "embedded":
        return None
    database, redis = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if not database or not redis:
        raise BenchError("--mode services needs TEST_DATABASE_URL and TEST_REDIS_URL: the services that it may use.")
    return Services(database, redis)


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(argv)
    plan = plan_of(options)
    # SIGTERM must also stop the processes that were started.
    signal.signal(signal.SIGTERM, _stop)
    start = time.monotonic()
    try:
        services = services_of(options)
        with (
            tempfile.TemporaryDirectory(prefix="baeum-bench-") as home,
            sink() if MAILS in plan.only else nullcontext() as mail_server,
            serving(Path(home), services, options.state, mail_server) as sides,
        ):
            print(about(plan), file=sys.stderr)
            run(sides, plan, lambda line: print(line, flush=True))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"{time.monotonic() - start:.0f} s in all.", file=sys.stderr)
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
