"""The organisers' pages of campaigns: counted, tried, started, watched, stopped; nothing lost."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from forum.core.context import Role
from tests.factories import SAME_ORIGIN, Memory
from tests.forum.pages.test_letters import fields, told

WORDS = {
    "subject-fr": "Le car, {given_name}",
    "body-fr": "Il part à **8 h**.",
    "subject-en": "The coach",
    "body-en": "It leaves at 8.",
}


@pytest.fixture
async def team(site, edition):
    """The cookie of an organiser."""
    return await site.signed_in(edition, address="equipe@example.org")


@pytest.fixture
def get(client, edition, team):
    """Get a page of the campaigns."""

    async def get(path="", spoken="fr", /, **given):
        headers = {**team, "accept-language": spoken, "accept": "text/html"}
        where = f"/organiser/{edition.slug}/campaigns{path}"
        return await client.get(where, headers=headers, params=given or None)

    return get


@pytest.fixture
def post(client, edition, team):
    """Post a form of the campaigns, in French."""

    async def post(path, data, **query):
        headers = {**team, **SAME_ORIGIN, "accept-language": "fr", "accept": "text/html"}
        where = f"/organiser/{edition.slug}/campaigns{path}"
        return await client.post(where, data=data, headers=headers, params=query)

    return post


@pytest.fixture
def form(get):
    """Read the form as a browser would send it."""

    async def form(query=None, **changed):
        answer = await get("/new", **(query or {}))
        return {**fields(answer.text), "consent": "", **WORDS, **changed}

    return form


@pytest.fixture
def work(site, edition):
    """Let a worker do what is due in so many seconds; return the campaign's e-mails."""

    async def work(seconds):
        post = Memory()
        worker = site.worker(post)
        for _ in range(seconds):
            while await worker.release_campaigns() + await worker.send_due():
                pass
            site.clock.forward(seconds=1)
        ours = {
            address
            for (address,) in await site.rows(
                "select email from registration where edition_id = $1", edition.id
            )
        }
        return [mail for mail in post.mails if mail.kind == "campaign" and mail.recipient in ours]

    return work


def number_of(answer):
    """Return the number of the campaign to which an answer leads."""
    assert answer.status_code == 303, told(answer)
    return urlsplit(answer.headers["location"]).path.rpartition("/")[2]


async def test_the_table_leads_to_the_form_with_its_filter(site, edition, client, team):
    await site.register(edition, category="press")
    table = await client.get(
        f"/organiser/{edition.slug}/registrations",
        params={"category": "press", "status": "confirmed"},
        headers=team,
    )
    link = re.search(r'href="([^"]+/campaigns/new[^"]*)"', table.text)[1]
    query = parse_qs(urlsplit(html.unescape(link)).query)
    assert query == {"category": ["press"], "status": ["confirmed"]}
    reception = await site.signed_in(edition, Role.RECEPTION)
    table = await client.get(f"/organiser/{edition.slug}/registrations", headers=reception)
    assert "/campaigns/new" not in table.text


async def test_the_form_says_whom_it_reaches_in_words_and_numbers(site, edition, get):
    await site.register(edition, category="press", organisation="Ville de Lyon")
    gone = await site.register(edition, category="press", organisation="Ville de Lyon")
    await site.register(edition)
    await site.cancel(edition, gone)
    page = await get("/new", category="press", organisation="Ville")
    says = told(page).replace("\u00a0", " ")
    everybody = "Toutes les inscriptions, sauf annulées ou refusées"
    assert f"{everybody} · Catégorie : Presse · Organisme : Ville" in says
    assert "Atteints Une personne" in says
    assert "1 · écartées ; pour leur écrire, choisissez leur état" in says
    assert fields(page.text)["reached"] == "1"
    assert fields(page.text)["per_minute"] == "60"


