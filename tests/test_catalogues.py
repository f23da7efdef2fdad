"""Every sentence of every package speaks French too."""

import pytest

from forum.core import forms
from scripts.catalogues import PACKAGES, catalogue, coded, mistakes, refused, same_placeholders


@pytest.mark.parametrize("package", PACKAGES)
def test_no_sentence_lacks_its_translation(package):
    assert mistakes(package) == []


MISTAKES = [
    "Expected `str` of length <= 200",
    "Expected `str` of length >= 1",
    "Expected `str` matching regex '^[^@]+@'",
    "Invalid enum value 'x'",
    "Expected `int`, got `str`",
]


@pytest.mark.parametrize("message", MISTAKES)
def test_a_mistake_in_a_form_is_told_in_french(message):
    translated = catalogue("forum").get(forms.mend(message))
    assert translated is not None
    assert translated.string


def test_one_sentence_has_one_translation_in_all_packages():
    seen: dict[str, tuple[str, object]] = {}
    for package in PACKAGES:
        for message in catalogue(package):
            if not message.id:
                continue
            one = message.id if isinstance(message.id, str) else message.id[0]
            other, string = seen.setdefault(one, (package, message.string))
            assert message.string == string, f"{one!r} differs between {other} and {package}"


@pytest.mark.parametrize("package", PACKAGES)
def test_french_signs_stand_after_a_no_break_space(package):
    for message in catalogue(package):
        for text in message.string if isinstance(message.string, tuple) else [message.string]:
            assert not [sign for sign in (" :", " ;", " ?", " !", "« ", " »", "'") if sign in text]


def test_sentences_are_found_in_calls_f_strings_tables_and_refusals(tmp_path):
    path = tmp_path / "code.py"
    path.write_text(
        'LABELS = {Kind.TALK: "Talk"}\n'
        "said = f\"{words.gettext('Badges')} {words.gettext(LABELS[kind])}\"\n"
        'many = words.ngettext("One seat", "%(n)d seats", 2)\n'
        'class Late(Problem):\n    """You are late."""\n'
        'raise Late("The door is closed.")\n'
    )
    sentences = {sentence for _, sentence in coded(path)}
    assert sentences == {"Talk", "Badges", ("One seat", "%(n)d seats")}
    refusals = [sentence for _, sentence in refused(path, {"Problem", "Late"})]
    assert refusals == ["You are late.", "The door is closed."]


def test_a_placeholder_lost_in_translation_is_noticed():
    assert same_placeholders("%(n)d seats for {who}", "%(n)d places pour {who}")
    assert not same_placeholders("%(n)d seats", "des places")
    assert same_placeholders(("One seat", "%(n)d seats"), ("Une place", "%(n)d places"))
