"""The organisers' pages of badge layouts, without a script."""

import base64
import html
import json
import re
import tomllib
import zipfile
from io import BytesIO

import pytest
from PIL import Image

from badges.layouts import reading, service
from badges.layouts.shipped import SHIPPED
from forum.core.context import Role
from tests.badges.layouts.samples import SOURCE, line_of
from tests.factories import NOON, SAME_ORIGIN

BY = {"actor": "organiser:test", "at": NOON}


@pytest.fixture
async def team(site, edition):
    headers = await site.signed_in(edition, address="anne@example.org")
    async with site.client(headers={**SAME_ORIGIN, **headers, "accept-language": "en"}) as client:
        yield client


@pytest.fixture
def home(edition):
    return f"/organiser/{edition.slug}/badges/layouts"


@pytest.fixture
async def own(site, edition):
    """A layout of the edition's own, `two`."""
    async with site.pool.acquire() as db:
        return await service.add(db, edition, SOURCE, {}, ids=site.ids, **BY)


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(page)).split())


def form_of(page):
    """Return what the layout's form would send."""
    inside = re.search(r'<form class="bench".*?</form>', page, re.DOTALL)[0]
    sent = {}
    for tag in re.findall(r"<input [^>]*>", inside):
        kind = re.search(r'type="(\w+)"', tag)[1]
        name = re.search(r' name="([^"]+)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if name and (kind != "checkbox" or " checked" in tag):
            sent[html.unescape(name[1])] = html.unescape(value[1] if value else "")
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', inside):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = html.unescape(
            chosen[1] if chosen else re.search(r'value="([^"]*)"', options)[1]
        )
    for name, text in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', inside, re.DOTALL
    ):
        sent[name] = html.unescape(text)
    return sent


def picture_of(page):
    """Return the picture of a page, or None."""
    figure = re.search(r'<figure class="drawn".*?</figure>', page, re.DOTALL)[0]
    found = re.search(r'src="data:image/png;base64,([^"]+)"', figure)
    return found and Image.open(BytesIO(base64.b64decode(found[1])))


async def test_the_list_shows_each_layout_with_its_picture(team, home, own):
    page = (await team.get(home)).text
    assert page.count('<svg class="sample"') == len(SHIPPED) + 1
    strip = Image.open(BytesIO((await team.get(f"{home}/pictures.png")).content))
    assert strip.size == (120, 120 * (len(SHIPPED) + 1))
    said = words_of(page)
    assert "Two faces two · your own 105 × 148.5 mm, 4 on a sheet" in said
    assert f'href="{home}/a6"' in page


async def test_a_layout_is_begun_like_one_that_ships_and_another_takes_the_next_name(team, home):
    for name in ("a6-2", "a6-3"):
        done = await team.post(home, data={"like": "a6"})
        assert (done.status_code, done.headers["location"]) == (303, f"{home}/{name}?done=added")
    done = await team.post(home, data={"like": "a6", "title": "Équipe de l’accueil"})
    assert done.headers["location"] == f"{home}/equipe-de-l-accueil?done=added"
    source = (await team.get(f"{home}/equipe-de-l-accueil/layout.toml")).text
    assert tomllib.loads(source)["title"] == "Équipe de l’accueil"
    refused = await team.post(home, data={"like": "a9"})
    assert refused.status_code == 422
    assert "There is no such layout: choose one of those offered." in refused.text


async def test_every_page_of_a_layout_shows_its_fields_and_a_picture(team, home, own):
    for part, field in [
        ("sheet", 'name="layout.sheet.width_mm" value="210"'),
        ("face.front", 'name="layout.faces.front.codes.0.side_mm" value="34"'),
        ("face.back", 'name="layout.faces.back.columns.0.parts.0.text.fr"'),
        ("toml", '<textarea class="toml" id="source"'),
    ]:
        page = (await team.get(f"{home}/{own}?part={part}")).text
        assert field in page
        assert picture_of(page).width > 100
    assert "Nobody of this category is registered yet" in page
    assert (await team.get(f"{home}/{own}?part=images")).status_code == 200


