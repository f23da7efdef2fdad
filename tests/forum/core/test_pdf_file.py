"""The table and the object streams of a PDF, read back."""

from io import BytesIO

import pikepdf

from forum.core.pdf_file import OBJECTS_PER_STREAM, ROW_BYTES, ROWS, PackedFile, differences


def test_rows_are_kept_as_differences():
    rows = [b"\x01\x02\x00\x00\x00\x00\x00", b"\x01\x05\x00\x00\x00\x00\x09", bytes(7)]
    assert b"".join(differences(rows)) == (
        b"\x02\x01\x02\x00\x00\x00\x00\x00"
        b"\x02\x00\x03\x00\x00\x00\x00\x09"
        b"\x02\xff\xfb\x00\x00\x00\x00\xf7"
    )


def test_differences_go_on_from_one_lot_of_rows_to_the_next():
    rows = [n.to_bytes(ROW_BYTES) for n in range(2 * ROWS + 1)]
    found = b"".join(differences(rows))
    lines = [found[at : at + ROW_BYTES + 1] for at in range(0, len(found), ROW_BYTES + 1)]
    assert len(lines) == len(rows)
    above = bytes(ROW_BYTES)
    for row, line in zip(rows, lines, strict=True):
        assert line[:1] == b"\x02"
        assert bytes((a + b) % 256 for a, b in zip(line[1:], above, strict=True)) == row
        above = row


def test_objects_are_found_again_whatever_the_order_in_which_they_came():
    out, count = BytesIO(), 2 * OBJECTS_PER_STREAM + 5
    file = PackedFile(out)
    file.add(
        count,
        b"<</Type/Catalog/Pages 2 0 R/Many[%b]>>"
        % b" ".join(b"%d 0 R" % number for number in range(3, count)),
    )
    for number in range(count - 1, 3, -1):
        file.add(number, b"<</Number %d>>" % number)
    file.add(2, b"<</Type/Pages/Count 0/Kids[]>>")
    file.add(3, b"<</Number 3/Length 2>>stream\nab\nendstream\n")
    file.add(1, b"<</Title(All)>>")
    last = file.pack(count)
    assert last == count + 2  # two full object streams are written already
    file.end(root=count, information=1, count=last)
    with pikepdf.open(BytesIO(out.getvalue())) as pdf:
        assert [one.Number for one in pdf.Root.Many] == [*range(3, count)]
        assert pdf.Root.Many[0].read_raw_bytes() == b"ab"
        assert str(pdf.docinfo.Title) == "All"
        assert [one for one in pdf.check_pdf_syntax() if "any pages" not in one] == []
