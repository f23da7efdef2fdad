"""The table and the object streams of a PDF, read back."""

from io import BytesIO

import pikepdf

from forum.core.pdf_file import OBJECTS_PER_STREAM, PackedFile, differences


def test_rows_are_kept_as_differences():
    rows = [b"\x01\x02", b"\x01\x05", b"\x00\x04"]
    assert b"".join(differences(rows)) == b"\x02\x01\x02\x02\x00\x03\x02\xff\xff"


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
