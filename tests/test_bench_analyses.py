"""What is timed side by side is the same: the SQL by hand gives the figures of the analysis's table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from analytics.contract import Outcome
from assistant.bench import analyses
from assistant.bench.by_hand import BY_HAND
from assistant.service import Assistant
from data.bulk import write


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    path = tmp_path_factory.mktemp("bulk") / "small.duckdb"
    write(path, 20_000)
    return Assistant.open(analyses.MODEL, source=path)


def ours(shop: Assistant, name: str) -> Outcome:
    outcome = analyses._run(shop, name)
    assert isinstance(outcome, Outcome), outcome
    return outcome


def by_hand(shop: Assistant, name: str) -> Sequence[tuple[Any, ...]]:
    query = sqlglot.parse_one(BY_HAND[name], dialect="duckdb")
    assert isinstance(query, exp.Query)
    return shop.engine.select(query, timeout=60)[1]


def test_edges_of_paths(shop: Assistant) -> None:
    edges = {(f"{k} {a}", f"{k + 1} {b}"): rest for k, a, b, *rest in by_hand(shop, "path")}
    table = {row[1:3]: list(row[3:]) for row in ours(shop, "path").rows}
    assert len(table) == 30
    known = table.keys() & edges.keys()  # ties at the thirtieth place may be broken in two ways
    assert len(known) > 25
    assert {k: table[k] for k in known} == {k: pytest.approx(edges[k]) for k in known}


def test_steps_of_the_funnel(shop: Assistant) -> None:
    """People at every step, and the minutes that each took: mean and median."""
    (found,) = by_hand(shop, "funnel")
    rows = ours(shop, "funnel").rows
    assert [row[2] for row in rows] == list(found[:4])
    times = [row[i] * 60 for row in rows[1:] for i in (6, 5)]
    assert times == pytest.approx(list(found[4:]))
