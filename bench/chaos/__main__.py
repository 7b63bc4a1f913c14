"""Submit attempts while workers, broker and database are harmed, then count every row (`./run chaos`).

Everything runs on servers and folders of its own. Grading is slowed down inside the database, and each worker is killed while a
row has the status `grading`, so that kills interrupt it. An attempt whose submit was answered with 202 must be graded once.
"""

import argparse
import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.chaos import disks
from bench.chaos.run import Run
from bench.chaos.site import Site, serving
from bench.chaos.tally import Tally
from bench.load import BenchError

# Seconds in which a request must succeed, and in which everything must be graded after the last harm.
PATIENCE = 120.0
# With the injected fault a long wait is useless.
PATIENCE_WITHOUT_LEASE = 30.0


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__.splitlines()[0])
    parser.add_argument("--attempts", type=int, default=1000, help="attempts to submit (1000)")
    parser.add_argument("--mode", choices=("embedded", "services"), default="embedded")
    parser.add_argument(
        "--without-lease", action="store_true", help="inject a fault: the lease of a killed worker does not expire"
    )
    options = parser.parse_args(argv)
    if not 2 <= options.attempts <= 4000:
        parser.error("--attempts is between 2 and 4000")
    disks.enter_namespace(options.mode, argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lease, patience = (86_400, PATIENCE_WITHOUT_LEASE) if options.without_lease else (3, PATIENCE)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="baeum-chaos-", ignore_cleanup_errors=True) as folder,
            serving(Path(folder), options.mode, lease) as (site, cast),
        ):
            if site.disk is None:
                print(
                    "No full disk in this run: it needs Linux and the right to mount (docs/bench.md).", file=sys.stderr
                )
            tally = asyncio.run(_run(site, cast, options.attempts, patience))
            is_intact = _check_database(site)
            verified = subprocess.run(
                [sys.executable, "manage.py", "verify_grades"], env=site.environment, capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            print(verified.stdout.strip().splitlines()[-1], file=sys.stderr)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print(tally.line(options.mode), flush=True)
    return 0 if tally.is_clean and is_intact and not verified.returncode else 1


async def _run(site: Site, cast: dict[str, Any], attempts: int, patience: float) -> Tally:
    return await Run(site, cast, attempts, patience).all()


def _check_database(site: Site) -> bool:
    """Whether the database file is complete. PostgreSQL checks its files by itself while it recovers."""
    if site.database is not None:
        return True
    faults = [fault for (fault,) in site.rows("PRAGMA integrity_check") if fault != "ok"]
    print("\n".join(faults) or "The database file is intact.", file=sys.stderr)
    return not faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
