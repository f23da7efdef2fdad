"""Addresses of printers: private networks and printers' ports alone, whatever a name leads to."""

from ipaddress import ip_address

import pytest

from badges.printers import addresses, sending
from badges.printers.addresses import BadAddress
from badges.printers.models import Fault
from badges.printers.sending import Jam, Patience


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("192.168.1.50", ("192.168.1.50", 9100)),
        (" 10.0.0.7:9109 ", ("10.0.0.7", 9109)),
        ("172.31.255.254:6101", ("172.31.255.254", 6101)),
        ("169.254.10.2", ("169.254.10.2", 9100)),
        ("[fd12::7]:9100", ("fd12::7", 9100)),
        ("[fe80::1]", ("fe80::1", 9100)),
        ("Zebra-Desk.local:9101", ("zebra-desk.local", 9101)),
    ],
)
def test_a_printers_address_is_read(typed, read):
    assert addresses.read(typed, here=False) == read
    assert addresses.read(addresses.written(*read), here=False) == read


@pytest.mark.parametrize(
    "typed",
    """8.8.8.8 127.0.0.1 [::1] 0.0.0.0 [::] 169.254.169.254 [fd00:ec2::254] [2001:4860::8]
    224.0.0.1 255.255.255.255 100.64.0.1 192.0.2.1 172.32.0.1 [::ffff:8.8.8.8]
    [::ffff:127.0.0.1] [::127.0.0.1] [64:ff9b::7f00:1] 192.168.1.50:80 192.168.1.50:9110
    192.168.1.50:0 192.168.1.50:65536 2130706433 0x7f000001 127.1 a.0x7f http://192.168.1.5
    192.168.1.5/x a@192.168.1.5 192.168.1.5:9100:1 -a a..b a_b.local é.local
    [fe80::1%eth0]""".split(),
)
def test_what_is_no_printers_address_is_refused(typed):
    with pytest.raises(BadAddress):
        addresses.read(typed, here=False)


def test_this_machine_is_allowed_only_where_it_is_set_so():
    assert addresses.read("127.0.0.1", here=True) == ("127.0.0.1", 9100)
    assert addresses.allowed(ip_address("::1"), here=True)
    assert not addresses.allowed(ip_address("8.8.8.8"), here=True)
    assert not addresses.allowed(ip_address("0.0.0.0"), here=True)  # noqa: S104


async def test_a_name_that_leads_to_this_machine_is_refused():
    """`localhost` is a good name, and no printer of the network."""
    with pytest.raises(Jam) as caught:
        await sending.find("localhost:9100", here=False, patience=Patience())
    assert caught.value.fault is Fault.ADDRESS_FORBIDDEN
    number, port = await sending.find("localhost:9100", here=True, patience=Patience())
    assert (ip_address(number).is_loopback, port) == (True, 9100)
