"""Start granian: load the application once, fork the worker processes, which share its memory, and become `waiting`."""

import argparse
import ctypes
import gc
import importlib
import multiprocessing
import resource
import signal
import struct
import sys
import types
from collections.abc import Callable
from typing import Any, cast

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from operations.web import waiting
from operations.web.adapter import BODY_GRACE, Adapter

# Connections that one process serves at a time. A stalled one costs no more than its socket and a small task.
CONNECTIONS = 2048
# Bytes of the block of memory for the frames of Python functions: half of it is enough for hundreds of nested calls.
STACK_BLOCK = 512 * 1024
# Milliseconds in which the headers of a request must arrive.
HEADER_TIMEOUT = 20_000


class PreforkServer(Server):  # type: ignore[misc,valid-type]  # granian chooses the class for the interpreter
    """granian with worker processes that are forked from this one, which then gives up the memory that it has loaded.

    `beside`: worker processes that were started before, with when they were started. New ones are started for those missing.
    """

    def __init__(self, *args: Any, workers: int, beside: dict[int, float], **options: Any) -> None:
        super().__init__(*args, workers=workers - len(beside), **options)
        self._beside = beside
        # The handlers are set by now. As long as no process could stop the workers, the signals were blocked.
        self.on_startup(lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, waiting.SIGNALS))

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        if sys.platform != "linux":
            # Only there each worker opens the port by itself.
            super()._serve_loop(spawn_target, target_loader)
        elif not self.interrupt_signal:
            started = {worker._id(): worker.birth for worker in self.wrks}
            waiting.become({**self._beside, **started}, _command())

    def _stop_workers(self) -> None:
        super()._stop_workers()
        waiting.stop(self._beside)


def _command() -> list[str]:
    """Return the command line of this process without the workers that it has found."""
    command = list(sys.orig_argv)
    if "--beside" in command:
        at = command.index("--beside")
        del command[at : at + 2]
    return [sys.executable, *command[1:]]


def main() -> None:
    options = _arguments()
    _raise_open_file_limit()
    module_name, _, name = options.application.partition(":")
    module = importlib.import_module(module_name)
    adapter = Adapter(getattr(module, name), getattr(module, "on_worker_start", lambda loop: None), options.body_grace)
    # Exclude the loaded modules from garbage collection. Scanning them repeatedly took about 20 % of each request, and would
    # copy the pages of memory that the processes share.
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    gc.freeze()
    # Python 3.14 and later do not fork by default. Forked workers share the memory of the modules that are loaded here.
    multiprocessing.set_start_method("fork", force=True)
    server = PreforkServer(
        options.application,
        address=options.host,
        port=options.port,
        interface=Interfaces.RSGI,
        workers=options.workers,
        beside=waiting.read(options.beside),
        websockets=False,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT),
        backlog=CONNECTIONS * options.workers,
        log_level=LogLevels.warning,
    )
    # granian takes `__rsgi__` and `__rsgi_init__` of the object; its type hint says only "callable".
    target = cast("Callable[..., Any]", adapter)
    server.serve(target_loader=lambda: target, wrap_loader=False)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m operations.web", description=__doc__)
    parser.add_argument("application", help="module:name of a WSGI application")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--body-grace", type=float, default=BODY_GRACE, help="seconds that the body of a request has")
    parser.add_argument(
        "--beside", default="", help="worker processes that exist already: see operations/web/waiting.py"
    )
    return parser.parse_args()


def _raise_open_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 65536, hard))


def with_large_stack(function: Callable[[], None]) -> Callable[[], None]:
    """Return `function` with a call that gets a block of STACK_BLOCK bytes for its frame and for the frames of what it calls.

    CPython keeps the frames of a thread in blocks of 16 KB. It frees a block with the last frame in it, so a loop that calls
    functions at the end of a block asks the system for memory at each call. How deep that happens is chance: it made the page
    of an attempt a third slower. A block is as large as its first frame needs, rounded up to a power of two, so a frame of a
    little more than half of it leaves the other half free. Memory that no frame has used costs nothing.
    """
    slots = STACK_BLOCK // 2 // struct.calcsize("P")
    name = function.__name__
    code = function.__code__.replace(co_stacksize=slots)
    return types.FunctionType(code, function.__globals__, name, function.__defaults__, function.__closure__)


if __name__ == "__main__":
    with_large_stack(main)()
