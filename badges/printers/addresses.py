"""Addresses of label printers: which may be named, and which a name may stand for. No I/O.

Forum opens connections to what organisers type here, so an address has to be a printer's: a
private network, and a port on which printers take labels.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from forum.core.i18n import N_

PORTS = frozenset({*range(9100, 9110), 6101})
"""Raw printing (9100, and the next ones on print servers), and 6101 of mobile printers."""

USUAL_PORT = 9100
LONGEST_HOST = 253
LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)
HERE = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
METADATA = frozenset(map(ip_address, ("169.254.169.254", "fd00:ec2::254")))
"""Where clouds tell a machine its secrets: in a private network, and never a printer."""
MAPPED = IPv6Network("::ffff:0:0/96")

NO_ADDRESS = N_("Give the printer’s address as host:port, such as 192.168.1.50:9100.")
NO_PORT = N_("Printers take labels at the ports 9100 to 9109 and 6101: give one of them.")
NOT_PRIVATE = N_(
    "This is no address of a private network: give the printer’s own, as 192.168.1.50."
)

Ip = IPv4Address | IPv6Address


class BadAddress(ValueError):  # noqa: N818 -- it is caught at once
    """The text is no address of a printer; the message is an English msgid."""


def read(text: str, *, here: bool) -> tuple[str, int]:
    """Return host and port of `host`, `host:port` or `[v6]:port`.

    `here` allows printers on this machine itself.

    Raises:
        BadAddress: it is none, or none that a printer may have.
    """
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]+)(?::(\d{1,5}))?", text.strip())
    if match is None:
        raise BadAddress(NO_ADDRESS)
    host = match[1].strip("[]").lower()
    port = int(match[2] or USUAL_PORT)
    if port not in PORTS:
        raise BadAddress(NO_PORT)
    try:
        address = ip_address(host)
    except ValueError:
        if not is_name(host):
            raise BadAddress(NO_ADDRESS) from None
    else:
        if not allowed(address, here=here):
            raise BadAddress(NOT_PRIVATE)
    return host, port


def is_name(host: str) -> bool:
    """Say whether `host` is a name that may be looked up; digits alone are a strange number."""
    parts = host.removesuffix(".").split(".")
    return (
        len(host) <= LONGEST_HOST
        and all(LABEL.fullmatch(part) for part in parts)
        and not re.fullmatch(r"(0x[0-9a-f]*|\d+)", parts[-1])
    )


def written(host: str, port: int) -> str:
    """Return host and port as one text, which `read` reads."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def allowed(address: Ip, *, here: bool) -> bool:
    """Say whether a printer may have this address, whatever name led to it."""
    if isinstance(address, IPv6Address) and address in MAPPED and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address in METADATA:
        return False
    networks = PRIVATE + HERE if here else PRIVATE
    return any(address.version == net.version and address in net for net in networks)
