"""What is typed for a print run, and the sheets that cards go on."""

import pytest
from msgspec import structs

from badges.layouts.shipped import SHIPPED
from badges.printing import run_forms
from badges.printing.run_models import Order, OtherSheet, Sorting, Wanted
from badges.printing.run_sheets import on_sheet
from forum.core.errors import Invalid

TYPED = {
    "which": ["unprinted"],
    "category": ["agent", "press"],
    "first": [""],
    "last": ["F"],
    "reference": ["k7qm-42xr, AAAA-0001\nK7QM-42XR"],
    "sort": ["organisation"],
    "layout": ["a6"],
    "sheet": ["a3"],
    "printer": ["Office"],
    "filter": ["q=zo%C3%A9&status=confirmed"],
}
MEANT = Order(
    wanted=Wanted(
        only_unprinted=True,
        categories=["agent", "press"],
        first_letter="A",
        last_letter="F",
        references=["K7QM-42XR", "AAAA-0001"],
        sort=Sorting.ORGANISATION,
        filter="q=zo%C3%A9&status=confirmed",
    ),
    layout="a6",
    sheet=OtherSheet.A3,
    printer="Office",
)


def test_a_form_is_read_and_an_order_is_typed_again():
    assert run_forms.of_page(TYPED) == (MEANT, {})
    again = {}
    for name, value in run_forms.pairs(MEANT):
        again.setdefault(name, []).append(value)
    assert run_forms.of_page(again) == (MEANT, {})
    assert run_forms.of_page({}) == (Order(), {})
    assert run_forms.address(Order()) == ""


def test_every_mistake_of_a_form_is_named_and_the_rest_is_kept():
    order, errors = run_forms.of_page({**TYPED, "sort": ["age"], "sheet": ["a9"], "first": ["Z"]})
    assert sorted(errors) == ["letters", "sheet", "sort"]
    assert (order.wanted.references, order.sheet) == (MEANT.wanted.references, OtherSheet.OWN)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("A", ("A", "A")),
        ("a-f", ("A", "F")),
        ("A – F", ("A", "F")),
        ("F-A", (None, None)),
        ("AB", (None, None)),
        ("A-B-C", (None, None)),
        ("É", (None, None)),
    ],
)
def test_letters(text, letters):
    assert run_forms.letters_of(text) == letters


def test_a_program_may_send_nothing_that_is_unknown():
    with pytest.raises(Invalid) as refused:
        run_forms.of_program({"letters": "7", "colour": "red", "offset_x_mm": 2})
    assert sorted(refused.value.fields) == ["colour", "offset_x_mm"]
    with pytest.raises(Invalid) as refused:
        run_forms.of_program({"letters": "7"})
    assert sorted(refused.value.fields) == ["letters"]


def test_cards_go_on_other_sheets_as_many_as_these_hold():
    a6 = SHIPPED["a6"]
    assert on_sheet(a6, OtherSheet.OWN) is a6
    single = on_sheet(a6, OtherSheet.SINGLE).sheet
    assert (single.width_mm, single.height_mm, single.cards) == (105, 148.5, 1)
    large = on_sheet(a6, OtherSheet.A3).sheet
    assert (large.cards, large.marks) == (8, "cut")
    assert large.left_mm * 2 + large.columns * 105 == large.width_mm
    assert large.top_mm * 2 + large.rows * 148.5 == large.height_mm
    wide = structs.replace(a6, card_width_mm=290, card_height_mm=200)
    assert on_sheet(wide, OtherSheet.A4).sheet.width_mm == 297
    for stays in (structs.replace(wide, card_width_mm=300), structs.replace(a6, device="label")):
        with pytest.raises(Invalid) as refused:
            on_sheet(stays, OtherSheet.A4)
        assert [*refused.value.fields] == ["sheet"]
