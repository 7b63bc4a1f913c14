"""Start granian: load the application once, then fork the worker processes, which share its memory."""

import argparse
import ctypes
import gc
import importlib
import multiprocessing
import resource
import struct
import sys
import types
from collections.abc import Callable
from typing import Any, cast

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from operations.web.adapter import BODY_GRACE, Adapter

# Connections that one process serves at a time. A stalled one costs no more than its socket and a small task.
CONNECTIONS = 2048
# Bytes of the block of memory for the frames of Python functions: half of it is enough for hundreds of nested calls.
STACK_BLOCK = 512 * 1024
# Milliseconds in which the headers of a request must arrive.
HEADER_TIMEOUT = 20_000


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
    server = Server(
        options.application,
        address=options.host,
        port=options.port,
        interface=Interfaces.RSGI,
        workers=options.workers,
        websockets=False,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT),
        backlog=CONNECTIONS * options.workers,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
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