async def test_a_picture_shows_the_longest_the_shortest_and_another_name(
    site, edition, team, home, own
):
    for given, family in [("Li", "Wu"), ("Marie-Françoise", "de Lavergne"), ("Zoé", "Ferrand")]:
        await site.register(edition, given_name=given, family_name=family)
    page = (await team.get(f"{home}/{own}")).text
    said = words_of(page)
    assert (
        "The longest name, the shortest, and one at random: Marie-Françoise de Lavergne, Li Wu"
        in said
    )
    seen = set()
    for nth in range(3):
        said = words_of((await team.get(f"{home}/{own}?nth={nth}")).text)
        seen.add("Zoé Ferrand" in said)
    assert seen == {True, False}


async def test_what_is_typed_is_drawn_and_stored(site, edition, team, home, own):
    before = (await team.get(f"{home}/{own}?part=face.front")).text
    form = form_of(before)
    form["layout.faces.front.shapes.0.colour"] = "#8a1c16"
    form["layout.faces.front.codes.0.x_mm"] = "30,5"
    form["layout.faces.front.columns.1.parts.0.sizes"] = "1: 36–20, 2: 20-10"
    seen = await team.post(f"{home}/{own}/preview", data=form)
    assert seen.status_code == 200
    assert picture_of(seen.text).tobytes() != picture_of(before).tobytes()
    assert 'value="30.5"' in seen.text
    done = await team.post(f"{home}/{own}", data=form)
    assert (done.status_code, done.headers["location"]) == (
        303,
        f"{home}/{own}?part=face.front&done=stored",
    )
    layout, _ = reading.read((await team.get(f"{home}/{own}/layout.toml")).text)
    front = layout.faces["front"]
    assert front.shapes[0].colour == "#8a1c16"
    assert front.codes[0].x_mm == 30.5
    assert [size.largest_pt for size in front.columns[1].parts[0].sizes] == [36, 20]
    was, _ = reading.read(SOURCE)
    assert layout.faces["back"] == was.faces["back"]


async def test_every_mistake_stands_beside_its_field_and_what_was_typed_stays(team, home, own):
    form = form_of((await team.get(f"{home}/{own}?part=face.front")).text)
    form["layout.faces.front.shapes.0.colour"] = "rouge"
    form["layout.faces.front.codes.0.x_mm"] = "left"
    form["layout.faces.front.columns.0.parts.0.sizes"] = "big"
    answer = await team.post(f"{home}/{own}", data=form)
    assert answer.status_code == 422
    assert picture_of(answer.text) is None
    for way, typed in [("codes.0.x_mm", "left"), ("columns.0.parts.0.sizes", "big")]:
        assert f'id="faces.front.{way}-error"' in answer.text
        assert f'href="#faces.front.{way}"' in answer.text
        assert f'value="{typed}"' in answer.text
    form |= {
        "layout.faces.front.codes.0.x_mm": "90",
        "layout.faces.front.columns.0.parts.0.sizes": "1: 40-50",
    }
    answer = await team.post(f"{home}/{own}", data=form)
    said = words_of(answer.text)
    assert answer.status_code == 422
    assert "Code 1, From the left (mm): This stands out of the card on the right by 19 mm." in said
    assert "Surface 1, Colour: There is no such colour: write #rrggbb, or one of ink," in said
    assert "the smallest size 50 pt is larger than the largest, 40 pt" in said


async def test_things_are_added_and_removed_without_a_script(team, home, own):
    form = form_of((await team.get(f"{home}/{own}?part=face.front")).text)
    page = await team.post(
        f"{home}/{own}/preview", data={**form, "add": "faces.front.columns.1.parts"}
    )
    form = form_of(page.text)
    assert form["layout.faces.front.columns.1.parts.2.text"] == "Staff"
    form["layout.faces.front.columns.1.parts.2.height_mm"] = "4"
    form["layout.faces.front.columns.1.parts.2.sizes"] = "1: 9-8"
    form["remove"] = "faces.front.columns.0"
    done = await team.post(f"{home}/{own}", data=form)
    assert done.status_code == 303
    layout, _ = reading.read((await team.get(f"{home}/{own}/layout.toml")).text)
    [column] = layout.faces["front"].columns
    assert [part.text for part in column.parts] == ["{given_name}", "{family_name}", "Staff"]


