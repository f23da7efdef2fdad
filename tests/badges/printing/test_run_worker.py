"""The worker of print runs: drawn whole or not at all, once, logged exactly, whatever happens."""

import asyncio
import os
import signal
from datetime import timedelta

import pikepdf
import pytest

from badges.layouts import service as layouts
from badges.layouts.shipped import SHIPPED
from badges.printing import drawer, log, run_queries, run_worker, runs
from badges.printing.run_models import KEPT, Order, RunState, Wanted
from badges.printing.run_worker import LEASE, MOST_ATTEMPTS
from tests.badges.printing.deeds import asked, codes, corrected, found, logged
from tests.factories import Memory


@pytest.fixture
async def hall(lone_site):
    """An edition of a site whose worker has nothing else to draw."""
    return await lone_site.edition()


@pytest.fixture
def worker(lone_site):
    return lone_site.worker(Memory()).prints


def at_progress(monkeypatch, deed):
    """Call `deed(db, run, done)` each time progress is stored, before it is."""
    store = run_queries.note_progress

    async def first(db, run, done, **given):
        await deed(db, run, done)
        return await store(db, run, done, **given)

    monkeypatch.setattr(run_queries, "note_progress", first)


async def people(site, edition, count, **given):
    return [await site.register(edition, **given) for _ in range(count)]


async def test_a_run_is_drawn_whole_and_each_badge_logged_once(lone_site, hall, worker, tmp_path):
    guests = await people(lone_site, hall, 6)
    run = await asked(lone_site, hall)
    assert await worker.draw_due() is True
    assert await worker.draw_due() is False
    done = await found(lone_site, hall, run)
    assert (done.state, done.done, done.total, done.pages) == (RunState.DONE, 6, 6, 2)
    assert (done.problems, done.file_until) == ([], lone_site.clock.at + KEPT)
    file = worker.folder / done.file
    assert file.stat().st_size == done.file_bytes
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(codes(file, tmp_path)) == sorted(one.token for one in guests)
    assert await logged(lone_site, hall) == sorted(
        [(one.id, run.id, "organiser:1") for one in guests], key=str
    )
    assert [one.name for one in worker.folder.iterdir()] == [done.file]
    marked = "select count(*) from ticket where edition_id = $1 and printed_at = $2"
    assert await lone_site.value(marked, hall.id, lone_site.clock.at) == 6


async def test_several_layouts_are_one_file(lone_site, hall, worker, tmp_path):
    guests = [await lone_site.register(hall, category=one) for one in ("press", "agent", "press")]
    other = next(name for name, one in SHIPPED.items() if name != "a6" and one.device == "sheets")

    async with lone_site.pool.acquire() as db:
        await layouts.choose(
            db,
            hall,
            {"press": other},
            actor="organiser:1",
            at=lone_site.clock.at,
            ids=lone_site.ids,
        )
    run = await asked(lone_site, hall)
    await worker.draw_due()
    done = await found(lone_site, hall, run)
    with pikepdf.open(worker.folder / done.file) as pdf:
        assert len(pdf.pages) == done.pages
    assert {*codes(worker.folder / done.file, tmp_path)} == {one.token for one in guests}
    used = await lone_site.rows(
        "select layout, count(*) from badge_print where run_id = $1 group by layout", run.id
    )
    assert sorted(used) == sorted([("a6", 1), (other, 2)])


async def test_progress_is_stored_part_by_part(lone_site, hall, worker, monkeypatch):
    monkeypatch.setattr("badges.printing.run_drawing.PART", 2)
    await people(lone_site, hall, 5)
    run = await asked(lone_site, hall)
    seen = []

    async def look(_db, _run, done):
        seen.append((done, (await found(lone_site, hall, run)).done))

    at_progress(monkeypatch, look)
    await worker.draw_due()
    assert seen == [(2, 0), (4, 2), (5, 4)]


async def test_a_run_that_is_cancelled_leaves_nothing(lone_site, hall, worker, monkeypatch):
    monkeypatch.setattr("badges.printing.run_drawing.PART", 2)
    await people(lone_site, hall, 5)
    run = await asked(lone_site, hall)
    lone_site.clock.at += timedelta(seconds=1)
    other = await asked(lone_site, hall)

    async def cancel(_db, claimed, _done):
        if claimed.id == run.id:
            async with lone_site.pool.acquire() as db:
                await runs.cancel(
                    db, hall, run.id, actor="organiser:2", at=lone_site.clock.at, ids=lone_site.ids
                )

    at_progress(monkeypatch, cancel)
    assert await worker.draw_due() is True
    over = await found(lone_site, hall, run)
    assert (over.state, over.file, over.ended_at) == (
        RunState.CANCELLED,
        None,
        lone_site.clock.at,
    )
    assert [*worker.folder.iterdir()] == []
    assert await logged(lone_site, hall) == []
    assert await worker.draw_due() is True
    assert (await found(lone_site, hall, other)).state is RunState.DONE


async def test_two_workers_do_not_draw_the_same_run_twice(lone_site, hall, worker):
    guests = await people(lone_site, hall, 3)
    run = await asked(lone_site, hall)
    second = lone_site.worker(Memory()).prints
    assert sorted(await asyncio.gather(worker.draw_due(), second.draw_due())) == [False, True]
    assert (await found(lone_site, hall, run)).state is RunState.DONE
    assert len(await logged(lone_site, hall)) == len(guests)
    assert len([*worker.folder.iterdir()]) == 1


