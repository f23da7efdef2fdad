"""A file that is read while it is written: whole, in order, by a reader as slow as it likes."""

import asyncio

import pytest

from forum.core.spool import CHUNK, CutShort, Spool


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "spool")


def put(spool, content):
    spool.file.write(content)
    spool.file.flush()
    spool.grown()


async def test_what_is_there_is_read_before_the_end_is_known(spool):
    put(spool, b"one ")
    reading = spool.read()
    assert await anext(reading) == b"one "
    waiting = asyncio.ensure_future(anext(reading))
    await asyncio.sleep(0)
    assert not waiting.done()
    put(spool, b"two ")
    assert await waiting == b"two "
    put(spool, b"three")
    spool.end()
    assert [chunk async for chunk in reading] == [b"three"]


async def test_the_writer_waits_for_no_reader_and_nothing_is_read_twice(spool):
    content = bytes(range(256)) * (CHUNK // 100)
    for start in range(0, len(content), 1000):
        put(spool, content[start : start + 1000])
    spool.end()
    chunks = [chunk async for chunk in spool.read()]
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) == CHUNK


async def test_an_empty_file_ends(spool):
    spool.end()
    assert [chunk async for chunk in spool.read()] == []


async def test_what_is_not_whole_is_cut_short_never_ended(spool):
    put(spool, b"one ")
    spool.fail()
    reading = spool.read()
    assert await anext(reading) == b"one "
    with pytest.raises(CutShort):
        await anext(reading)


async def test_what_is_written_at_the_end_is_read_then(spool):
    reading = asyncio.ensure_future(anext(spool.read()))
    spool.file.write(b"PK....")
    spool.file.seek(2)
    spool.file.write(b"\3\4")
    spool.file.flush()
    await asyncio.sleep(0)
    assert not reading.done()
    spool.end()
    assert await reading == b"PK\3\4.."


async def test_the_file_has_no_name_and_goes_with_its_last_user(tmp_path):
    spool = Spool(tmp_path)
    assert [*tmp_path.iterdir()] == []
    file, reading = spool.file, spool.read()
    put(spool, b"x")
    assert await anext(reading) == b"x"
    del spool
    assert not file.closed
    await reading.aclose()
    del reading
    assert file.closed
