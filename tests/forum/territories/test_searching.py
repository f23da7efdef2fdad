"""Every territory is found by its own name, homonyms are told apart, the bigger come first."""

import time
import tracemalloc
from collections import Counter
from statistics import median

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from forum.territories import service
from forum.territories.models import Kind
from forum.territories.searching import Index, words_of

SEED = 20270323
MOST_SECONDS = 0.005
MOST_BYTES = 4_000_000
INDEX = service.index()
ALL = list(INDEX)


def labels(text, limit=8):
    return [INDEX.suggestion(one).name for one in INDEX.search(text, limit)]


def test_france_is_all_there():
    assert Counter(one.kind for one in ALL) == {
        Kind.COMMUNE: 34_961,
        Kind.ARRONDISSEMENT: 45,
        Kind.EPCI: 1_255,
        Kind.EPT: 11,
        Kind.DEPARTEMENT: 95,
        Kind.REGION: 25,
    }


def test_the_smallest_is_in_the_first_class_and_the_largest_in_the_last():
    sizes = {one.name: one.size for one in ALL}
    assert [sizes[name] for name in ("Rochefourchat", "Vesoul", "Quimper", "Lyon", "Y")] == [
        0,
        2,
        3,
        4,
        0,
    ]


def test_every_territory_is_found_by_its_code():
    assert [INDEX.find(one.code) for one in ALL] == ALL


@pytest.mark.parametrize("code", ["", "COM", "COM-", "COM-99999", "XXX-44109", "44109", "DEP-75"])
def test_another_code_finds_nothing(code):
    assert INDEX.find(code) is None


def test_every_territory_is_offered_under_a_name_of_its_own_that_means_it_alone():
    offered = {INDEX.suggestion(one).name: one for one in ALL}
    assert len(offered) == len(ALL)
    assert [name for name, one in offered.items() if INDEX.resolve(name) != one] == []


@seed(SEED)
@settings(max_examples=300, deadline=None, database=None)
@given(st.sampled_from(ALL))
def test_a_territory_is_found_by_its_name_and_its_departement(one):
    assert one in INDEX.search(f"{one.name} {one.departement}")


@seed(SEED)
@settings(max_examples=300, deadline=None, database=None)
@given(st.sampled_from(ALL), st.randoms(use_true_random=False), st.integers(3, 20))
def test_words_come_in_any_order_without_accents_and_need_not_be_whole(one, random, length):
    words = [word[:length] for word in words_of(one.name).split()]
    random.shuffle(words)
    assert one in INDEX.search(" ".join(words).upper(), limit=len(ALL))


@seed(SEED)
@settings(max_examples=300, deadline=None, database=None)
@given(st.text(max_size=120))
def test_whatever_is_typed_is_answered(text):
    assert len(INDEX.search(text)) <= 8
    INDEX.resolve(text)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("nantes", ["Nantes", "Nantes Métropole", "Nantes-en-Ratier"]),
        ("NÎMES", ["Nîmes", "CA de Nîmes Métropole"]),
        ("st denis", ["Saint-Denis (974)", "Saint-Denis (93)", "Saint-Denis (11)"]),
        ("Saint-Denis", ["Saint-Denis (974)", "Saint-Denis (93)", "Saint-Denis (11)"]),
        ("saint-denis 11", ["Saint-Denis (11)"]),
        ("laurent st var", ["Saint-Laurent-du-Var"]),
        ("ste foy largentiere", []),
        ("ste foy l’argentière", ["Sainte-Foy-l’Argentière"]),
        ("strasb", ["Strasbourg", "Eurométropole de Strasbourg"]),
        ("loire", ["Département de la Loire", "Loiré (49)", "Département de la Loire-Atlantique"]),
        (
            "conseil départemental du rhône",
            ["Département du Rhône", "Département des Bouches-du-Rhône"],
        ),
        ("bretagne", ["Région Bretagne", "Bretagne (90)", "Bretagne (36)"]),
        ("communauté de communes faucigny", ["CC Faucigny - Glières"]),
        ("mairie de quimper", ["Quimper", "Quimperlé", "CA Quimper Bretagne Occidentale"]),
        ("ville d’avray", ["Ville-d’Avray"]),
        ("y", ["Y"]),
        ("oe", ["Œting"]),
        ("paris 1", ["Paris 15e Arrondissement"]),
        ("", []),
        ("-", []),
        ("zzz", []),
    ],
)
def test_what_is_offered_first(typed, first):
    assert labels(typed)[: len(first) or None] == first


