"""Decide where notifications may be sent: to push services on the internet, and never into the network of the site.

The address comes from whoever subscribes. So it must be https, its host must have public addresses only, and the connection is
made to the very address that was checked.
"""

import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

# An IPv4 address inside an IPv6 one, which a gateway takes out again.
_NAT64 = IPv6Network("64:ff9b::/96")
# Seconds that somebody who subscribes waits for the name server. It is asked again before each notification.
PATIENCE = 2.0
# Look-ups of subscribers at the same time. A name server that does not answer must not fill the process with threads.
_slots = threading.BoundedSemaphore(4)


class Refused(Exception):
    """Raised when nothing may be sent to an address. The text says why, in English."""


class Unresolved(Exception):
    """Raised when a name cannot be resolved now."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked. `is_trusted`: the operator has listed its origin, whatever its scheme and network."""

    scheme: str
    host: str
    port: int
    path: str
    is_trusted: bool

    @property
    def origin(self) -> str:
        """Scheme, host and, if it is not the usual one, port."""
        is_usual = self.port == (443 if self.scheme == "https" else 80)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" if is_usual else f"{self.scheme}://{host}:{self.port}"


def read(url: str) -> Target:
    """Return the parts of an address. Raises Refused. Asks no name server."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise Refused("It has characters that no address has.")
    try:
        parts = urlsplit(url)
        target = _target(parts)
    except ValueError as error:
        raise Refused("It is no address.") from error
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused("It has a name, a password or a fragment.")
    if target.is_trusted:
        return target
    if target.scheme != "https" or target.port != 443:
        raise Refused("It is not https on the usual port.")
    literal = _as_address(target.host)
    if literal is not None and not is_public(literal):
        raise Refused("Its host is not public.")
    if literal is None and "." not in target.host.rstrip("."):
        raise Refused("Its host has no domain.")
    return target


def resolve(target: Target) -> Sequence[str]:
    """Return the addresses of the host. Raises Unresolved, and Refused if one of them is not public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unresolved(str(error)) from error
    addresses = list(dict.fromkeys(str(address[0]) for _family, _type, _protocol, _name, address in found))
    if not target.is_trusted and not all(is_public(ip_address(each)) for each in addresses):
        raise Refused("Its host is not public.")
    return addresses


def check_soon(target: Target) -> None:
    """Raise Refused if the host is found within PATIENCE and is not public. A host that is not found is checked later."""
    if target.is_trusted or not _slots.acquire(blocking=False):
        return
    refused: list[Refused] = []

    def look() -> None:
        try:
            resolve(target)
        except Refused as error:
            refused.append(error)
        except Unresolved:
            pass
        finally:
            _slots.release()

    thread = threading.Thread(target=look, name="push-resolver", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if refused:
        raise refused[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet, also if it contains an IPv4 address."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _target(parts: SplitResult) -> Target:
    host = parts.hostname or ""
    if not host or parts.scheme not in ("https", "http"):
        raise ValueError
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = parts.path or "/"
    found = Target(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path, is_trusted=False)
    if found.origin not in settings.PUSH_ORIGINS:
        return found
    return Target(found.scheme, found.host, found.port, found.path, is_trusted=True)


def _as_address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
