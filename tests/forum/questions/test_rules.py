"""Reading answers: what applies, what is refused and why, and nothing that was not asked."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.forms import NEEDED, UNKNOWN
from forum.core.text import Filled
from forum.questions import rules
from forum.questions.models import (
    MOST_BYTES,
    Condition,
    Kind,
    NewOption,
    NewQuestion,
    Option,
    Question,
    Upload,
)

PDF = b"%PDF-1.7\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\nrest"
JPEG = b"\xff\xd8\xff\xe0rest"
DIGEST = "0" * 64


def option(code, *, places=None, taken=0, is_open=True):
    return Option(code=code, label={"en": code.title()}, open=is_open, places=places, taken=taken)


def question(code, kind="text", **given):
    values = {
        "code": code,
        "kind": Kind(kind),
        "label": {"en": code.title()},
        "help": {},
        "required": False,
        "sensitive": False,
        "categories": [],
        "condition": None,
        "options": [],
        "least": None,
        "most": None,
        "retired_at": None,
    }
    return Question(**{**values, **given})


def when(code, *answers):
    return Condition(question=code, answers=[*answers])


MEALS = [option("meat"), option("fish", places=2, taken=2), option("old", is_open=False)]
ASKED = {
    "text": question("text"),
    "long_text": question("long_text", "long_text"),
    "choice": question("choice", "choice", options=MEALS),
    "choices": question("choices", "choices", options=[option("a"), option("b"), option("c")]),
    "yes_no": question("yes_no", "yes_no"),
    "number": question("number", "number", least=1, most=20),
    "date": question("date", "date"),
}


def read(questions, sent, *, category="elected", before=None):
    return rules.read_answers(questions, category=category, sent=sent, before=before)


@pytest.mark.parametrize(
    ("kind", "sent", "value"),
    [
        ("text", "  Zoé\t Lefèvre ", "Zoé Lefèvre"),
        ("text", ["first", "last"], "last"),
        ("long_text", " a\r\nb  c\n\n", "a\nb c"),
        ("choice", "meat", "meat"),
        ("choice", ["meat"], "meat"),
        ("choices", ["c", "a", "c"], ["a", "c"]),
        ("choices", "b", ["b"]),
        ("yes_no", True, True),
        ("yes_no", False, False),
        ("yes_no", ["yes"], True),
        ("yes_no", "no", False),
        ("number", 3, 3),
        ("number", 3.0, 3),
        ("number", ["1\u00a02"], 12),
        ("date", "2027-03-23", "2027-03-23"),
        ("date", ["23/3/2027"], "2027-03-23"),
    ],
)
def test_an_answer_is_read(kind, sent, value):
    assert read([ASKED[kind]], {kind: sent}) == ({kind: value}, {})


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("nothing", [None, "", " \u200b ", [], [""], ["", ""]])
def test_nothing_is_no_answer(kind, nothing):
    if kind != "choices" or nothing != " \u200b ":
        assert read([ASKED[kind]], {kind: nothing}) == ({}, {})


@pytest.mark.parametrize(
    ("kind", "sent", "mend"),
    [
        ("text", 5, rules.UNREADABLE),
        ("text", {"a": 1}, rules.UNREADABLE),
        ("text", "x" * 201, rules.TOO_LONG),
        ("long_text", "x" * 4001, rules.TOO_LONG),
        ("choice", "soup", rules.NOT_OFFERED),
        ("choice", ["meat", []], rules.NOT_OFFERED),
        ("choice", "fish", "“Fish” is no longer available: choose another answer."),
        ("choice", "old", "“Old” is no longer available: choose another answer."),
        ("choices", ["a", "z"], rules.NOT_OFFERED),
        ("choices", {"a": "b"}, rules.NOT_OFFERED),
        ("yes_no", "perhaps", rules.NOT_OFFERED),
        ("yes_no", 1, rules.NOT_OFFERED),
        ("number", "two", rules.NO_NUMBER),
        ("number", True, rules.NO_NUMBER),
        ("number", 2.5, rules.NO_NUMBER),
        ("number", float("nan"), rules.NO_NUMBER),
        ("number", 10**30, rules.NO_NUMBER),
        ("number", 0, "Give 1 or more."),
        ("number", 21, "Give 20 or less."),
        ("date", "soon", rules.NO_DATE),
        ("date", "31/02/2027", rules.NO_DATE),
        ("date", 5, rules.NO_DATE),
    ],
)
def test_what_cannot_be_taken_says_the_mend(kind, sent, mend):
    assert read([ASKED[kind]], {kind: sent}) == ({}, {f"answers.{kind}": mend})


def test_every_mistake_is_told_at_once():
    needed = question("name", required=True)
    sent = {"number": "x", "date": "y", "who": 1}
    assert read([needed, ASKED["number"], ASKED["date"]], sent)[1] == {
        "answers.name": NEEDED,
        "answers.number": rules.NO_NUMBER,
        "answers.date": rules.NO_DATE,
        "answers.who": UNKNOWN,
    }


@pytest.mark.parametrize("sent", [[], "x", 5, True])
def test_answers_that_are_no_object_are_told(sent):
    assert read([], sent) == ({}, {"answers": rules.UNREADABLE})


def test_a_retired_question_is_not_asked():
    from datetime import UTC, datetime  # noqa: PLC0415

    gone = question("old", required=True, retired_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert read([gone], {}) == ({}, {})


def test_a_question_of_another_category_is_dropped_and_not_needed():
    press = question("card", required=True, categories=["press"])
    assert read([press], {"card": "n° 5"}) == ({}, {})
    assert read([press], {"card": "n° 5"}, category="press") == ({"card": "n° 5"}, {})
    assert read([press], {}, category="press") == ({}, {"answers.card": NEEDED})


CHAIN = [
    question("comes", "yes_no", required=True),
    question("meal", "choice", options=MEALS, condition=when("comes", "yes"), required=True),
    question("cooked", condition=when("meal", "meat", "fish"), required=True),
]


@pytest.mark.parametrize(
    ("sent", "answers", "wrong"),
    [
        ({"comes": False}, {"comes": False}, set()),
        ({"comes": False, "meal": "meat", "cooked": "rare"}, {"comes": False}, set()),
        ({"comes": True}, {"comes": True}, {"answers.meal"}),
        ({"comes": True, "meal": "meat"}, {"comes": True, "meal": "meat"}, {"answers.cooked"}),
        ({}, {}, {"answers.comes"}),
        ({"meal": "meat", "cooked": "rare"}, {}, {"answers.comes"}),
    ],
)
def test_a_condition_that_is_not_met_drops_what_hangs_on_it(sent, answers, wrong):
    got, mistakes = read(CHAIN, sent)
    assert (got, mistakes.keys()) == (answers, wrong)


def test_a_full_answer_may_be_kept_by_who_holds_it():
    asked = [ASKED["choice"]]
    assert read(asked, {"choice": "fish"}, before={"choice": "fish"}) == ({"choice": "fish"}, {})
    assert read(asked, {"choice": "old"}, before={"choice": "fish"})[0] == {}


# Files


FILE = question("file", "file")


@pytest.mark.parametrize(
    ("name", "content", "kept", "media_type"),
    [
        ("C:\\Documents\\Mandat.PDF", PDF, "Mandat.pdf", "application/pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf", "application/pdf"),
        ("photo.jpeg", JPEG, "photo.jpeg", "image/jpeg"),
        ("photo.pdf", PNG, "photo.pdf.png", "image/png"),
        ("", PNG, "file.png", "image/png"),
        ("x" * 500 + ".png", PNG, "x" * 100 + ".png", "image/png"),
        ("a\u202egnp.exe", PNG, "agnp.exe.png", "image/png"),
    ],
)
def test_a_file_has_a_harmless_name_and_the_type_of_its_bytes(name, content, kept, media_type):
    answers, mistakes = read([FILE], {"file": [Upload(name=name, content=content)]})
    assert mistakes == {}
    assert (answers["file"]["name"], answers["file"]["media_type"]) == (kept, media_type)
    assert answers["file"]["size_bytes"] == len(content)


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"<html>", rules.NO_FILE_KIND),
        (b"MZ%PDF-1.7", rules.NO_FILE_KIND),
        (b"", rules.NO_FILE_KIND),
        (PDF + b"x" * MOST_BYTES, rules.FILES_TOO_LARGE),
    ],
)
def test_a_file_of_another_kind_is_refused(content, mend):
    sent = {"file": [Upload(name="x.pdf", content=content)]}
    assert read([FILE], sent) == ({}, {"answers.file": mend})


def test_files_are_bounded_together():
    big = PDF + b"x" * (MOST_BYTES // 2)
    sent = {name: [Upload(name="x.pdf", content=big)] for name in ("file", "other")}
    _, mistakes = read([FILE, question("other", "file")], sent)
    assert mistakes == {"answers.other": rules.FILES_TOO_LARGE}


def test_a_program_sends_a_file_as_base64():
    sent = {"file": {"name": "a.pdf", "content": base64.b64encode(PDF).decode()}}
    answers, mistakes = read([FILE], sent)
    assert mistakes == {}
    assert rules.contents(sent, answers) == {answers["file"]["digest"]: PDF}


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "a", "content": "?"},
        {"name": "a", "digest": DIGEST, "media_type": "application/pdf", "size_bytes": 5},
        "a.pdf",
        5,
    ],
)
def test_nobody_names_a_file_that_they_did_not_send(sent):
    assert read([FILE], {"file": sent}) == ({}, {"answers.file": rules.UNREADABLE})


def test_a_file_that_is_there_stays_until_it_is_replaced_or_removed():
    there = {"name": "a.pdf", "media_type": "application/pdf", "size_bytes": 9, "digest": DIGEST}
    before = {"file": there}
    empty = Upload(name="", content=b"")
    assert read([FILE], {}, before=before)[0] == before
    assert read([FILE], {"file": [empty]}, before=before)[0] == before
    assert read([FILE], {"file": None}, before=before)[0] == {}
    new = read([FILE], {"file": [Upload(name="b.pdf", content=PDF)]}, before=before)[0]
    assert new["file"]["name"] == "b.pdf"


def test_a_form_removes_a_file_by_a_tick_unless_it_brings_another():
    upload, empty = Upload(name="b.pdf", content=PDF), Upload(name="", content=b"")
    ticked = {"answers.file.remove": ["yes"]}
    assert rules.sent_answers(ticked)[1] == {"file": None}
    assert rules.sent_answers({**ticked, "answers.file": [upload]})[1] == {"file": [upload]}
    assert rules.sent_answers({**ticked, "answers.file": [empty]})[1] == {"file": None}


def test_what_was_sent_is_divided_into_fields_and_answers():
    form = {"email": ["a@b.c"], "answers.meal": ["meat"], "answers.days": ["1", "2"]}
    assert rules.sent_answers(form) == (
        {"email": ["a@b.c"]},
        {"meal": ["meat"], "days": ["1", "2"]},
    )
    program = {"email": "a@b.c", "answers": {"meal": "meat"}}
    assert rules.sent_answers(program) == ({"email": "a@b.c"}, {"meal": "meat"})
    assert rules.sent_answers({"answers": [""]}) == ({}, {})
    assert rules.sent_answers({"answers": "x"}) == ({}, "x")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
CODES = st.sampled_from([*ASKED, "comes", "meal", "cooked", "file", "unknown"])


@given(sent=ANYTHING | st.dictionaries(CODES, ANYTHING), category=st.text(max_size=5))
def test_whatever_is_sent_the_answers_are_json_and_asked_and_the_mistakes_name_fields(
    sent, category
):
    questions = [*ASKED.values(), *CHAIN, FILE]
    answers, mistakes = read(questions, sent, category=category)
    json.dumps(answers, allow_nan=False)
    codes = {one.code for one in questions}
    assert answers.keys() <= codes
    assert not {f"answers.{code}" for code in answers} & mistakes.keys()
    again, none = read(questions, answers, category=category, before=answers)
    if not mistakes:
        assert (again, none) == (answers, {})


# What organisers ask


def new(code="new", kind="text", **given):
    return NewQuestion(**{"code": code, "kind": Kind(kind), "label": {"fr": "Q"}, **given})


YES_NO = question("comes", "yes_no")
NEEDS = question("needs", "yes_no", sensitive=True)
OPTIONS = [NewOption(code="a", label={"fr": "A"}), NewOption(code="b", label={"fr": "B"})]
THERE = [YES_NO, NEEDS, question("meal", "choice", options=MEALS, condition=when("comes", "yes"))]


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({}, None),
        ({"label": {}}, "label"),
        ({"label": {"fr": "x" * 301}}, "label"),
        ({"categories": ["elected"]}, None),
        ({"categories": ["kings"]}, "categories"),
        ({"kind": "choice", "options": OPTIONS}, None),
        ({"kind": "choice"}, "options"),
        ({"options": OPTIONS}, "options"),
        ({"kind": "choices", "options": [*OPTIONS, OPTIONS[0]]}, "options"),
        ({"kind": "choice", "options": [NewOption(code="a", label={})]}, "options"),
        (
            {
                "kind": "choice",
                "sensitive": True,
                "options": [NewOption(code="a", label={"fr": "A"}, places=1)],
            },
            "options",
        ),
        ({"condition": when("comes", "yes")}, None),
        ({"condition": when("comes", "perhaps")}, "condition"),
        ({"condition": when("nothing", "yes")}, "condition"),
        ({"condition": when("needs", "yes")}, "sensitive"),
        ({"condition": when("needs", "yes"), "sensitive": True}, None),
        ({"kind": "number", "least": 1, "most": 1}, None),
        ({"kind": "number", "least": 2, "most": 1}, "most"),
        ({"least": 2}, "least"),
    ],
)
def test_a_question_with_a_mistake_is_refused(given_, field):
    setting = rules.Setting(questions=THERE, categories=["elected", "press"])
    found = rules.mistakes(new(**given_), setting)
    assert [*found] == ([field] if field else [])


def test_a_question_depends_only_on_one_before_it():
    setting = rules.Setting(questions=THERE, categories=[])
    changed = new("comes", "yes_no", condition=when("meal", "meat"))
    assert [*rules.mistakes(changed, setting)] == ["condition"]


def test_what_others_depend_on_keeps_its_answers_and_does_not_turn_private_before_them():
    order = [
        question("meal", "choice", options=MEALS),
        question("x", condition=when("meal", "fish")),
    ]
    setting = rules.Setting(questions=order, categories=[])
    assert [*rules.mistakes(new("meal", "choice", options=OPTIONS), setting)] == ["options"]
    there = [NewOption(code=one.code, label=one.label) for one in MEALS]
    private = new("meal", "choice", options=there, sensitive=True)
    found = rules.mistakes(private, setting)
    assert isinstance(found["sensitive"], Filled)


@pytest.mark.parametrize(
    ("code", "by", "order"),
    [
        ("comes", -1, None),
        ("comes", 1, ["needs", "comes", "meal"]),
        ("needs", 1, ["comes", "meal", "needs"]),
        ("meal", 1, None),
        ("meal", -1, ["comes", "meal", "needs"]),
    ],
)
def test_questions_move_within_the_list(code, by, order):
    assert rules.moved(code, THERE, by) == order


def test_a_question_never_comes_before_the_one_on_which_it_depends():
    pair = [YES_NO, question("meal", condition=when("comes", "yes"))]
    assert rules.moved("meal", pair, -1) is None
    assert rules.moved("comes", pair, 1) is None