async def test_every_part_of_a_filter_is_said_in_words(site, edition, get):
    group = await site.value(
        """
        insert into registration_group (edition_id, id, coordinator_name, coordinator_email,
                                        language, created_at)
             values ($1, gen_random_uuid(), 'Anne Exemple', 'a@b.org', 'fr', $2) returning id
        """,
        edition.id,
        site.clock.at,
    )
    page = await get(
        "/new",
        "en",
        status="confirmed,waiting",
        q="lefevre",
        day="2027-03-24",
        language="fr",
        printed="no",
        since="2027-01-04",
        until="2027-03-01",
        group=group,
    )
    assert (
        "Status: Confirmed · Status: On the waiting list · Search: lefevre"
        " · Comes on: Wednesday 24 March · Language: Français · Badge: To print"
        " · Registered since: Monday 4 January 2027 · Registered until: Monday 1 March 2027"
        " · Group: Anne Exemple Change it in the table"
    ) in told(page)


async def test_a_filter_that_cannot_be_read_reaches_nobody(get, post, form):
    assert (await get("/new", since="demain")).status_code == 422
    sent = await form()
    assert (await post("", {**sent, "query": "?since=demain"})).status_code == 422
    assert (await post("", {**sent, "consent": "nonsense"})).status_code == 422


async def test_a_consent_narrows_and_the_form_says_so(site, edition, get, post, form):
    await site.register(edition, consents=["photos"])
    await site.register(edition)
    counted = await post("", {**await form(), "consent": "photos", "count": "1"})
    assert counted.status_code == 200
    assert "Lancer\u00a0: un courriel" in counted.text
    assert fields(counted.text)["body-fr"] == WORDS["body-fr"]
    # Chosen without counting again, it starts nothing before the number was seen.
    late = await post("", {**await form(), "consent": "photos"})
    assert late.status_code == 412
    assert "Le filtre atteint maintenant une personne" in late.text
    again = {**fields(late.text), "consent": "photos"}
    page = await get(f"/{number_of(await post('', again))}")
    assert "Seulement ceux qui ont accepté\u00a0: Photos" in html.unescape(page.text)


async def test_a_campaign_is_started_leaves_and_is_on_record(
    site, edition, get, post, form, work, client, team
):
    person = await site.register(edition, language="fr", given_name="Zoé")
    await site.register(edition, language="en", given_name="Ada")
    answer = await post("", await form({"status": "confirmed"}))
    number = number_of(answer)
    page = await get(f"/{number}", told="started")
    says = told(page).replace("\u00a0", " ")
    assert "C’est lancé." in says
    assert "0 sur 2 envoyés" in says
    assert "data-live" in page.text
    mails = await work(3)
    assert sorted(mail.subject for mail in mails) == ["Le car, Zoé", "The coach"]
    page = await get(f"/{number}")
    says = told(page).replace("\u00a0", " ")
    assert "2 sur 2 envoyés" in says
    assert "État : Confirmé" in says
    assert "01/03/2027, 13 h, equipe@example.org" in says
    assert "Il part à **8 h**." in says
    assert "data-live" not in page.text
    assert "Le car, {given_name}" in (await get()).text
    one = await client.get(
        f"/organiser/{edition.slug}/registrations/{person.reference}",
        headers={**team, "accept-language": "fr"},
    )
    assert "Message des organisateurs" in one.text


async def test_two_presses_start_one_and_lead_to_it(site, edition, post, form):
    await site.register(edition)
    sent = await form()
    assert number_of(await post("", sent)) == number_of(await post("", sent)) == "1"
    other = await post("", {**sent, "body-en": "Something else."})
    assert other.status_code == 409
    assert "Cette page a déjà lancé une campagne" in other.text
    assert number_of(await post("", {**fields(other.text), "consent": ""})) == "2"


async def test_who_registers_meanwhile_is_shown_before_anything_leaves(site, edition, post, form):
    await site.register(edition)
    sent = await form()
    await site.register(edition)
    answer = await post("", sent)
    assert answer.status_code == 412
    assert "Le filtre atteint maintenant 2 personnes" in answer.text
    again = fields(answer.text)
    assert (again["body-fr"], again["reached"]) == (WORDS["body-fr"], "2")
    assert number_of(await post("", {**again, "consent": ""})) == "1"


