"""Rates: counted by client and minute, told to the second, and in a memory that does not grow."""

from ipaddress import ip_network

import msgspec
import pytest

from forum.core.limits import Limits, client_of
from tests.factories import opened


class Clock:
    """A clock that a test sets, in seconds."""

    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


def test_a_client_may_ask_so_often_in_a_minute_and_then_again(clock):
    limits = Limits(clock=clock)
    assert [limits.wait_s("a", 3) for _ in range(4)] == [0, 0, 0, 60]
    clock.at += 0.5
    assert limits.wait_s("a", 3) == 60
    clock.at += 58.5
    assert limits.wait_s("a", 3) == 1
    clock.at += 0.999
    assert limits.wait_s("a", 3) == 1
    clock.at += 0.001
    assert [limits.wait_s("a", 3) for _ in range(4)] == [0, 0, 0, 60]


def test_one_client_leaves_another_alone(clock):
    limits = Limits(clock=clock)
    assert [limits.wait_s("a", 1), limits.wait_s("a", 1), limits.wait_s("b", 1)] == [0, 60, 0]


def test_who_was_counted_is_forgotten_after_a_minute(clock):
    limits = Limits(clock=clock)
    for number in range(400):
        limits.wait_s(str(number), 1)
        clock.at += 0.125
    assert len(limits) == 400
    clock.at += 30
    limits.wait_s("later", 1)
    assert len(limits) == 240


def test_a_hundred_thousand_addresses_are_no_more_than_the_most(clock):
    limits = Limits(most=1000, clock=clock)
    sizes = set()
    for number in range(100_000):
        limits.wait_s(str(number), 1)
        sizes.add(len(limits))
    assert max(sizes) == 1000


def test_beyond_the_most_who_began_first_is_forgotten(clock):
    limits = Limits(most=2, clock=clock)
    for who in ("a", "b", "a", "c"):
        limits.wait_s(who, 1)
    assert [limits.wait_s(who, 1) for who in ("b", "c")] == [60, 60]
    assert limits.wait_s("a", 1) == 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:5123", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "-"),
        ("unix:", "-"),
        ("x" * 10_000, "-"),
    ],
)
def test_a_client_is_an_ipv4_address_or_the_half_of_an_ipv6_one(address, client):
    assert client_of(address) == client


@pytest.fixture
async def ask(pool, settings):
    """Ask from any address: a proxy of this machine tells them."""
    strict = msgspec.structs.replace(
        settings, rate_limit=True, trusted_proxies=(ip_network("127.0.0.0/8"),)
    )
    async with opened(pool, strict) as site, site.client() as client:

        async def ask(address):
            headers = {"x-forwarded-for": address}
            return await client.post("/api/devices", json={"code": "none"}, headers=headers)

        yield ask


async def test_an_ipv6_client_is_limited_whatever_its_last_half(ask):
    got = [await ask(f"2001:db8:0:1::{number:x}") for number in range(1, 12)]
    assert [one.status_code for one in got] == [404] * 10 + [429]
    assert got[-1].json()["code"] == "too_many_requests"
    assert 1 <= int(got[-1].headers["retry-after"]) <= 60
    assert (await ask("2001:db8:0:2::1")).status_code == 404