async def test_the_other_side_is_taken_away_and_put_back(team, home, own):
    form = form_of((await team.get(f"{home}/{own}?part=sheet")).text)
    await team.post(f"{home}/{own}", data={**form, "remove": "reverse"})
    page = (await team.get(f"{home}/{own}?part=sheet")).text
    assert "No panel shows this face: it is not printed." in page
    page = await team.post(f"{home}/{own}/preview", data={**form_of(page), "add": "reverse"})
    assert (await team.post(f"{home}/{own}", data=form_of(page.text))).status_code == 303
    layout, _ = reading.read((await team.get(f"{home}/{own}/layout.toml")).text)
    assert layout == reading.read(SOURCE)[0]


async def test_toml_is_stored_as_it_was_written_and_mistakes_name_their_line(team, home, own):
    form = form_of((await team.get(f"{home}/{own}?part=toml")).text)
    assert reading.read(form["source"])[0] == reading.read(SOURCE)[0]
    mine = f"# for the staff\n{SOURCE}"
    done = await team.post(f"{home}/{own}", data={**form, "source": mine.replace("\n", "\r\n")})
    assert done.status_code == 303
    assert (await team.get(f"{home}/{own}/layout.toml")).text == mine
    wrong = mine.replace("marks =", "mark =").replace("side_mm = 34", "side_mm = '34'")
    answer = await team.post(f"{home}/{own}", data={**form, "revision": "2", "source": wrong})
    assert answer.status_code == 422
    said = words_of(answer.text)
    line = line_of("mark =", wrong)
    assert f"line {line}, sheet.mark: There is no such field: perhaps marks is meant." in said
    assert "2 mistakes" in said
    assert (await team.get(f"{home}/{own}/layout.toml")).text == mine


async def test_who_stores_second_sees_what_the_first_stored(team, home, own):
    form = form_of((await team.get(f"{home}/{own}?part=face.front")).text)
    first = {**form, "layout.faces.front.codes.0.x_mm": "30"}
    second = {**form, "layout.faces.front.codes.0.x_mm": "40"}
    assert (await team.post(f"{home}/{own}", data=first)).status_code == 303
    answer = await team.post(f"{home}/{own}", data=second)
    assert answer.status_code == 412
    said = words_of(answer.text)
    assert "Somebody changed this meanwhile" in said
    assert "x_mm = 30" in said
    again = form_of(answer.text)
    assert again["layout.faces.front.codes.0.x_mm"] == "40"
    assert (await team.post(f"{home}/{own}", data=again)).status_code == 303


async def test_the_name_of_a_layout_never_changes(team, home, own):
    form = form_of((await team.get(f"{home}/{own}?part=toml")).text)
    source = SOURCE.replace('name = "two"', 'name = "three"')
    answer = await team.post(f"{home}/{own}", data={**form, "source": source})
    assert answer.status_code == 422
    assert "line 1, name: The name of a layout never changes: it is two." in answer.text


async def test_what_a_layout_was_can_be_taken_up_again(team, home, own):
    for n in range(14):
        form = form_of((await team.get(f"{home}/{own}?part=toml")).text)
        form["source"] = f"# {n}\n{SOURCE}"
        assert (await team.post(f"{home}/{own}", data=form)).status_code == 303
    page = (await team.get(f"{home}/{own}")).text
    assert re.findall(r"Revision (\d+)", page) == [str(n) for n in range(14, 4, -1)]
    old = form_of((await team.get(f"{home}/{own}?part=toml&revision=5")).text)
    assert old["source"].startswith("# 3\n")
    assert old["revision"] == "15"