async def test_every_mistake_is_told_at_once_and_what_was_typed_stays(
    site, edition, get, post, form
):
    await site.register(edition)
    sent = await form(**{"body-fr": "Un\n{nom}\n}", "subject-en": "", "per_minute": "1000"})
    answer = await post("", sent)
    assert answer.status_code == 422
    says = told(answer).replace("\u00a0", " ")
    assert "3 réponses sont à corriger" in says
    assert "Ligne 2 : il n’y a pas de {nom} pour ce courriel." in says
    assert "Ligne 3 : une accolade est seule" in says
    assert "Donnez un nombre entier de 1 à 600." in says
    assert fields(answer.text)["body-fr"] == "Un\n{nom}\n}"
    assert fields(answer.text)["per_minute"] == "1000"
    empty = dict.fromkeys(WORDS, "")
    assert "2 réponses sont à corriger" in told(
        await post("", {**sent, **empty, "per_minute": "60"})
    )
    assert "Aucune campagne" in told(await get())


async def test_nobody_reached_starts_nothing(post, form):
    answer = await post("", await form({"q": "nobody"}))
    assert answer.status_code == 422
    assert "personne n’est atteint" in answer.text


async def test_a_preview_shows_the_first_who_is_reached_or_the_one_named(
    site, edition, get, post, form
):
    first = await site.register(edition, given_name="Ana", family_name="Aa")
    other = await site.register(edition, given_name="<b>Zoé</b>")
    sent = await form()
    page = await post("/preview", sent, language="fr")
    assert page.headers["content-security-policy"].endswith("sandbox")
    assert "Le car, Ana" in page.text
    assert first.key not in page.text
    named = await post(
        "/preview", {**sent, "reference": other.reference.lower()}, language="fr", part="text"
    )
    assert "&lt;b&gt;Zoé&lt;/b&gt;" in named.text
    only = await post("/preview", {**sent, "subject-fr": "", "body-fr": ""}, language="fr")
    assert "The coach" in only.text
    wrong = await post(
        "/preview", {**sent, "reference": "ZZZZ-ZZZZ", "body-fr": "}"}, language="fr"
    )
    assert wrong.status_code == 422
    assert "Aucune inscription n’a cette référence." in wrong.text
    assert "accolade" in wrong.text


async def test_a_preview_of_a_consents_campaign_shows_its_closing(site, edition, post, form):
    await site.register(edition, consents=["photos"])
    page = await post("/preview", await form(consent="photos"), language="fr")
    assert "Changer d’avis" in page.text


async def test_a_test_goes_to_oneself_and_starts_nothing(site, edition, get, post, form):
    person = await site.register(edition, given_name="Ana")
    answer = await post("/test", await form(), language="fr")
    assert answer.status_code == 200
    assert "Un essai part à l’adresse equipe@example.org. Rien n’a été lancé." in answer.text
    assert fields(answer.text)["body-fr"] == WORDS["body-fr"]
    box = Memory()
    while await site.worker(box).send_due():
        pass
    (mail,) = [one for one in box.mails if one.recipient == "equipe@example.org"]
    assert mail.subject == "[Essai] Le car, Ana"
    assert person.key not in mail.text + mail.html
    assert "Aucune campagne" in told(await get())
    wrong = await post("/test", await form(**{"body-fr": "}"}), language="fr")
    assert wrong.status_code == 422


async def test_stop_and_continue_with_another_rate(site, edition, get, post, form, work):
    for _ in range(4):
        await site.register(edition)
    number = number_of(await post("", await form(per_minute="60")))
    await work(2)
    stopped = await post(f"/{number}/stop", {})
    assert stopped.headers["location"].endswith("?told=stopped")
    page = await get(f"/{number}", told="stopped")
    assert "ce qui n’était pas parti ne part pas" in page.text
    assert await work(5) == []
    sent = fields(page.text)
    assert (sent["revision"], sent["per_minute"]) == ("2", "60")
    bad = await post(f"/{number}/continue", {**sent, "per_minute": "0"})
    assert bad.status_code == 422
    assert 'value="0"' in bad.text
    assert number_of(await post(f"/{number}/continue", {**sent, "per_minute": "600"})) == number
    assert len(await work(3)) == 2
    over = await post(f"/{number}/stop", {})
    assert over.status_code == 409
    assert "tous sont partis" in over.text


