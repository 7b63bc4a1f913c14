"""Which requests are carried out although their body was cut off, and how they know: what has arrived is kept.

Imports nothing, because the web server needs it before the application.
"""

# Set in the WSGI environment of such a request. `CONTENT_LENGTH` is then what has arrived.
BODY_CUT = "baeum.body_cut"
# The type of a piece of an upload that resumes (tus 1.0.0).
PIECE = "application/offset+octet-stream"


def is_kept(environ: dict[str, object]) -> bool:
    """Whether the part of the body that has arrived is of use: the piece of an upload that the client knows how to resume."""
    method = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE") or environ["REQUEST_METHOD"]
    return method == "PATCH" and environ.get("CONTENT_TYPE") == PIECE
