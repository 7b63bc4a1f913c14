"""Start a Celery worker (`python -m operations.worker APPLICATION NAME QUEUES POOL`).

Celery's command line does the same and imports all its other commands, which takes 7 MB in each process.
"""

import argparse
import os

from celery.app.utils import find_app
from celery.utils.nodenames import default_nodename, host_format

from operations import scheduler


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m operations.worker")
    parser.add_argument("application", help="the package of the Celery application")
    parser.add_argument("name")
    parser.add_argument("queues", help="separated by commas")
    parser.add_argument("pool", choices=("threads", "prefork"))
    options = parser.parse_args()
    worker = find_app(options.application).Worker(
        hostname=host_format(default_nodename(options.name)),
        queues=options.queues.split(","),
        pool_cls=options.pool,
        concurrency=2,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    if scheduler.VARIABLE in os.environ:
        scheduler.start_thread()
    worker.start()
    raise SystemExit(worker.exitcode)


if __name__ == "__main__":
    main()
