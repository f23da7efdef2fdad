"""Pictures stand in a PDF once, with as many pixels as print, in the colours that they have."""

import io
from datetime import UTC, datetime

import pikepdf
import pytest
from PIL import Image

from forum.core.pdf import MM
from forum.core.pdf_images import draw_picture
from forum.core.pdf_tags import TaggedDocument

AT = datetime(2027, 3, 1, tzinfo=UTC)
INCH = 72


def saved(picture, kind):
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def drawn(content, *, times=1, size=(2 * INCH, INCH), dpi=100):
    """A document that shows a picture so often, and the pictures in it."""
    out = io.BytesIO()
    document = TaggedDocument(out, size_mm=(210, 297), title="P", language="fr", made_at=AT)
    for n in range(times):
        with document.artifact():
            area = (20 * MM, 20 * MM + 100 * n, *size)
            draw_picture(document, "one", content, area, most_dpi=dpi)
        document.showPage()
    document.save()
    opened = pikepdf.open(io.BytesIO(out.getvalue()))
    images = [
        one
        for one in opened.objects
        if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
    ]
    return opened, images


def checks(size, mode="RGB"):
    """A chessboard of two colours."""
    picture = Image.new("RGB", size, (200, 20, 20))
    half = size[0] // 2
    picture.paste((10, 92, 74), (0, 0, half, size[1]))
    return picture.quantize(2) if mode == "P" else picture.convert(mode)


@pytest.mark.parametrize(("size", "shown"), [((400, 200), (200, 100)), ((120, 60), (120, 60))])
@pytest.mark.parametrize(("kind", "mode"), [("PNG", "P"), ("JPEG", "RGB")])
def test_a_picture_has_as_many_pixels_as_print_and_never_more_than_it_had(size, shown, kind, mode):
    _, [image] = drawn(saved(checks(size, mode), kind))
    assert (int(image.Width), int(image.Height)) == shown
    made = pikepdf.PdfImage(image).as_pil_image().convert("RGB")
    for x, wanted in ((0.2, (10, 92, 74)), (0.8, (200, 20, 20))):
        seen = made.getpixel((int(made.width * x), made.height // 2))
        assert max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) < 6


def test_what_is_drawn_stays_in_few_colours_without_loss_and_a_photograph_a_jpeg():
    _, [drawing] = drawn(saved(checks((120, 60), "P"), "PNG"))
    assert (str(drawing.ColorSpace[0]), str(drawing.Filter)) == ("/Indexed", "/FlateDecode")
    seen = pikepdf.PdfImage(drawing).as_pil_image().convert("RGB")
    assert sorted(seen.getcolors()) == [
        (3600, (10, 92, 74)),
        (3600, (200, 20, 20)),
    ]
    content = saved(checks((120, 60)), "JPEG")
    _, [photo] = drawn(content)
    assert photo.read_raw_bytes() == content  # as it was packed: nothing is lost twice


def test_a_picture_that_is_shown_often_is_in_the_file_once():
    opened, images = drawn(saved(checks((120, 60), "P"), "PNG"), times=3)
    assert (len(opened.pages), len(images)) == (3, 1)
    assert [len(page.get_images()) for page in opened.pages] == [1, 1, 1]


def test_a_grey_photograph_is_made_one_of_three_colours():
    _, [photo] = drawn(saved(checks((120, 60)).convert("L"), "JPEG"))
    assert str(photo.ColorSpace) == "/DeviceRGB"
    made = pikepdf.PdfImage(photo).as_pil_image()
    assert (made.size, made.mode) == ((120, 60), "RGB")


def test_a_drawing_in_many_colours_gets_as_many_as_a_palette_holds():
    _, [drawing] = drawn(saved(Image.effect_noise((120, 60), 90).convert("RGB"), "PNG"))
    assert str(drawing.ColorSpace[0]) == "/Indexed"
    assert pikepdf.PdfImage(drawing).as_pil_image().size == (120, 60)
