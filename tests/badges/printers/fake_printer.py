"""A label printer on TCP that jams in every way that printers have, and keeps what it printed."""

import asyncio
import os

from tests.badges.printers.zpl_reader import printed


class FakePrinter:
    """Listens at an address of its own on this machine; a label without its end is forgotten.

    Flags are what `~HS` tells. `cut_after` closes the line, abruptly, after so many bytes of a
    connection; `dies_after_label` as soon as a whole label is printed; `hangs` reads nothing;
    `silent` answers nothing; `babbles` answers without an end; `sips` reads a few bytes at a time.
    """

    def __init__(self):
        self.host = ".".join(map(str, (127, *(1 + byte % 254 for byte in os.urandom(3)))))
        self.port = 9100
        self.printed = []
        self.asked = 0
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0
        self.paper_out = self.head_open = self.paused = self.full = self.partial = False
        self.hangs = self.silent = self.babbles = self.sips = self.dies_after_label = False
        self.runs_out_after_label = False
        self.mute = False
        self.cut_after = None
        self.server = None
        self.tasks = set()

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    async def on(self):
        self.server = await asyncio.start_server(self.serve, self.host, self.port)

    async def off(self):
        if self.server:
            self.server.close()
            self.server = None
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    @property
    def texts(self):
        """The first text of each label."""
        return [printed(one).texts[0] for one in self.printed]

    def status(self, *, half=False):
        bit = int
        first = (
            f"030,{bit(self.paper_out)},{bit(self.paused)},1245,000,{bit(self.full)},0,"
            f"{bit(self.partial or half)},000,0,0,0"
        )
        second = f"001,0,{bit(self.head_open)},0,1,2,6,0,00000000,1,000"
        return b"".join(b"\x02" + one.encode() + b"\x03\r\n" for one in (first, second, "1234,0"))

    async def serve(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        self.connections += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.listen(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.at_once -= 1
            self.tasks.discard(task)
            writer.close()

    async def listen(self, reader, writer):
        buffer = b""
        read = 0
        while True:
            if self.hangs:
                await asyncio.Event().wait()
            part = await reader.read(7 if self.sips else 65536)
            if not part:
                return
            read += len(part)
            if self.cut_after is not None and read > self.cut_after:
                self.cut_after = None
                writer.transport.abort()
                return
            buffer += part
            while b"~HS" in buffer:
                before, _, after = buffer.partition(b"~HS")
                buffer = before + after
                buffer = self.take(buffer)
                if self.dies_after_label and self.printed:
                    writer.transport.abort()
                    return
                await self.answer(writer, half=bool(buffer))
            buffer = self.take(buffer)
            if self.dies_after_label and self.printed:
                writer.transport.abort()
                return

    def take(self, buffer):
        while b"^XZ" in buffer:
            label, _, buffer = buffer.partition(b"^XZ")
            self.printed.append(label + b"^XZ")
            if self.runs_out_after_label:
                self.paper_out = True
        return buffer

    async def answer(self, writer, *, half=False):
        self.asked += 1
        if self.silent or self.mute:
            return
        writer.write(b"x" * 5000 if self.babbles else self.status(half=half))
        await writer.drain()
