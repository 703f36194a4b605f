"""Guard against server-side request forgery: no connection to a private or loopback address unless allowed.

Host names are resolved here, every address is checked, and the connection is made to a checked address. A name that
resolves differently a moment later (DNS rebinding) therefore has no effect.
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


class ForbiddenAddress(Exception):
    """A host is, or resolves to, an address that must not be connected to."""


@dataclass(frozen=True)
class AddressPolicy:
    """Which addresses may be connected to.

    Public addresses always; every address if `any_address`; and the `named` pairs of host and port, which the settings
    spell out.
    """

    any_address: bool = False
    named: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def from_urls(cls, urls: Iterable[str], *, any_address: bool) -> "AddressPolicy":
        """Return a policy that allows public addresses and the private addresses spelled out in configured URLs."""
        named = {(host, port) for host, port in map(host_and_port, urls) if _is_spelled_out(host)}
        return cls(any_address, frozenset(named))

    def resolve(self, host: str, port: int) -> list[str]:
        """Return the IP addresses of a host, all of them allowed.

        Raises `ForbiddenAddress` if any of them is not allowed, and `OSError` if the name cannot be resolved.
        """
        # getaddrinfo: (family, type, protocol, canonical name, (address, port, ...)), once for each address
        addresses = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not self.any_address and (host.lower(), port) not in self.named:
            forbidden = [address for address in addresses if not is_public(address)]
            if forbidden:
                raise ForbiddenAddress(f"{host} is the private address {forbidden[0]}")
        return addresses

    def check_redirect(self, origin: str, url: str) -> None:
        """Raise `ForbiddenAddress` for a redirect to a private address, even one that the settings spell out.

        A redirect from a host and port that the settings spell out to the same host and port is allowed.
        """
        host, port = host_and_port(url)
        if (host, port) in self.named and (host, port) == host_and_port(origin):
            return
        if not self.any_address and (_is_spelled_out(host) or (host, port) in self.named):
            raise ForbiddenAddress(f"a redirect leads to the private address {host}")


def host_and_port(url: str) -> tuple[str, int]:
    """Return the host of a URL in lower case, and its port (0 if the scheme has no default)."""
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)


def is_public(address: str) -> bool:
    """Return whether an IP address, and any IPv4 address embedded in it, is globally reachable unicast."""
    outer = ipaddress.ip_address(address.partition("%")[0])  # without the zone: fe80::1%eth0
    embedded = _embedded_ipv4(outer) if isinstance(outer, ipaddress.IPv6Address) else None
    return all(ip.is_global and not ip.is_multicast for ip in (outer, embedded) if ip)


def _embedded_ipv4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside a mapped (RFC 4291), 6to4 (RFC 3056) or NAT64 (RFC 6052) address.

    For example 127.0.0.1 for ::ffff:127.0.0.1: connecting to the outer address reaches the inner one.
    """
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
    """Network backend of httpcore that resolves names itself and connects to checked addresses only."""

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
        """Connect to the first checked address that answers; TLS still verifies the certificate against the name."""
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
