"""How often a client may ask: requests counted by the minute, in a memory that does not grow."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any

from litestar.middleware.base import DefineMiddleware

from forum.core.errors import TooMany

MINUTE_S = 60.0
MOST_CLIENTS = 10_000
"""The most clients that are counted at once, some 3 MB."""
IPV6_SITE_BITS = 64
"""An IPv6 client has at least so much of an address to itself (RFC 6177): it is one client."""


class Limits:
    """Counts requests by whom they are from, each in a minute that begins with the first one.

    What is over is forgotten as others come. Beyond `most` clients the one whose minute began first
    is forgotten too: who has that many addresses gains little by it, and memory stays as it is.
    """

    def __init__(
        self, *, most: int = MOST_CLIENTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most = most
        self._clock = clock
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return len(self._counts)

    def wait_s(self, who: str, per_minute: int) -> int:
        """Count a request; return 0, or the seconds after which `who` may ask again (1 to 60)."""
        now = self._clock()
        self._forget(now)
        began, count = self._counts.get(who, (now, 0))
        if count >= per_minute:
            return math.ceil(began + MINUTE_S - now)
        self._counts[who] = (began, count + 1)  # one who is known keeps its place: by `began`
        if len(self._counts) > self.most:
            self._counts.popitem(last=False)
        return 0

    def _forget(self, now: float) -> None:
        """Forget those whose minute is over; they stand first."""
        while self._counts:
            who, (began, _) = next(iter(self._counts.items()))
            if began + MINUTE_S > now:
                return
            del self._counts[who]


def client_of(address: str) -> str:
    """Return who is counted under an address: an IPv4 address, or the /64 of an IPv6 one.

    A port, which some proxies add, is left out. All that is no address is one client.
    """
    host = address.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host)
    except ValueError:
        return "-"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> IPV6_SITE_BITS << IPV6_SITE_BITS)}/{IPV6_SITE_BITS}"
    return str(found)


class Limited:
    """Stands before a route and refuses a client who asks too often (`Settings.rate_limit`)."""

    def __init__(self, app: Any, bucket: str, per_minute: int) -> None:
        self.app = app
        self.bucket = bucket
        self.per_minute = per_minute

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection (ASGI 3).

        Raises:
            TooMany: saying when to come back.
        """
        limits: Limits | None = scope["litestar_app"].state.limits
        if limits is not None:
            address = scope["client"][0] if scope.get("client") else ""
            wait_s = limits.wait_s(f"{self.bucket} {client_of(address)}", self.per_minute)
            if wait_s:
                raise TooMany(wait_s)
        await self.app(scope, receive, send)


def limited(bucket: str, *, per_minute: int) -> DefineMiddleware:
    """Limit routes to `per_minute` requests a client; those of one `bucket` count together."""
    return DefineMiddleware(Limited, bucket=bucket, per_minute=per_minute)
