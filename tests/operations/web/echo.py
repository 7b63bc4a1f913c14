"""A WSGI application that says what it received. It runs in the server's process, so it keeps its calls in a list."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable
from typing import Any

from operations.web.adapter import BODY_REFUSED

LARGE = 8 * 1024 * 1024
bodies: list[int] = []


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/file":
        file = tempfile.TemporaryFile()  # noqa: SIM115 (the server closes it)
        file.truncate(LARGE)
        start_response("200 OK", [("Content-Length", str(LARGE))])
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file)
        return wrapped
    if environ["REQUEST_METHOD"] in ("POST", "PATCH"):
        bodies.append(len(environ["wsgi.input"].read()))
    status = f"{environ[BODY_REFUSED]} Refused" if BODY_REFUSED in environ else "200 OK"
    start_response(status, [("Content-Type", "application/json")])
    seen = {name: value for name, value in environ.items() if isinstance(value, str)}
    return [json.dumps({"environ": seen, "bodies": bodies, "pid": os.getpid()}).encode()]
