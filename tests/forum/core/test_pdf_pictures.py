"""Pages as pictures."""

from io import BytesIO

import pytest
from PIL import Image

from forum.core.pdf import FIR, MM, Document
from forum.core.pdf_pictures import picture


@pytest.fixture(scope="module")
def two_pages():
    """An empty page, and one that is all green."""
    out = BytesIO()
    document = Document(out, size_mm=(100, 50), title="T", language="fr")
    document.showPage()
    document.setFillColor(FIR)
    document.rect(0, 0, 100 * MM, 50 * MM, stroke=0, fill=1)
    document.showPage()
    document.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("asked", "shown", "red"), [(0, 1, 255), (1, 1, 255), (2, 2, 10), (9, 2, 10)]
)
def test_a_page_is_as_wide_as_asked_and_the_last_one_stands_for_those_after(
    two_pages, asked, shown, red
):
    made = picture(two_pages, asked, width_px=200)
    image = Image.open(BytesIO(made.png)).convert("RGB")
    assert (made.page, made.pages, image.size) == (shown, 2, (200, 100))
    assert image.getpixel((100, 50))[0] == red
