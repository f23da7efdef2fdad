"""Label queues against a printer that jams: each label once, in order, or flagged as unsure."""

import asyncio

import pytest

from badges.printers import service, working
from badges.printers.models import LabelState, PrinterGiven, PrinterKind
from badges.printers.sending import Patience
from forum.editions import service as editions
from tests.badges.printers.fake_printer import FakePrinter
from tests.factories import eventually

QUICK = Patience(connect_s=2, answer_s=0.2, send_s=0.4, settle_s=0.2, poll_s=0.01)
"""For printers that never answer: the others have the usual patience."""
BY = {"actor": "organiser:test"}
NAMES = ["Ada", "Béa", "Cléo", "Dora", "Élie"]


@pytest.fixture
async def fake():
    printer = FakePrinter()
    await printer.on()
    yield printer
    await printer.off()


class Queue:
    """A label printer of an edition, its queue, and a worker's desk before it."""

    def __init__(self, site, edition, fake, printer_id, people):
        self.site, self.edition, self.fake = site, edition, fake
        self.printer_id, self.people = printer_id, people

    async def ask(self, *people):
        return await self.site.do(
            service.enqueue,
            self.edition,
            self.printer_id,
            [one.reference for one in people or self.people],
            **BY,
        )

    def desk(self, patience=None):
        return working.Desk(
            self.site.pool,
            self.site.keyring,
            self.site.parts.blobs,
            self.site.clock,
            True,
            editions.by_id,
            self.site.ids,
            patience or Patience(),
        )

    async def work(self, patience=None, **later):
        self.site.clock.forward(**later)
        return await working.print_due(self.desk(patience))

    async def printer(self):
        async with self.site.pool.acquire() as db:
            return await service.find(db, self.edition.id, self.printer_id)

    async def states(self):
        return [
            state
            for (state,) in await self.site.rows(
                "select state::text from label_job where printer_id = $1 order by number",
                self.printer_id,
            )
        ]

    async def errors(self):
        return await self.site.rows(
            "select tries, error from label_job where printer_id = $1 order by number",
            self.printer_id,
        )


async def make_queue(site, fake, names=NAMES, **given):
    edition = await site.edition()
    people = [await site.register(edition, given_name=name) for name in names]
    new = PrinterGiven(
        **{
            "name": "Desk",
            "kind": PrinterKind.LABEL,
            "address": fake.address,
            "dpi": 203,
            "width_mm": 100,
            "height_mm": 62,
            **given,
        }
    )
    printer_id = await site.do(service.add, edition, new, **BY)
    return Queue(site, edition, fake, printer_id, people)


@pytest.fixture
async def queue(lone_site, fake):
    return await make_queue(lone_site, fake)


async def test_labels_come_out_in_order_each_once(queue, fake):
    await queue.ask()
    assert await queue.work() == 1
    assert fake.texts == NAMES
    assert await queue.states() == ["printed"] * 5
    assert fake.most_at_once == 1
    assert await queue.work() == 0
    printed = await queue.site.value(
        "select count(*) from ticket where edition_id = $1 and printed_at is not null",
        queue.edition.id,
    )
    assert printed == 5
    logged = await queue.site.rows(
        "select layout, actor, count(*) from badge_print where edition_id = $1 group by 1, 2",
        queue.edition.id,
    )
    assert logged == [("label-62", "organiser:test", 5)]


async def test_a_refused_connection_is_tried_later_each_time(queue, fake):
    await queue.ask()
    await fake.off()
    assert await queue.work() == 1
    printer = await queue.printer()
    assert (printer.failure, printer.waiting) == ("refused", 5)
    waits = []
    for _ in range(7):
        printer = await queue.printer()
        waits.append((printer.next_try - queue.site.clock()).total_seconds())
        queue.site.clock.at = printer.next_try
        await queue.work()
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    assert (await queue.errors())[0] == (8, "refused")
    await fake.on()
    assert await queue.work(seconds=29) == 0
    assert await queue.work(seconds=1) == 1
    assert fake.texts == NAMES
    assert (await queue.printer()).failure is None


