"""Adapt schemathesis to the API for `./run fuzz`; it imports this module."""

from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis.specs.openapi import object_authorization
from schemathesis.specs.openapi._auth_retry import send_probe
from schemathesis.wfc.escalation import escalating_provider

STUDENT = "student"
# What these read is one student's, and staff's.
OF_ONE_STUDENT = {
    "answer_file_read", "answer_files_list", "answer_uploads_list", "attempt_read", "attempt_result", "device_read",
    "upload_read", "note_read", "summary_read", "certificate_read", "certificate_pdf",
}  # fmt: skip


@schemathesis.hook
def filter_headers(context: schemathesis.HookContext, headers: dict[str, Any] | None) -> bool:
    """A header with control characters is no HTTP: the server refuses the request, without a body, before the API sees it."""
    return not any(_is_control(character) for value in (headers or {}).values() for character in str(value))


def _is_control(character: str) -> bool:
    return character < " " or character == "\x7f"


@schemathesis.serializer("application/offset+octet-stream")
def piece(ctx: Any, value: Any) -> bytes:
    """Send a piece of an upload as it is: its schema says bytes, of which every body is an example."""
    return value if isinstance(value, bytes) else str(value).encode()


_scalars = object_authorization._declared_scalars


def _scalars_but_for_the_clock(*args: Any, **kwargs: Any) -> Iterator[Any]:
    """`object_level_authorization` compares what two people get. With the server's clock in it, no two answers are the same."""
    return (found for found in _scalars(*args, **kwargs) if not found[0] or found[0][-1] != "server_time")


object_authorization._declared_scalars = _scalars_but_for_the_clock


@schemathesis.check
def another_student_gets_nothing(ctx: Any, response: Any, case: Any) -> None:
    """`object_level_authorization` tries only ids that a link has brought; this one tries every id that the student has read."""
    provider = escalating_provider(case.operation.schema)
    is_own = case.operation.definition.raw.get("operationId") in OF_ONE_STUDENT and case.auth_identity == STUDENT
    if provider is None or not is_own or case.method != "GET" or response.status_code != 200:
        return
    for peer in provider.peers:
        if peer != STUDENT:
            other = object_authorization.apply_as(case, provider.provider_for(peer), peer)
            status = send_probe(ctx, case, other).status_code
            assert status == 404, f"{peer} gets {status} for {case.formatted_path}, which is another one's."
