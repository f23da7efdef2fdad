"""What the fonts draw: told from a table, right for every character."""

import subprocess
import sys
import unicodedata

import pytest
from fontTools.ttLib import TTFont

from forum.core.font_coverage import (
    FONTS,
    LATIN,
    capitals,
    coverage,
    covered,
    family_of,
    ignorable,
    missing_glyphs,
    plain,
    printable,
    spelled,
)


def test_each_character_is_in_the_face_that_the_table_names():
    faces = {path.stem: set(TTFont(path).getBestCmap()) for path in FONTS.glob("*.ttf")}
    table = coverage()
    for first, end, name in zip(table.firsts, table.ends, table.names, strict=True):
        for style in ("Regular", "Bold") if table.bold[name] else ("Regular",):
            assert faces[f"{name}-{style}"].issuperset(range(first, end)), (name, hex(first))
    for name, characters in table.between.items():
        assert faces[f"{name}-Regular"].issuperset(map(ord, characters)), name
    drawn = {code for f, e in zip(table.firsts, table.ends, strict=True) for code in range(f, e)}
    joiners = {0x200C, 0x200D}
    assert set.union(*faces.values()) - drawn - joiners == set()


def test_no_letter_is_an_empty_glyph():
    for path in FONTS.glob("*.ttf"):
        font = TTFont(path)
        hollow = [
            hex(code)
            for code, glyph in font.getBestCmap().items()
            if font["glyf"][glyph].numberOfContours == 0
            and unicodedata.category(chr(code))[0] in "LMNPS"
            and not ignorable(chr(code))
        ]
        assert hollow == [], path.name


def test_faces_have_names_of_their_own_no_layout_hints_and_small_files():
    names = [str(TTFont(path)["name"].getDebugName(6)) for path in sorted(FONTS.glob("*.ttf"))]
    assert names == [path.stem for path in sorted(FONTS.glob("*.ttf"))]
    assert all("glyf" in TTFont(path) for path in FONTS.glob("*.ttf"))
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 8.5e6


@pytest.mark.parametrize(
    "name",
    [
        "علی‌رضا محمدی",
        "نستعلیق ٹوٹا ۱۲۳",
        "שָׁלוֹם בן-גוריון",
        "क्षितिज त्रिपाठी",
        "বাংলা",
        "ਗੁਰਪ੍ਰੀਤ",
        "ગુજરાતી",
        "தமிழ்",
        "తెలుగు",
        "ಕನ್ನಡ",
        "മലയാളം",
        "සිංහල",
        "ไทย",
        "ລາວ",
        "မြန်မာ",
        "ខ្មែរ",
        "བོད་ཡིག",
        "ქართული",
        "Հայերեն",
        "አማርኛ",
        "李小龙 臺灣 渡辺 さくら カナ",
        "김철수",
        "Ṣọ́lá m̃",
        "Ａｄａ ﬁ",
    ],
)
def test_names_of_the_world_can_be_drawn(name):
    assert missing_glyphs(name) == ""
    assert printable(capitals(printable(name))) != ""


def test_what_no_face_has_is_named():
    assert covered("Ada 🌲 𓀀") == {"🌲", "𓀀"}
    assert spelled("Ada 𓀀") == "Ada U+13000"


def test_joiners_stay_between_letters_that_they_part_and_go_elsewhere():
    assert printable("علی\u200cرضا") == "علی\u200cرضا"
    assert printable("A\u200cd\u200da\ufe0f\u200c") == "Ada"


def test_capitals_leave_letters_alone_whose_capital_no_face_has():
    assert capitals("ɫéa straße") == "ɫÉA STRASSE"


def test_plain_letters_are_those_of_inter_one_by_one():
    assert plain().issuperset("Léa Nguyễn Ελένη Людмила")
    assert not plain() & set("\u0301李ع")
    assert all(family_of(char) == LATIN for char in plain())


def test_latin_names_open_no_other_font():
    code = (
        "import sys; from forum.core.pdf import width; from forum.core.pdf_scripts import opened;"
        "width('Léa Lefèvre', 'Inter-Bold', 12);"
        "print(opened.cache_info().currsize, 'bidi' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.split() == ["0", "False"]