@pytest.mark.parametrize(
    ("flag", "fault"),
    [
        ("paper_out", "paper_out"),
        ("head_open", "head_open"),
        ("paused", "paused"),
        ("full", "buffer_full"),
        ("partial", "half_a_label"),
    ],
)
async def test_a_printer_that_says_what_is_wrong_gets_nothing_until_it_is_mended(
    queue, fake, flag, fault
):
    await queue.ask()
    setattr(fake, flag, True)
    await queue.work()
    assert (fake.printed, (await queue.printer()).failure) == ([], fault)
    setattr(fake, flag, False)
    await queue.work(minutes=1)
    assert fake.texts == NAMES


@pytest.mark.parametrize("way", ["silent", "babbles", "hangs"])
async def test_a_printer_that_answers_nothing_of_sense_gets_nothing(queue, fake, way):
    await queue.ask()
    setattr(fake, way, True)
    await queue.work(QUICK)
    assert (fake.printed, (await queue.printer()).failure) == ([], "silent")
    setattr(fake, way, False)
    await queue.work(minutes=1)
    assert fake.texts == NAMES


async def test_a_line_cut_in_mid_label_prints_nothing_and_is_sent_again(queue, fake):
    await queue.ask()
    fake.cut_after = 100
    await queue.work()
    assert (fake.printed, await queue.states()) == ([], ["waiting"] * 5)
    assert (await queue.errors())[0] == (1, "broken")
    await queue.work(minutes=1)
    assert fake.texts == NAMES


async def settle(queue, fake):
    """Decide as somebody who looks at the labels: again what did not come out, the rest is left."""
    async with queue.site.pool.acquire() as db:
        jobs = await service.jobs(db, await service.find(db, queue.edition.id, queue.printer_id))
    for job in jobs:
        if job.state is LabelState.UNSURE:
            wanted = LabelState.LEFT if job.given_name in fake.texts else LabelState.WAITING
            await queue.site.do(
                service.decide, queue.edition, queue.printer_id, job.id, wanted, **BY
            )
    await queue.work(minutes=1)


async def test_a_printer_that_dies_after_a_label_leaves_it_unsure_and_goes_on(queue, fake):
    await queue.ask()
    fake.dies_after_label = True
    await queue.work()
    assert await queue.states() == ["unsure", *["waiting"] * 4]
    assert (await queue.printer()).unsure == 1
    fake.dies_after_label = False
    await queue.work(minutes=1)
    assert fake.texts == NAMES
    assert await queue.states() == ["unsure", *["printed"] * 4]
    await settle(queue, fake)
    assert await queue.states() == ["left", *["printed"] * 4]
    assert fake.texts == NAMES
    logged = "select count(*) from badge_print where edition_id = $1"
    assert await queue.site.value(logged, queue.edition.id) == 5


async def test_paper_that_runs_out_with_a_label_in_hand_leaves_it_unsure(queue, fake):
    await queue.ask()
    fake.runs_out_after_label = True
    await queue.work(Patience(settle_s=0.2, poll_s=0.01))  # it answers: no hurry
    assert await queue.states() == ["unsure", *["waiting"] * 4]
    assert (await queue.errors())[0] == (1, "paper_out")
    assert (await queue.printer()).failure == "paper_out"


async def test_a_slow_printer_gets_all(queue, fake):
    fake.sips = True
    await queue.ask()
    await queue.work()
    assert fake.texts == NAMES


async def test_a_mute_printer_is_sent_to_without_a_question(lone_site, fake):
    fake.mute = True
    queue = await make_queue(lone_site, fake, ["Ada", "Béa"], answers=False)
    await queue.ask()
    await queue.work()
    assert (fake.texts, fake.asked) == (["Ada", "Béa"], 0)
    assert await queue.states() == ["printed", "printed"]


async def test_a_worker_that_is_killed_in_mid_label_leaves_it_unsure(queue, fake):
    """Killed after the label left and before the printer answered."""
    await queue.ask()
    asked, original = fake.asked, fake.answer

    async def once(
        writer, **given
    ):  # it answers the question before the label, and nothing after it
        if not fake.printed:
            await original(writer, **given)

    fake.answer = once
    task = asyncio.create_task(working.print_due(queue.desk()))
    await eventually(lambda: fake.printed)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await queue.states() == ["sending", *["waiting"] * 4]
    fake.answer = original
    assert await queue.work(seconds=30) == 0  # the dead one's lease holds
    assert await queue.work(minutes=2) == 1
    assert await queue.states() == ["unsure", *["printed"] * 4]
    assert (await queue.errors())[0] == (1, "worker_gone")
    assert fake.texts == NAMES
    assert fake.asked > asked


