"""Every template renders from its context, in both languages, under the strict policy."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.pages.samples import CATEGORIES, EDITION, MAIL_PARTS, MAILS, PAGES, mail, page, templates

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Document(HTMLParser):
    """The elements of a page; `open` are those not closed so far, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_formed_and_obeys_the_policy(name, language):
    document = Document(page(name, language))
    assert document.open == []
    assert document.all("html") == [{"lang": language}]
    assert document.all("style") == []
    for tag, attributes in document.elements:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
    scripts = document.all("script")
    data = {"application/json", "application/ld+json"}  # blocks that no browser executes
    assert all("src" in script or script["type"] in data for script in scripts)


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_every_reference_finds_its_element(name):
    document = Document(page(name))
    ids = [attributes["id"] for _, attributes in document.elements if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))
    wanted = set()
    for _, attributes in document.elements:
        for key in ("for", "aria-describedby", "aria-labelledby"):
            wanted |= set((attributes.get(key) or "").split())
        if (attributes.get("href") or "").startswith("#"):
            wanted.add(attributes["href"][1:])
    assert wanted - set(ids) == set()


@pytest.mark.parametrize("name", [name for name in PAGES if name != "scan"])
def test_a_page_has_one_first_heading_and_skips_no_level(name):
    levels = [
        int(tag[1]) for tag, _ in Document(page(name)).elements if re.fullmatch("h[1-6]", tag)
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_language_switch_leads_to_the_same_page():
    links = Document(page("guides", "fr")).all("a")
    assert [a["href"] for a in links if a.get("hreflang") == "en"] == ["/?lang=en"]


def test_home_calls_to_register_only_while_registration_is_open():
    assert 'class="btn" href="/toulouse-2027/register"' in page("home")
    closed = page("home-closed")
    assert "Les inscriptions sont closes." in closed
    assert 'class="btn" href="/toulouse-2027/register"' not in closed


def test_home_says_how_many_places_are_left():
    text = text_of(page("home", "en"))
    assert "Elected official 12 places left Public agent One place left" in text
    assert "Partner Full: you join the waiting list Press Places available Staff Closed" in text


def test_a_fictitious_edition_says_so_on_every_page():
    assert "inventées" in page("guides")


def test_a_new_form_has_nothing_ticked_and_no_mistake():
    document = Document(page("register"))
    ticked = [i for i in document.all("input") if i["type"] == "checkbox" and "checked" in i]
    chosen = [i["name"] for i in document.all("input") if i["type"] == "radio" and "checked" in i]
    assert ticked == []
    assert chosen == ["language"]
    assert "aria-invalid" not in page("register")


def test_a_closed_category_cannot_be_chosen():
    inputs = [i for i in Document(page("register")).all("input") if i["name"] == "category"]
    assert [i["value"] for i in inputs] == [category.code for category in CATEGORIES]
    assert [i["value"] for i in inputs if "disabled" in i] == ["staff"]


def test_a_form_with_mistakes_keeps_what_was_typed():
    inputs = {
        (i["name"], i.get("value")): i for i in Document(page("register-errors")).all("input")
    }
    assert ("given_name", "Maëlys") in inputs
    assert ("organisation", "Dupont & <Fils") in inputs
    assert "checked" in inputs["category", "agent"]
    assert "checked" in inputs["language", "en"]
    assert "checked" in inputs["consents", "news"]


def test_a_mistake_stands_beside_its_field_and_in_the_summary_that_takes_the_focus():
    html = page("register-errors")
    document = Document(html)
    [email] = [i for i in document.all("input") if i["name"] == "email"]
    assert email["aria-invalid"] == "true"
    assert email["aria-describedby"] == "email-hint email-error"
    [summary] = [d for d in document.all("div") if d.get("id") == "mistakes"]
    assert "autofocus" in summary
    assert summary["tabindex"] == "-1"
    assert "3 réponses sont à corriger" in html
    links = [a["href"] for a in document.all("a") if a["href"].startswith("#")]
    assert links == ["#content", "#family_name", "#email", "#category-1"]
    assert "<title>Erreur\u00a0: S’inscrire" in html


def test_the_answer_to_a_registration_is_one_page_for_all():
    assert "personne n’est inscrit deux fois" in page("registered")
    assert 'href="/outbox"' in page("registered")
    real = templates(demo=False).render("registrations/registered.html", "fr", edition=EDITION)
    assert "/outbox" not in real


@pytest.mark.parametrize(
    ("name", "word", "ticket"),
    [
        ("manage-confirmed", "✓ Confirmée", True),
        ("manage-waiting", "… En liste d’attente", False),
        ("manage-cancelled", "✕ Annulée", False),
    ],
)
def test_where_a_registration_stands_is_said_in_words(name, word, ticket):
    html = page(name)
    assert word in html
    assert ("<svg" in html) is ticket
    assert ("ticket.png" in html) is ticket


def test_a_place_is_given_up_by_a_post_only():
    assert Document(page("cancel")).all("form") == [
        {"method": "post", "action": "/me/abc/cancel", "class": "acts"}
    ]
    assert Document(page("cancel-done")).all("form") == []


@pytest.mark.parametrize("name", ["programme", "programme-everything"])
def test_the_programme_stays_within_the_budget_of_a_public_page(name):
    assert len(Document(page(name)).elements) <= 380
    assert len(page(name).encode()) <= 25_000


@pytest.mark.parametrize(
    "name",
    [
        *("table", "table-much", "person", "import-columns", "import-check-errors"),
        *("programme-sessions", "programme-session", "asked"),
    ],
)
def test_a_page_of_the_team_stays_within_its_budget(name):
    assert len(Document(page(name)).elements) <= 600
    assert len(page(name).encode()) <= 60_000


def test_a_cancelled_session_says_so():
    assert "Cette séance est annulée." in page("session-bare")
    assert "Cette séance est annulée." not in page("session")


def test_a_message_shows_its_links_and_no_markup_of_its_own():
    html = page("mail")
    assert '<a href="http://127.0.0.1:8000/me/abc" rel="noopener">' in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert '<img src="data:image/png;base64,' in html


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", MAILS)
def test_every_part_of_an_email_renders(kind, language):
    subject, text, html = (mail(kind, part, language) for part in MAIL_PARTS)
    assert len(subject.strip().splitlines()) == 1
    assert "<" not in text.replace("<Fils", "")
    assert Document(html).all("html")[0]["lang"] == language


def test_a_sign_in_link_says_how_long_it_lasts():
    assert "30 minutes" in mail("sign_in", "body.txt")
    assert "https://forum.example/sign-in/abc" in mail("sign_in", "body.html")