async def test_layouts_are_chosen_for_categories(site, edition, team, home, own):
    done = await team.post(
        f"{home}/choices", data={"for.press": own, "for.": "", "for.agent": "a6"}
    )
    assert done.headers["location"] == f"{home}?done=chosen"
    async with site.pool.acquire() as db:
        known = await service.of_edition(db, edition)
        assert [known.name_for(one) for one in ("press", "agent", "elected")] == [own, "a6", "a6"]
        assert (await service.chosen(db, edition, "press")).layout == reading.read(SOURCE)[0]
    await team.post(f"{home}/choices", data={"for.press": "", "for.": own})
    async with site.pool.acquire() as db:
        known = await service.of_edition(db, edition)
    assert [known.name_for(one) for one in ("press", "agent", "elected")] == [own, "a6", own]
    refused = await team.post(f"{home}/choices", data={"for.press": "a9", "for.nobody": "a6"})
    assert refused.status_code == 422
    assert refused.text.count("There is no such layout") == 1
    page = (await team.get(home)).text
    assert f'<option value="{own}" selected>Two faces</option>' in page


async def test_a_layout_that_is_used_stays_and_another_goes(site, edition, team, home, own):
    await team.post(f"{home}/choices", data={"for.press": own})
    kept = await team.post(f"{home}/{own}/delete", data={"revision": "1"})
    assert kept.status_code == 409
    assert "Badges use this layout: choose another one for them first." in kept.text
    await team.post(f"{home}/choices", data={"for.press": ""})
    assert (await team.post(f"{home}/{own}/delete", data={"revision": "7"})).status_code == 412
    done = await team.post(f"{home}/{own}/delete", data={"revision": "1"})
    assert done.headers["location"] == f"{home}?done=removed"
    assert (await team.get(f"{home}/{own}")).status_code == 404
    rows = await site.rows(
        "select action from audit where edition_id = $1 and action like 'badge%' order by 1",
        edition.id,
    )
    assert [action for (action,) in rows] == [
        "badge_layout_added",
        "badge_layout_chosen",
        "badge_layout_chosen",
        "badge_layout_removed",
    ]


def image(kind, size=(600, 300), **options):
    out = BytesIO()
    Image.new("RGB", size, "#0a5c4a").save(out, kind, **options)
    return out.getvalue()


async def test_an_image_is_brought_placed_printed_and_kept_while_it_is_shown(
    site, edition, team, home, own
):
    at = f"{home}/{own}"
    file = {"image": ("Logo de la Ville.PNG", image("PNG", (1200, 600)), "image/png")}
    done = await team.post(f"{at}/images", files=file)
    assert done.headers["location"] == f"{at}?part=images&done=stored"
    page = (await team.get(f"{at}?part=images")).text
    assert "logo-de-la-ville" in page
    assert "1200 × 600 pixels" in words_of(page)
    shown = await team.get(f"{at}/images/logo-de-la-ville")
    assert Image.open(BytesIO(shown.content)).size == (1200, 600)
    form = form_of((await team.get(f"{at}?part=face.front")).text)
    page = await team.post(f"{at}/preview", data={**form, "add": "faces.front.pictures"})
    form = form_of(page.text)
    form["layout.faces.front.pictures.0.name"] = "logo-de-la-ville"
    form["layout.faces.front.pictures.0.box.x_mm"] = "5"
    form["layout.faces.front.pictures.0.box.y_mm"] = "82"
    form["layout.faces.front.pictures.0.box.width_mm"] = "25.4"
    form["layout.faces.front.pictures.0.box.height_mm"] = "12.7"
    assert (await team.post(at, data=form)).status_code == 303
    async with site.pool.acquire() as db:
        layout = (await service.of_edition(db, edition)).layouts[own]
    [printed] = layout.files(site.parts.blobs).values()
    assert Image.open(BytesIO(printed)).size == (300, 150)
    kept = await team.post(f"{at}/images/logo-de-la-ville/delete")
    assert kept.status_code == 409
    form = form_of((await team.get(f"{at}?part=face.front")).text)
    assert (
        await team.post(at, data={**form, "remove": "faces.front.pictures.0"})
    ).status_code == 303
    gone = await team.post(f"{at}/images/logo-de-la-ville/delete")
    assert gone.status_code == 303
    assert (await team.get(f"{at}/images/logo-de-la-ville")).status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This file is no image that can be printed: send a PNG or a JPEG."),
        (image("WEBP"), "Images of this kind are not taken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Images of this kind are not taken"),
        (image("PNG", (9000, 9000)), "This image is too large"),
    ],
    ids=["nothing", "webp", "svg", "pixels"],
)
async def test_what_is_no_image_is_refused(team, home, own, content, said):
    file = {"image": ("x.png", content, "image/png")}
    answer = await team.post(f"{home}/{own}/images", files=file)
    assert answer.status_code == 422
    assert said in answer.text