async def test_a_worker_that_was_too_slow_has_no_say_any_more(lone_site, hall, worker, monkeypatch):
    guests = await people(lone_site, hall, 3)
    run = await asked(lone_site, hall)
    second = lone_site.worker(Memory()).prints
    overtaken = []

    async def overtake(_db, claimed, _done):
        if claimed.attempt == 1:
            lone_site.clock.at += LEASE + timedelta(seconds=1)
            overtaken.append(await second.draw_due())

    at_progress(monkeypatch, overtake)
    await worker.draw_due()
    assert overtaken == [True]
    done = await found(lone_site, hall, run)
    assert (done.state, done.file) == (RunState.DONE, f"{run.id}-2.pdf")
    assert [one.name for one in worker.folder.iterdir()] == [done.file]
    assert len(await logged(lone_site, hall)) == len(guests)


async def test_a_process_that_dies_leaves_a_run_that_goes_on(lone_site, hall, worker, monkeypatch):
    await people(lone_site, hall, 3)
    run = await asked(lone_site, hall)
    started = drawer.Drawer.start
    alive = []

    async def start(self):
        await started(self)
        alive.append(self._process.pid)

    async def kill(_db, claimed, _done):
        if claimed.attempt == 1:
            os.kill(alive[-1], signal.SIGKILL)

    monkeypatch.setattr(drawer.Drawer, "start", start)
    at_progress(monkeypatch, kill)
    await worker.draw_due()
    waiting = await found(lone_site, hall, run)
    assert (waiting.state, waiting.file) == (RunState.WAITING, None)
    assert [*worker.folder.iterdir()] == []
    assert await worker.draw_due() is False  # later, not at once
    lone_site.clock.at += timedelta(seconds=5)
    assert await worker.draw_due() is True
    assert (await found(lone_site, hall, run)).state is RunState.DONE


async def test_a_run_that_never_ends_well_fails_with_what_to_do(lone_site, hall, worker):
    await people(lone_site, hall, 1)
    run = await asked(lone_site, hall)
    sql = "update print_run set attempt = $2 where id = $1"
    await lone_site.value(sql, run.id, MOST_ATTEMPTS)
    await worker.draw_due()
    failed = await found(lone_site, hall, run)
    assert (failed.state, failed.why) == (RunState.FAILED, run_worker.NO_PROCESS)


async def test_a_file_that_cannot_be_written_is_told_with_the_mend(lone_site, hall, worker):
    await people(lone_site, hall, 1)
    run = await asked(lone_site, hall)
    worker.folder.parent.mkdir(parents=True, exist_ok=True)
    worker.folder.write_text("a file where a folder should be")
    await worker.draw_due()
    failed = await found(lone_site, hall, run)
    assert (failed.state, failed.why) == (RunState.FAILED, run_worker.NO_SPACE)
    assert await logged(lone_site, hall) == []
    worker.folder.unlink()


async def test_who_changes_meanwhile_is_named_and_counts_as_not_printed(
    lone_site, hall, worker, monkeypatch
):
    changing, leaving, staying = await people(lone_site, hall, 3)
    run = await asked(lone_site, hall)

    async def change(_db, _run, _done):
        await corrected(lone_site, hall, changing, given_name="Zélie")

    at_progress(monkeypatch, change)
    await lone_site.cancel(hall, leaving)
    await worker.draw_due()
    done = await found(lone_site, hall, run)
    assert (done.state, done.done, done.total) == (RunState.DONE, 2, 3)
    assert dict(done.problems) == {
        leaving.reference: "L’inscription n’est plus confirmée\u00a0: son badge est"
        " laissé de côté.",
        changing.reference: "Quelque chose a changé sur ce badge pendant le tirage\u00a0:"
        " imprimez-le de nouveau.",
    }
    marked = "select registration_id from ticket where edition_id = $1 and printed_at is not null"
    assert await lone_site.rows(marked, hall.id) == [(staying.id,)]
    assert len(await logged(lone_site, hall)) == 2


async def test_files_go_after_a_day_or_when_somebody_on_them_is_forgotten(lone_site, hall, worker):
    guests = await people(lone_site, hall, 2)
    first = await asked(lone_site, hall, Order(wanted=Wanted(references=[guests[0].reference])))
    second = await asked(lone_site, hall, Order(wanted=Wanted(references=[guests[1].reference])))
    await worker.draw_due()
    await worker.draw_due()
    files = {one.id: (await found(lone_site, hall, one)).file for one in (first, second)}
    strange = worker.folder / "left.pdf"
    strange.write_bytes(b"of a worker that died")
    os.utime(strange, (0, 0))
    await worker.sweep()
    assert {one.name for one in worker.folder.iterdir()} == {*files.values()}
    async with lone_site.pool.acquire() as db:
        await log.erase(db, hall.id, guests[0].id, at=lone_site.clock.at)
    lone_site.clock.at += timedelta(minutes=1)
    await worker.sweep()
    assert [one.name for one in worker.folder.iterdir()] == [files[second.id]]
    assert (await found(lone_site, hall, first)).file is None
    lone_site.clock.at += KEPT
    await worker.sweep()
    assert [*worker.folder.iterdir()] == []
    assert (await found(lone_site, hall, second)).file is None


async def test_a_worker_that_is_stopped_puts_its_run_back_at_once(
    lone_site, hall, worker, monkeypatch
):
    await people(lone_site, hall, 1)
    run = await asked(lone_site, hall)
    drawing = asyncio.Event()

    async def hang(_db, _run, _done):
        drawing.set()
        await asyncio.Event().wait()

    at_progress(monkeypatch, hang)
    task = asyncio.create_task(worker.run())
    await drawing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    waiting = await found(lone_site, hall, run)
    assert (waiting.state, waiting.done) == (RunState.WAITING, 0)
    assert [*worker.folder.iterdir()] == []
    monkeypatch.undo()
    assert await worker.draw_due() is True
    assert (await found(lone_site, hall, run)).state is RunState.DONE
