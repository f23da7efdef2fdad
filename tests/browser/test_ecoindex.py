"""The EcoIndex is computed as published, and the pages stay light."""

import pytest

from tests.browser.ecoindex import Weight, ecoindex, quantile


@pytest.mark.parametrize(("value", "place"), [(0, 0), (5, 0.5), (10, 1), (15, 1.25), (99, 2)])
def test_a_value_is_placed_between_its_bounds(value, place):
    assert quantile([0, 10, 30], value) == place


def test_an_empty_page_scores_a_hundred():
    assert ecoindex(0, 0, 0) == 100


def test_a_page_scores_by_nodes_requests_and_weight():
    assert ecoindex(159, 25, 319.53) == pytest.approx(100 - 5 * (3 * 3 + 2 * 3 + 3) / 6)


@pytest.mark.parametrize(
    ("nodes", "requests", "kilobytes", "grade"),
    [(380, 6, 60, "A"), (600, 8, 100, "B"), (600_000, 5000, 300_000, "G")],
)
def test_the_grade_follows_the_score(nodes, requests, kilobytes, grade):
    assert Weight(nodes=nodes, requests=requests, kilobytes=kilobytes).grade == grade
