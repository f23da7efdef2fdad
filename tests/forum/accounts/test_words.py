"""Every role and every deed has words in both languages, and the table shows RIGHTS itself."""

from forum.accounts.words import ABOUT, DEEDS, ROLES, rights_table, role_words
from forum.core.context import Role
from forum.core.i18n import words
from forum.core.rights import RIGHTS, Deed


def test_every_role_and_every_deed_has_words():
    assert ROLES.keys() == ABOUT.keys() == set(Role)
    assert DEEDS.keys() == set(Deed)
    french = words("fr")
    for text in (*ROLES.values(), *ABOUT.values(), *DEEDS.values()):
        assert french.gettext(text) != text


def test_a_speaker_is_no_member_of_the_team():
    assert "speaker" not in {role.value for role in Role}


def test_roles_are_told_in_one_order():
    assert role_words(words("fr"), [Role.DOOR, Role.ORGANISER]) == "Organisation, Portes"
    assert role_words(words("en"), [Role.RECEPTION]) == "Reception"


def test_the_table_says_what_is_held():
    table = rights_table(words("en"))
    assert len(table) == len(RIGHTS)
    for (said, allowed), (deed, roles) in zip(table, RIGHTS.items(), strict=True):
        assert said == DEEDS[deed]
        assert {role for role, yes in zip(Role, allowed, strict=True) if yes} == roles
