"""No connection to a private or loopback address unless a setting allows it.

Names are resolved here, every address is checked, and the connection is made to an address that was checked: a name
that resolves otherwise a moment later (DNS rebinding) changes nothing.
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


class ForbiddenAddress(Exception):
    """A host is, or resolves to, an address that must not be connected to."""


@dataclass(frozen=True)
class AddressPolicy:
    """Which addresses may be connected to: public ones; all where `any_address`; and hosts a setting spells out."""

    any_address: bool = False
    named: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def from_urls(cls, urls: Iterable[str], *, any_address: bool) -> "AddressPolicy":
        """Return a policy that allows public addresses and the private addresses spelled out in configured URLs."""
        named = {(host, port) for host, port in map(host_and_port, urls) if _is_spelled_out(host)}
        return cls(any_address, frozenset(named))

    def resolve(self, host: str, port: int) -> list[str]:
        """Addresses of a host, all of which may be connected to; raises `ForbiddenAddress`, `OSError`."""
        found = [str(told[4][0]) for told in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not self.any_address and (host.lower(), port) not in self.named:
            forbidden = [address for address in found if not is_public(address)]
            if forbidden:
                raise ForbiddenAddress(f"{host} is the private address {forbidden[0]}")
        return found

    def check_redirect(self, url: str) -> None:
        """Raise `ForbiddenAddress` for a redirect to a private address, spelled out in a setting or not."""
        host, port = host_and_port(url)
        if not self.any_address and (_is_spelled_out(host) or (host, port) in self.named):
            raise ForbiddenAddress(f"a redirect leads to the private address {host}")


def host_and_port(url: str) -> tuple[str, int]:
    """Host, in lower case, and port of a URL."""
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)


def is_public(address: str) -> bool:
    """Whether an address, or the IPv4 address an IPv6 address stands for, is reachable from everywhere."""
    told = ipaddress.ip_address(address.partition("%")[0])
    told_too = _inner(told) if isinstance(told, ipaddress.IPv6Address) else None
    return all(one.is_global and not one.is_multicast for one in (told, told_too) if one)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped (RFC 4291), 6to4 (RFC 3056) or NAT64 (RFC 6052) address."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_spelled_out(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return not is_public(host)
    except ValueError:
        return False


class GuardedBackend(httpcore.SyncBackend):
    """Connects to addresses that were checked, and to no name."""

    def __init__(self, policy: AddressPolicy) -> None:
        super().__init__()
        self._policy = policy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked address that answers; TLS still checks the certificate of the name."""
        try:
            addresses = self._policy.resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved ({error.strerror or error})") from error
        for address in addresses[:-1]:
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                continue
        return super().connect_tcp(addresses[-1], port, timeout, local_address, socket_options)
