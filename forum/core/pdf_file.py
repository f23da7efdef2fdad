"""A PDF as it is written: streams as they are, every other object in compressed object streams.

Source: ISO 32000-1, 7.5.7 (object streams) and 7.5.8 (cross-reference streams).
"""

import hashlib
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from reportlab.pdfbase import pdfdoc

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
OBJECTS_PER_STREAM = 400
LEVEL = 6
FREE, PLAIN, PACKED = range(3)
"""The kinds of entries in the table of objects."""
ROW_BYTES = 7
ROWS = 4000
"""Of the table of objects, made at once."""


class PackedFile:
    """Writes the objects of a PDF, each once, in any order; of each it keeps where it is.

    Small objects wait until there are enough for an object stream; those of `add_all` till the end.
    """

    def __init__(self, out: BinaryIO) -> None:
        self.out = out
        self.size = 0
        self.digest = hashlib.sha256()
        self.waiting: list[tuple[int, bytes]] = []
        self.kinds = array("B", [FREE])
        self.places = array("L", [0])
        self.orders = array("H", [65535])
        """Of each object, by number: its kind, its offset or its object stream, its place there."""
        self.write(HEADER)

    def add(self, number: int, body: bytes) -> None:
        """Take an object: a stream is written at once, any other waits for its object stream."""
        if body.endswith(b"endstream\n"):
            self.write_object(number, body)
        else:
            self.waiting.append((number, body))

    def add_all(self, document: Any) -> None:
        """Take all objects of reportlab's document."""
        number = 0
        while number < document.objectcounter:  # formatting may register more objects
            number += 1
            if name := document.numberToId.get(number):
                one = document.idToObject[name]
                self.add(number, pdfdoc.format(one, document, toplevel=1))

    def pack(self, number: int) -> int:
        """Write the full object streams among what waits, under numbers above `number`.

        Returns the last number that was taken.
        """
        while len(self.waiting) >= OBJECTS_PER_STREAM:
            number += 1
            self.write_waiting(number)
        return number

    def end(self, *, root: int, information: int, count: int) -> None:
        """Write what waits, then the table of objects; `count` numbers are taken."""
        number = self.pack(count)
        if self.waiting:
            number += 1
            self.write_waiting(number)
        number += 1
        start = self.size
        self.place(number, PLAIN, start)
        identity = self.digest.hexdigest()[:32]
        entries = (
            f"/Type/XRef/Size {number + 1}/W[1 4 2]/Root {root} 0 R/Info {information} 0 R"
            f"/ID[<{identity}><{identity}>]/DecodeParms<</Predictor 12/Columns {ROW_BYTES}>>"
        )
        self.write(b"%d 0 obj\n%b\nendobj\n" % (number, stream(entries, differences(self.rows()))))
        self.write(b"startxref\n%d\n%%%%EOF\n" % start)

    def rows(self) -> Iterator[bytes]:
        """Yield the table of objects, row by row."""
        for kind, place, order in zip(self.kinds, self.places, self.orders, strict=True):
            yield kind.to_bytes(1) + place.to_bytes(4) + order.to_bytes(2)

    def write_waiting(self, number: int) -> None:
        """Write as many of the objects that wait as an object stream holds."""
        some, self.waiting = (
            self.waiting[:OBJECTS_PER_STREAM],
            self.waiting[OBJECTS_PER_STREAM:],
        )
        for order, (which, _) in enumerate(some):
            self.place(which, PACKED, number, order)
        self.write_object(number, object_stream(some))

    def write_object(self, number: int, body: bytes) -> None:
        """Write an object by itself."""
        self.place(number, PLAIN, self.size)
        self.write(b"%d 0 obj\n%b\nendobj\n" % (number, body.rstrip(b"\n")))

    def place(self, number: int, kind: int, place: int, order: int = 0) -> None:
        """Keep where an object is."""
        missing = number + 1 - len(self.kinds)
        if missing > 0:
            for rows in (self.kinds, self.places, self.orders):
                rows.extend([0] * missing)
        self.kinds[number], self.places[number], self.orders[number] = kind, place, order

    def write(self, part: bytes) -> None:
        """Write bytes of the file."""
        self.digest.update(part)
        self.out.write(part)
        self.size += len(part)


def differences(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each row less the row above it, many at a time: so they compress well.

    Each begins with the number of what was done, the PNG filter "Up".
    """
    above, waiting = bytes(ROW_BYTES), iter(rows)
    while some := b"".join(islice(waiting, ROWS)):
        higher = above + some
        less = bytes([(one - up) & 255 for one, up in zip(some, higher, strict=False)])
        yield b"".join(
            [b"\x02" + less[at : at + ROW_BYTES] for at in range(0, len(less), ROW_BYTES)]
        )
        above = some[-ROW_BYTES:]


def object_stream(objects: Sequence[tuple[int, bytes]]) -> bytes:
    """Return one object stream that holds `objects`, by number."""
    places, offset = [], 0
    for number, body in objects:
        places.append(f"{number} {offset}")
        offset += len(body) + 1
    head = " ".join(places).encode() + b"\n"
    content = head + b"\n".join(body for _, body in objects)
    return stream(f"/Type/ObjStm/N {len(objects)}/First {len(head)}", [content])


def stream(entries: str, content: Iterable[bytes]) -> bytes:
    """Return a compressed stream object with `entries` in its dictionary."""
    deflate = zlib.compressobj(LEVEL)
    deflated = b"".join([*map(deflate.compress, content), deflate.flush()])
    return (
        f"<<{entries}/Filter/FlateDecode/Length {len(deflated)}>>\nstream\n".encode()
        + deflated
        + b"\nendstream"
    )
