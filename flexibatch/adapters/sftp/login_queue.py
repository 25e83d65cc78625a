"""Who may wait to log in: strangers who say nothing must not keep bureaus out.

An address and a network have a share. When all places are taken, who has waited longest of the network that has most of
them leaves for a newcomer of another one, and nobody waits long while places are short.
"""

import ipaddress
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache

from flexibatch.domain.sessions import ConnectionLimits

SHORT = 0.3
"""The share of all places from which on they are short."""
PRESSED_SECONDS = 5.0
"""How long a log-in may take then."""
_PREFIXES = {4: 24, 6: 64}


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return the network of an address; what is none is its own.

    >>> network_of("192.0.2.17"), network_of("2001:db8::1:2:3:4"), network_of("?")
    ('192.0.2.0/24', '2001:db8::/64', '?')
    """
    try:
        told = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = getattr(told, "ipv4_mapped", None) or told
    return str(ipaddress.ip_network((mapped, _PREFIXES[mapped.version]), strict=False))


class LoginQueue:
    """Decide by the addresses of those who wait."""

    def __init__(self, limits: ConnectionLimits) -> None:
        """Keep how many may wait."""
        self._limits = limits

    def leaving(self, address: str, waiting: Sequence[str]) -> int | None:
        """Return who leaves for one more: the place of one who waits, their number for the newcomer, None for nobody.

        Those who wait are given by their addresses, who has waited longest first.

        >>> from datetime import timedelta
        >>> queue = LoginQueue(ConnectionLimits(1, 1, 3, 6, timedelta(20), timedelta(900), 2, 3))
        >>> queue.leaving("192.0.2.1", ["192.0.2.1"]), queue.leaving("192.0.2.1", ["192.0.2.1"] * 2)
        (None, 2)
        >>> queue.leaving("198.51.100.1", ["203.0.113.9", "192.0.2.1", "192.0.2.2"])
        1
        """
        if self._full(address, waiting):
            return len(waiting)
        if len(waiting) < self._limits.max_logins:
            return None
        networks = [network_of(one) for one in waiting]
        largest, most = Counter(networks).most_common(1)[0]
        mine = networks.count(network_of(address))
        return networks.index(largest) if most > mine else len(waiting)

    def pressed(self, waiting: Collection[str]) -> frozenset[str]:
        """Return the addresses that places are short for: those at their share, or all where many wait."""
        crowded = len(waiting) >= SHORT * self._limits.max_logins
        return frozenset(address for address in waiting if crowded or self._full(address, waiting))

    def _full(self, address: str, waiting: Collection[str]) -> bool:
        addresses = Counter(waiting)
        networks = Counter(map(network_of, waiting))
        return (
            addresses[address] >= self._limits.max_logins_per_address
            or networks[network_of(address)] >= self._limits.max_logins_per_network
        )