async def test_who_continues_from_an_old_page_is_told(site, edition, get, post, form):
    await site.register(edition)
    number = number_of(await post("", await form()))
    await post(f"/{number}/stop", {})
    old = fields((await get(f"/{number}")).text)
    await post(f"/{number}/continue", old)
    await post(f"/{number}/stop", {})
    late = await post(f"/{number}/continue", old)
    assert late.status_code == 412
    assert "entre-temps" in late.text
    assert fields(late.text)["revision"] == "4"


async def test_recipients_are_listed_by_pages_and_by_fate(site, edition, get, post, form, work):
    for _ in range(53):
        await site.register(edition)
    number = number_of(await post("", await form(per_minute="600")))
    await work(1)
    page = await get(f"/{number}/recipients")
    assert page.text.count("<tr>") == 51
    following = html.unescape(re.search(r'href="[^"?]+(\?after=[^"]+)" rel="next"', page.text)[1])
    assert following == "?after=50"
    rest = await get(f"/{number}/recipients", after="50")
    assert rest.text.count("<tr>") == 4
    assert 'rel="next"' not in rest.text
    sent = await get(f"/{number}/recipients", fate="sent")
    waiting = await get(f"/{number}/recipients", fate="waiting")
    assert (sent.text.count("<tr>"), waiting.text.count("<tr>")) == (2, 51)
    assert "Personne n’a été trouvé" in told(await get(f"/{number}/recipients", fate="failed"))
    assert (await get(f"/{number}/recipients", after="x", fate="x")).status_code == 200


async def test_the_same_words_can_be_written_again_by_the_same_consent(
    site, edition, get, post, form
):
    await site.register(edition, consents=["photos"])
    counted = await post("", {**await form({"status": "confirmed"}), "consent": "photos",
                              "count": "1"})  # fmt: skip
    number = number_of(await post("", {**fields(counted.text), "consent": "photos"}))
    page = await get(f"/{number}")
    link = html.unescape(re.search(r'/campaigns(/new[^"]+)"', page.text)[1])
    assert link == f"/new?status=confirmed&from={number}"
    again = await get("/new", status="confirmed", **{"from": number})
    assert fields(again.text)["body-fr"] == WORDS["body-fr"]
    assert '<option value="photos" selected>' in again.text


@pytest.mark.parametrize("path", ["/9", "/x", "/99999999999999999999", "/9/recipients"])
async def test_what_is_no_campaign_is_not_found(get, path):
    assert (await get(path)).status_code == 404


async def test_another_editions_campaign_is_not_found(site, edition, get, post, form):
    await site.register(edition)
    number = number_of(await post("", await form()))
    other = await site.edition()
    headers = {**await site.signed_in(other), **SAME_ORIGIN}
    async with site.client(headers=headers) as stranger:
        where = f"/organiser/{other.slug}/campaigns/{number}"
        assert (await stranger.get(where)).status_code == 404
        assert (await stranger.post(f"{where}/stop")).status_code == 404
        theirs = f"/organiser/{edition.slug}/campaigns/{number}"
        assert (await stranger.get(theirs)).status_code == 403


async def test_the_list_goes_on_beyond_a_page(site, edition, get, team):
    await site.value(
        """
        insert into campaign (edition_id, number, id, filter, texts, per_minute, reached, state,
                              next_at, started_at, changed_at)
             select $1, n, gen_random_uuid(), '{}', '{"fr": {"subject": "Un", "body": "Deux"}}', 60,
                    1, 'done', $2, $2, $2
               from generate_series(1, 52) n
        """,
        edition.id,
        site.clock.at,
    )
    page = await get()
    assert page.text.count("<tr>") == 51
    assert "?before=3" in page.text
    assert (await get(before="3")).text.count("<tr>") == 3


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.PROGRAMME_EDITOR, Role.DOOR])
async def test_only_organisers_write(site, edition, client, role):
    headers = await site.signed_in(edition, role)
    for path in ("", "/new", "/1"):
        answer = await client.get(f"/organiser/{edition.slug}/campaigns{path}", headers=headers)
        assert answer.status_code == 403


@pytest.mark.parametrize("path", ["", "/test", "/preview", "/1/stop", "/1/continue"])
async def test_a_post_of_another_site_is_refused(client, edition, team, path):
    answer = await client.post(
        f"/organiser/{edition.slug}/campaigns{path}",
        headers={**team, "sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