def test_st_alone_is_a_saint_and_the_beginning_of_other_names():
    assert labels("st")[1] == "Saint-Étienne"
    assert "Stains" in labels("st", limit=20_000)
    assert "Stenay" in labels("ste", limit=20_000)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nantes", "COM-44109"),
        ("NANTES", "COM-44109"),
        ("Ville de Nantes", "COM-44109"),
        ("Mairie du Puy-en-Velay", "COM-43157"),
        ("Ville des Lilas", "COM-93045"),
        ("Commune d’Œuilly (Marne)", "COM-51410"),
        ("Saint-Denis (93)", "COM-93066"),
        ("Saint-Denis", None),
        ("Saint-Denis (75)", None),
        ("Saint-Denis (près de Paris)", None),
        ("Ville de Bretagne", None),
        ("Bretagne", None),
        ("Région Bretagne", "REG-53"),
        ("Conseil régional de Bretagne", "REG-53"),
        ("Conseil départemental de la Loire-Atlantique", "DEP-44"),
        ("Département de Loire-Atlantique", "DEP-44"),
        ("Communauté d’agglomération Pays Basque", "EPCI-200067106"),
        ("Lannion-Trégor Communauté", "EPCI-200065928"),
        ("Grand Reims", "EPCI-200067213"),
        ("Cambrai", "COM-59122"),
        ("Plaine Commune", "EPT-200057867"),
        ("Collectivité européenne d’Alsace", "DEP-6AE"),
        ("Collectivité de Corse", "REG-94"),
        ("Nante", None),
        ("Nantes Dupont & fils", None),
        ("Ville", None),
        ("Mayenne (53)", "COM-53147"),
        ("Ville (60)", "COM-60676"),
        ("()", None),
        ("", None),
    ],
)
def test_a_whole_name_means_one_territory_or_none(text, code):
    found = INDEX.resolve(text)
    assert (found and found.code) == code


@pytest.mark.parametrize(
    ("siren", "code"),
    [
        ("214401093", "COM-44109"),
        ("217500016", "COM-75056"),
        ("200000172", "EPCI-200000172"),
        ("200057867", "EPT-200057867"),
        ("210200457", "COM-02046"),
        ("552100554", None),
    ],
)
def test_a_number_is_known(siren, code):
    found = INDEX.find_siren(siren)
    assert (found and found.code) == code


def test_a_suggestion_says_where_the_place_is():
    nantes = INDEX.suggestion(INDEX.find("COM-44109"))
    assert (nantes.name, nantes.place) == ("Nantes", "Loire-Atlantique (44)")
    region = INDEX.suggestion(INDEX.find("REG-53"))
    assert (region.name, region.place) == ("Région Bretagne", "")


TYPED = [
    "s",
    "st",
    "saint",
    "saint x",
    "le s",
    "a e i o u",
    "mairie de nantes",
    "de la",
    "zz",
    "44",
]


def test_a_question_takes_less_than_five_milliseconds_of_the_processor():
    """The middle one of hard questions, at its best of several, so that a busy machine may be."""
    taken = []
    for typed in TYPED:
        spans = []
        for _ in range(9):
            start = time.process_time()
            INDEX.search(typed)
            spans.append(time.process_time() - start)
        taken.append(min(spans))
    assert median(taken) < MOST_SECONDS


def test_the_index_is_small():
    text = "".join(f"C0100{n}\t0\t\t\tSaint-Jean-le-Vieux-{n}\n" for n in range(1, 10))
    assert [one.name for one in Index(text, {"01": "Ain"}).search("vieux 9")] == [
        "Saint-Jean-le-Vieux-9"
    ]
    service.index.cache_clear()
    tracemalloc.start()
    try:
        service.index()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < MOST_BYTES
