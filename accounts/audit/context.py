"""Know who acts, by which page, API address or command, and from where."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

# Longest address that is recorded. The field of the table has this length.
ADDRESS_LENGTH = 200
# Names of the parts of addresses that are keys.
SECRET_PARTS = {"token", "key", "uidb36"}


@dataclass(frozen=True, slots=True)
class Context:
    """`request` is that of a page or of the API; without one, `command` acts.

    A worker that does what somebody has asked for on a page says who (`person`), and `command` is the address of that page.
    """

    request: Any = None
    command: str = ""
    person: Any = None
    # (model, number) of the rows that were added. What is changed of them meanwhile belongs to the adding.
    added: set[tuple[Any, Any]] = field(default_factory=set)

    @property
    def actor(self) -> Any:
        """The signed-in user, or None."""
        user = self.person or getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def channel(self) -> str:
        if self.request is None:
            return "page" if self.person else "command"
        return "api" if self.request.path.startswith(("/api/", "/_allauth/")) else "page"

    @property
    def address(self) -> str:
        return (self.command if self.request is None else _mask(self.request))[:ADDRESS_LENGTH]


def _mask(request: Any) -> str:
    """Return the path without what works as a key: the links of mails sign nobody in, but change something for anybody."""
    path = str(request.path)
    match = getattr(request, "resolver_match", None)
    for name, value in (match.kwargs if match else {}).items():
        if name in SECRET_PARTS:
            path = path.replace(str(value), "…")
    return path


_current: ContextVar[Context | None] = ContextVar("audit_context", default=None)


def get() -> Context | None:
    """Return who acts now; None in code that neither a request nor a command has called, such as a test."""
    return _current.get()


@contextmanager
def acting(context: Context) -> Iterator[None]:
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def nobody() -> Iterator[None]:
    """Record nothing of what happens inside. Only for what is taken back: an entry would name a row that never was."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def begin_command(arguments: Sequence[str]) -> None:
    """Everything that follows in this process is done by `manage.py` with these arguments; only the command is recorded."""
    _current.set(Context(command=" ".join(arguments[1:2])))
