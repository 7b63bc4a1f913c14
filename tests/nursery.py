"""Run Python commands in new processes without importing the libraries each time.

A helper process imports libraries that every command needs and that depend neither on settings nor on the environment. For each
command it forks, and the fork gets the environment, arguments and output of the command. It has imported nothing of this
project, so it reads the settings and loads the apps as a started process does. That saves half of a second for each command.

Tests of how a process starts, or of what is imported, start Python instead: `tests.product.Product.start`.
"""

import array
import atexit
import gc
import importlib
import json
import locale
import os
import runpy
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MANAGE = str(ROOT / "manage.py")
# What takes long to import. `lms.settings` imports Django's admin, too, before there are settings.
LIBRARIES = (
    "celery.app.base",
    "celery.app.task",
    "celery.loaders.app",
    "celery.signals",
    "dateutil.rrule",
    "django.contrib.admin",
    "django.core.management.base",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.test",
    "django_stubs_ext",
    "environ",
    "kombu",
    "markdown_it",
    "pygments.formatters",
    "pygments.lexers",
    "requests",
    "sqlparse",
    "structlog",
    "yaml",
)
MOST_BYTES = 1_000_000


class _Nursery:
    """The helper process of this process, started at the first command."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        clean = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME", "SPT_NOENV")}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
                cwd=ROOT, env=clean, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        atexit.register(self.close)

    def run(self, arguments: list[str], environment: dict[str, str], seconds: float) -> tuple[int, str, str]:
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            request = json.dumps({"arguments": arguments, "environment": environment}).encode()
            socket.send_fds(self._ours, [request], [output.fileno(), errors.fileno()])
            self._ours.settimeout(seconds)
            try:
                code = int(self._ours.recv(100))
            except TimeoutError:
                # The next command must not get the code of this one.
                _nurseries.remove(self)
                self._process.kill()
                raise
            texts = []
            for file in (output, errors):
                file.seek(0)
                texts.append(file.read().decode())
        return code, texts[0], texts[1]

    def close(self) -> None:
        self._ours.close()
        self._process.wait()


_nurseries: list[_Nursery] = []


def run(
    arguments: list[str], environment: dict[str, str], *, seconds: float = 600
) -> "subprocess.CompletedProcess[str]":
    """Run `python ARGUMENTS` in the folder of this project. The first argument is the path of a script, or -c."""
    if not _nurseries:
        _nurseries.append(_Nursery())
    code, output, errors = _nurseries[0].run(arguments, environment, seconds)
    return subprocess.CompletedProcess(arguments, code, output, errors)


# --- In the helper process ---


def _next_command(server: socket.socket) -> list[str]:
    """Fork for each request. Returns the arguments in the fork; in the helper process it returns never."""
    while True:
        request, files = _receive(server)
        pid = os.fork()
        if not pid:
            server.close()
            return _become(json.loads(request), files)
        for file in files:
            os.close(file)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        server.send(str(code).encode())


def _receive(server: socket.socket) -> tuple[bytes, list[int]]:
    request, files, _flags, _address = socket.recv_fds(server, MOST_BYTES, 2)
    if not request:
        # The tests have ended.
        os._exit(0)
    return request, list(array.array("i", files))


def _become(request: dict[str, Any], files: list[int]) -> list[str]:
    for number, file in enumerate(files, start=1):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    locale.setlocale(locale.LC_CTYPE, "")
    time.tzset()
    arguments: list[str] = request["arguments"]
    return arguments


if __name__ == "__main__":
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()
    found = _next_command(socket.socket(fileno=int(sys.argv[1])))
    # At the top level, so that Python ends as after any other program: with its message, exit code and clean-up.
    if found[0] == "-c":
        sys.argv = ["-c", *found[2:]]
        exec(compile(found[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = found
        runpy.run_path(found[0], run_name="__main__")