async def test_a_layout_is_taken_elsewhere_with_its_images(site, team, home, own):
    at = f"{home}/{own}"
    await team.post(f"{at}/images", files={"image": ("logo.png", image("PNG"), "image/png")})
    form = form_of((await team.get(f"{at}?part=toml")).text)
    form["source"] = SOURCE + (
        '\n[[faces.back.pictures]]\nname = "logo"\n'
        "box = { x_mm = 10, y_mm = 90, width_mm = 20, height_mm = 10 }\n"
    )
    assert (await team.post(at, data=form)).status_code == 303
    packed = (await team.get(f"{at}/layout.zip")).content
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert archive.namelist() == ["layout.toml", "images/logo.png"]
    elsewhere = await site.edition()
    headers = await site.signed_in(elsewhere, address="autre@example.org")
    there = f"/organiser/{elsewhere.slug}/badges/layouts"
    async with site.client(headers={**SAME_ORIGIN, **headers, "accept-language": "en"}) as other:
        assert (await other.get(f"{there}/{own}")).status_code == 404
        assert (await other.get(f"{at}")).status_code == 403
        file = {"file": ("two.zip", packed, "application/zip")}
        done = await other.post(f"{there}/import", files=file)
        assert done.headers["location"] == f"{there}/two?done=added"
        assert (await other.get(f"{there}/two/layout.zip")).content == packed
        again = await other.post(f"{there}/import", files=file)
        assert again.headers["location"] == f"{there}/two-2?done=added"
        renamed = form["source"].replace('"two"', '"two-2"')
        assert (await other.get(f"{there}/two-2/layout.toml")).text == renamed
        alone = {"file": ("two.toml", form["source"].encode(), "application/toml")}
        refused = await other.post(f"{there}/import", files=alone)
        assert refused.status_code == 422
        assert "The image “logo” is not here" in refused.text
        rows = await site.rows(
            "select name from badge_layout where edition_id = $1 order by 1", elsewhere.id
        )
        assert [name for (name,) in rows] == ["two", "two-2"]


async def test_a_sheet_to_try_is_a_pdf(team, home, own):
    for name in (own, "a6"):
        answer = await team.get(f"{home}/{name}/sheet.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    assert (await team.get(f"{home}/none/sheet.pdf")).status_code == 404


async def test_the_schema_is_served(team, home):
    answer = await team.get(f"{home}/schema.json")
    assert json.loads(answer.content) == json.loads(json.dumps(reading.schema()))


async def test_the_team_without_the_right_sees_nothing(site, edition, home):
    headers = await site.signed_in(edition, Role.RECEPTION, address="r@example.org")
    async with site.client(headers=headers) as client:
        assert (await client.get(home)).status_code == 403


async def test_forms_that_nobody_showed_do_no_harm(team, home, own):
    for tree in (
        "[]",
        "{}",
        '{"faces": 3}',
        '{"faces": {"front": {"columns": [{"parts": [{"sizes": [1]}]}]}}}',
        "[" * 5000,
    ):
        sent = {"part": "face.front", "tree": tree, "revision": "1", "add": "a.b", "remove": "x"}
        answer = await team.post(f"{home}/{own}", data=sent)
        assert answer.status_code == 422