async def test_a_worker_that_is_killed_before_a_label_leaves_loses_nothing(queue, fake):
    await queue.ask()
    fake.hangs = True
    task = asyncio.create_task(working.print_due(queue.desk()))
    await eventually(lambda: fake.connections)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await fake.off()
    fake.hangs = False
    await fake.on()
    await queue.work(minutes=3)
    assert fake.texts == NAMES


async def test_two_workers_share_a_printer_in_turns(queue, fake):
    await queue.ask()
    done = await asyncio.gather(*(working.print_due(queue.desk()) for _ in range(4)))
    assert sorted(done) == [0, 0, 0, 1]
    assert (fake.texts, fake.most_at_once) == (NAMES, 1)


async def test_a_paused_queue_waits_and_a_cancelled_label_is_not_printed(queue, fake):
    made = await queue.ask()
    await queue.site.do(service.pause, queue.edition, queue.printer_id, paused=True, **BY)
    assert await queue.work() == 0
    await queue.site.do(
        service.decide, queue.edition, queue.printer_id, made[1], LabelState.CANCELLED, **BY
    )
    await queue.site.do(service.pause, queue.edition, queue.printer_id, paused=False, **BY)
    await queue.work()
    assert fake.texts == ["Ada", "Cléo", "Dora", "Élie"]
    with pytest.raises(service.LabelSettled):
        await queue.site.do(
            service.decide, queue.edition, queue.printer_id, made[0], LabelState.CANCELLED, **BY
        )


async def test_who_has_no_ticket_any_more_holds_up_nobody(queue, fake):
    await queue.ask()
    await queue.site.cancel(queue.edition, queue.people[1])
    await queue.work()
    assert fake.texts == ["Ada", "Cléo", "Dora", "Élie"]
    assert await queue.states() == ["printed", "failed", *["printed"] * 3]
    assert (await queue.errors())[1] == (0, "no_ticket")


async def test_a_test_label_is_printed_in_its_turn(queue, fake):
    await queue.site.do(service.enqueue_test, queue.edition, queue.printer_id, **BY)
    await queue.work()
    assert fake.texts[0].startswith("Le cadre") or fake.texts[0].startswith("The frame")


async def test_an_address_that_leads_elsewhere_is_not_connected_to(queue, fake):
    await queue.ask()
    desk = queue.desk()._replace(here=False)
    await working.print_due(desk)
    assert (await queue.printer()).failure == "address_forbidden"
    assert fake.connections == 0


async def test_a_name_that_is_unknown_is_said(lone_site, fake):
    queue = await make_queue(lone_site, fake, ["Ada"], address="no-printer.invalid:9100")
    await queue.ask()
    await queue.work(QUICK)
    assert (await queue.printer()).failure == "name_unknown"


async def test_through_every_jam_no_label_is_lost_or_doubled_unsaid(lone_site, fake):
    """A morning with a bad printer: what came out, and what somebody was asked about."""
    names = [f"Personne {n}" for n in range(12)]
    queue = await make_queue(lone_site, fake, names)
    await queue.ask()
    jams = [
        {"paper_out": True},
        {"cut_after": 60},
        {"silent": True},
        {"dies_after_label": True},
        {"head_open": True},
        {"cut_after": 500},
        {"hangs": True},
        {"babbles": True},
        {"sips": True},
    ]
    for jam in jams:
        for flag, value in jam.items():
            setattr(fake, flag, value)
        await queue.work(QUICK, minutes=3)
        for flag in jam:
            setattr(fake, flag, None if flag == "cut_after" else False)
        await fake.off()
        await fake.on()
    while "waiting" in await queue.states() or "sending" in await queue.states():
        await queue.work(minutes=3)
    states = await queue.states()
    assert {*states} <= {"printed", "unsure"}
    out = fake.texts
    for name, state in zip(names, states, strict=True):
        assert out.count(name) <= 1 if state == "unsure" else out.count(name) == 1
    await settle(queue, fake)
    assert sorted(fake.texts) == sorted(names)
