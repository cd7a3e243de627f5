"""Groups of customers: K-means of iris, blobs that are found again, and names by what sets groups apart."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import adjusted_rand_score

from analytics import cluster, kmeans
from analytics.contract import Outcome, Refused
from tests.toy_facts import facts, params

pytestmark = pytest.mark.slow  # ten seconds and more over the demo

ROLES = {"sales": {"user": "who", "time": "day", "amount": "paid"}}
SPAN = {"since": date(2025, 1, 1), "until": date(2025, 12, 31)}


def test_three_groups_of_iris() -> None:
    """Inertia, sizes, silhouette and agreement with the species, as R and others have them."""
    values, species = load_iris(return_X_y=True)

    found = kmeans.fit(values, 3)

    assert found.inertia == pytest.approx(78.8514, abs=1e-4)
    assert sorted(np.bincount(found.labels)) == [38, 50, 62]
    assert found.silhouette == pytest.approx(0.5528, abs=1e-4)
    assert adjusted_rand_score(species, found.labels) == pytest.approx(0.7302, abs=1e-4)


@pytest.mark.parametrize("k", [3, 5, 7])
def test_separated_blobs_are_found(k: int) -> None:
    """As many as there are, each of them whole, and the same again on halves."""
    draw = np.random.default_rng(k)
    middles = 20 * np.array([[i, (i * 3) % 7, (i * 5) % 4] for i in range(k)])
    truth = draw.integers(0, k, 3000)
    values = middles[truth] + draw.normal(0, 1, (3000, 3))

    assert kmeans.choose(values, range(3, 9)) == k
    found = kmeans.fit(values, k)
    assert adjusted_rand_score(truth, found.labels) == 1
    assert found.stability == 1


def test_groups_that_are_not_there_are_not_stable() -> None:
    values = np.random.default_rng(0).random((3000, 2))

    assert kmeans.fit(values, 7).stability < kmeans.STABLE


def test_three_kinds_of_customers() -> None:
    """Regulars of small baskets, two big purchases long ago, newcomers of one: placed in the engine."""
    scoped = facts({"sales": _business()}, ROLES, **SPAN)

    outcome = cluster.run(scoped, params(cluster.ANALYSIS, k=3))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    people = scoped.run(outcome.people)
    groups: dict[str, set[str]] = {}
    for p in people:
        groups.setdefault(str(p["who" if "who" in p else "user"])[0], set()).add(p["group"])
    assert all(len(named) == 1 for named in groups.values())
    assert len({g for named in groups.values() for g in named}) == 3
    rows = {row[0]: row for row in outcome.rows}
    regular = next(row for name, row in rows.items() if "买得勤" in name)
    gone = next(row for name, row in rows.items() if "久未购买" in name)
    assert regular[1] == 100 and regular[6] == 40
    assert gone[1] == 80 and gone[5] == 1800
    assert sum(row[2] for row in outcome.rows) == pytest.approx(1)
    assert sum(row[3] for row in outcome.rows) == 100 * 40 * 30 + 80 * 1800 + 120 * 50


def test_the_same_rows_give_the_same_groups() -> None:
    first, second = (
        cluster.run(facts({"sales": _business()}, ROLES, **SPAN), params(cluster.ANALYSIS))
        for _ in range(2)
    )

    assert isinstance(first, Outcome) and isinstance(second, Outcome)
    assert first.rows == second.rows
    assert first.notes == second.notes


def test_everybody_alike_is_no_grouping() -> None:
    rows = "SELECT i AS who, DATE '2025-05-01' AS day, 10.0 AS paid FROM range(100) t(i)"

    refused = cluster.run(facts({"sales": rows}, ROLES, **SPAN), params(cluster.ANALYSIS))

    assert isinstance(refused, Refused)


def _business() -> str:
    return """
        SELECT 'r' || i AS who, DATE '2025-12-30' - CAST(k * 9 + i % 3 AS INTEGER) AS day, 30.0 AS paid
        FROM range(100) t(i), range(40) s(k)
        UNION ALL
        SELECT 'g' || i, DATE '2025-02-01' + CAST(k * 20 + i % 5 AS INTEGER), 900.0 FROM range(80) t(i), range(2) s(k)
        UNION ALL
        SELECT 'n' || i, DATE '2025-12-20' + CAST(i % 6 AS INTEGER), 50.0 FROM range(120) t(i)"""
