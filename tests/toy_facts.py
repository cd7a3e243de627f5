"""Facts for the tests of analyses: a few tables in memory, their roles, and nothing else.

``facts({"orders": "SELECT …"}, {"orders": {"user": "user_id", "time": "at"}})`` is a real
``ScopedFacts`` over a real engine, so that every SELECT of a test passes the guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import duckdb

from analytics.contract import Analysis, Params
from semantic_layer.catalog import Catalog, Dimension, Join, Kind, NamedCondition, Role, Table
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.query import Measure, Period, Scope
from semantic_layer.scoped import ScopedFacts

SHARED = Path(__file__).parents[1].parent / "shared"
BENCH = SHARED / "bench" / "analytics"


def facts(
    tables: Mapping[str, str],
    roles: Mapping[str, Mapping[str, str]],
    *,
    since: date,
    until: date,
    today: date | None = None,
    dimensions: Mapping[str, tuple[str, str]] = MappingProxyType({}),
    joins: tuple[Join, ...] = (),
    scope: Scope | None = None,
    by: tuple[str, ...] = (),
    measure: Measure | None = None,
    keys: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    times: Mapping[str, str] = MappingProxyType({}),
    values: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    terms: Mapping[str, str] = MappingProxyType({}),
) -> ScopedFacts:
    """``tables``: name → SELECT that makes it (reading files is allowed here); ``roles``: table →
    role → SQL; ``dimensions``: name → (table, SQL); ``since`` and ``until`` bound the data. ``keys``:
    table → columns; ``times``: table → the column that periods apply to; ``terms``: name → SQL over the
    first table."""
    connection = duckdb.connect()
    for name, sql in tables.items():
        connection.execute(f"CREATE TABLE {name} AS {sql}")
    catalog = Catalog(
        name="toy",
        label="小样",
        tables=MappingProxyType(
            {t: Table(t, t, source=t, key=keys.get(t, ()), time=times.get(t)) for t in tables}
        ),
        joins=joins,
        dimensions=MappingProxyType(
            {n: Dimension(n, n, t, sql, Kind.TEXT) for n, (t, sql) in dimensions.items()}
            | {c: Dimension(c, c, t, c, Kind.TIME) for t, c in times.items()}
        ),
        metrics=MappingProxyType({}),
        values=values,
        terms=MappingProxyType(
            {n: NamedCondition(n, n, next(iter(tables)), sql) for n, sql in terms.items()}
        ),
        roles=tuple(Role(r, t, sql) for t, bound in roles.items() for r, sql in bound.items()),
        since=since,
        until=until,
        today=today,
    )
    return ScopedFacts(
        catalog,
        DuckDBEngine.wrap(connection),
        scope or Scope(),
        today or until + timedelta(days=1),
        by,
        measure,
    )


def params(analysis: Analysis, **said: object) -> Params:
    """The defaults of ``analysis`` with what was said."""
    return {**{name: p.default for name, p in analysis.params.items()}, **said}


def inside(start: date, end: date) -> Scope:
    """A scope of one half-open period."""
    return Scope(periods=(Period(start, end),))
