"""What a campaign's e-mail holds, and what is added where it is sent by a consent."""

import uuid

import pytest

from forum.campaigns import mails
from forum.campaigns.models import Wording
from forum.core.mail import compose
from forum.letters.models import LetterText
from forum.registrations.keys import AttendeeKeys
from tests.factories import NOON
from tests.forum.campaigns.test_rules import due, person
from tests.pages.samples import EDITION, templates

TEXT = LetterText(subject="Le car, {given_name}", body="Il part à 8 h.")
KEYS = AttendeeKeys(b"the key of a test, of 32 bytes..")
ID = uuid.UUID(int=9)


def rendered(consent=None, text=TEXT, **given):
    letter = mails.letter(due(number=4), person(**given), ID)
    return mails.render(
        letter,
        EDITION,
        Wording(text=text, consent=consent),
        templates=templates(),
        keys=KEYS,
        base_url="https://forum.example",
        at=NOON,
    )


def test_a_letter_is_the_only_one_of_its_campaign_and_holds_no_words():
    letter = mails.letter(due(number=4), person(), ID)
    assert (letter.kind, letter.subject_id, letter.version) == ("campaign", uuid.UUID(int=1), 4)
    assert letter.data == {
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "reference": "K7QM-42XR",
        "category_name": {"fr": "Élu"},
    }


def test_an_e_mail_about_the_forum_is_the_text_alone():
    mail = rendered()
    assert (mail.subject, mail.parts, mail.unsubscribe) == ("Le car, Zoé", (), "")
    assert mail.text.startswith("Il part à 8 h.\n\n-- \n")
    assert compose(mail, "forum@example.org")["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    ("language", "says"), [("fr", "Changer d’avis"), ("en", "Change your mind")]
)
def test_an_e_mail_by_consent_says_where_to_withdraw_it(language, says):
    mail = rendered("newsletter", language=language)
    own = f"https://forum.example/me/{KEYS.key(1, uuid.UUID(int=1))}"
    assert mail.text.count(f"{says} ({own})") == 1
    assert f'href="{own}"' in mail.html
    assert compose(mail, "forum@example.org")["List-Unsubscribe"] == f"<{own}>"


def test_values_never_become_markup():
    mail = rendered(text=LetterText(subject="{name}", body="{name}"), given_name="<b>**Zoé**</b>")
    assert mail.subject == "<b>**Zoé**</b> Lefèvre"
    assert "&lt;b&gt;**Zoé**&lt;/b&gt; Lefèvre" in mail.html
