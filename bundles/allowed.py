"""Know what may be done without a network. The app that takes it later registers it at its start."""

from collections.abc import Iterable

# Kinds of operations, and operations of the API that need a network.
OPERATIONS: list[str] = []
NEED_NETWORK: list[str] = []


def register(operations: Iterable[str], need_network: Iterable[str]) -> None:
    OPERATIONS[:] = operations
    NEED_NETWORK[:] = need_network
