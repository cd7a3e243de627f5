"""The compiler's rows against those of SQL written by hand for the same question."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from checks import CHECKS, TODAY

from semantic_layer.catalog import Catalog
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.execute import execute
from semantic_layer.load import load
from semantic_layer.query import DetailQuery, MetricQuery

DATABASE = Path(__file__).parents[1] / "data" / "retail.duckdb"

pytestmark = pytest.mark.skipif(not DATABASE.exists(), reason="run data/generate.py first")


@pytest.fixture(scope="module")
def engine() -> DuckDBEngine:
    return DuckDBEngine.open(DATABASE)


@pytest.fixture(scope="module")
def catalog(engine: DuckDBEngine) -> Catalog:
    catalog = load("retail")
    since, until = engine.bounds(catalog)
    return replace(catalog, since=since, until=until)


@pytest.mark.parametrize(("query", "sql"), [c[1:] for c in CHECKS], ids=[c[0] for c in CHECKS])
def test_same_rows(
    query: MetricQuery | DetailQuery, sql: str, engine: DuckDBEngine, catalog: Catalog
) -> None:
    outcome = execute(query, catalog, engine, TODAY)
    with duckdb.connect(str(DATABASE), read_only=True) as plain:
        expected = plain.execute(sql).fetchall()
    told = [tuple(map(_plain, row)) for row in outcome.result.rows]
    wanted = [tuple(map(_plain, row)) for row in expected]
    assert _agree(told, wanted), f"{outcome.statement.sql}\n\n{told[:5]}\n{wanted[:5]}"


def _plain(value: Any) -> Any:
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        return float(value)
    return value.date() if isinstance(value, datetime) and value == _midnight(value) else value


def _midnight(value: datetime) -> datetime:
    return datetime.combine(date(value.year, value.month, value.day), datetime.min.time())


def _agree(told: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> bool:
    if len(told) != len(wanted) or not wanted:
        return False
    return all(
        len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
        for a, b in zip(told, wanted, strict=True)
    )


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)
    return bool(a == b)
