"""Say which requests are carried out although their body was cut off, and how the application learns of it.

Imports nothing, because the web server needs it before the application.
"""

# Set in the WSGI environment of such a request. `CONTENT_LENGTH` is then what has arrived.
BODY_CUT = "baeum.body_cut"
# The type of a piece of an upload that resumes (tus 1.0.0).
PIECE = "application/offset+octet-stream"


def is_kept(environ: dict[str, object]) -> bool:
    """Return whether the part that has arrived can be used: a piece of an upload, which the client can resume."""
    method = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE") or environ["REQUEST_METHOD"]
    return method == "PATCH" and environ.get("CONTENT_TYPE") == PIECE
