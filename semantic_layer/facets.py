"""Metric queries inside the scope of an analysis; one told apart by each of many dimensions reads its rows once.

One statement with GROUPING SETS for all dimensions that the same aggregates of a fact answer; what is no plain
aggregate of a fact is asked dimension by dimension.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from semantic_layer.anatomy import with_halves
from semantic_layer.blueprint import Build
from semantic_layer.catalog import Catalog
from semantic_layer.expressions import column, quote
from semantic_layer.facts import MEMBERS, fact, kin
from semantic_layer.measures import Leaf, conjunction
from semantic_layer.plan import Plan, plan
from semantic_layer.query import By, ByPeriod, MetricQuery, Scope
from semantic_layer.result import Result
from semantic_layer.rows import SPANS, Request, Slot
from semantic_layer.spines import period_label, spans_of
from semantic_layer.sql import compile_plan, nested

if TYPE_CHECKING:
    from semantic_layer.scoped import ScopedFacts

Row = tuple[Any, ...]
ROWS = 200_000  # of one metric query: analyses aggregate first
TOLD = "told"  # which dimensions a row is not grouped by, as bits
WHOLE = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """One SELECT with columns: groups of the query…, one per dimension…, aggregates…, ``told``.

    ``names`` says what a value of ``told`` stands for: (dimensions that are grouped so, place of their column);
    ``at`` which measures the aggregates are.
    """

    query: exp.Select
    names: Mapping[int, tuple[tuple[str, ...], int]]
    at: tuple[int, ...]


def compute(facts: ScopedFacts, query: MetricQuery, loose: bool = False) -> Result:
    """``query`` under both conditions, over its own periods where it has some."""
    return _run(facts, *_planned(facts, query, loose))


def apart(
    facts: ScopedFacts, query: MetricQuery, names: Iterable[str], loose: bool = False
) -> Mapping[str, Sequence[Row]]:
    """name → rows of (groups of ``query``…, its value, measures…), in no order; "" without a value."""
    plans = {name: _planned(facts, _by(query, name), loose) for name in dict.fromkeys(names)}
    batches: dict[tuple[object, ...], list[str]] = {}
    for name, (one, _) in plans.items():
        batches.setdefault((one.nodes, one.where), []).append(name)
    found: dict[str, Sequence[Row]] = {}
    for batch in batches.values():
        planned, catalog = plans[batch[0]]
        if len(batch) > 1 and _plain(planned, catalog):
            found |= _together(facts, planned, catalog, query, batch)
        else:
            found |= {name: _run(facts, *plans[name]).rows for name in batch}
    return {name: found[name] for name in plans}


def _planned(facts: ScopedFacts, query: MetricQuery, loose: bool) -> tuple[Plan, Catalog]:
    where = conjunction(facts.scope.where, query.scope.where)
    if loose:
        where = facts.anatomy.known(query.measures, where)
    own, scope = query.scope, facts.scope
    asked = replace(query, scope=Scope(where, own.periods or scope.periods, own.time or scope.time))
    catalog = with_halves(facts.catalog, query.measures)
    return plan(asked, catalog, facts.today, facts.festival), catalog


def _run(facts: ScopedFacts, planned: Plan, catalog: Catalog) -> Result:
    statement = compile_plan(planned, catalog, ROWS)
    facts.ran.append(statement.sql)
    return facts.engine.run(statement, timeout=facts.timeout, cancel=facts.cancel)


def _by(query: MetricQuery, name: str) -> MetricQuery:
    return replace(query, group_by=(*query.group_by, By(name))) if name else query


def _plain(planned: Plan, catalog: Catalog) -> bool:
    """Single aggregates over rows; a table must not be called as what is read in between."""
    return MEMBERS not in catalog.tables and all(
        isinstance(n, Leaf) and n.per is None and not n.running and not n.snapshot
        for n in planned.nodes
    )


def _together(
    facts: ScopedFacts, planned: Plan, catalog: Catalog, query: MetricQuery, names: Sequence[str]
) -> dict[str, Sequence[Row]]:
    cells: dict[str, dict[Row, list[Any]]] = {name: {} for name in names}
    groups = len(query.group_by)
    for facet in _facets(planned, catalog, query, [n for n in names if n]):
        for row in facts.run(facet.query):
            values = tuple(row.values())
            known, at = facet.names[values[-1]]
            key = (*_shown(planned, query, values[:groups]), *(values[at : at + 1] if at else ()))
            for name in known:
                if name in cells:
                    got = cells[name].setdefault(key, [None] * len(planned.nodes))
                    for i, value in zip(facet.at, values[-1 - len(facet.at) : -1], strict=True):
                        got[i] = value
    return {
        name: [(*key, *measures) for key, measures in sorted(rows.items(), key=_place)]
        for name, rows in cells.items()
    }


def _place(item: tuple[Row, list[Any]]) -> tuple[str, ...]:
    return tuple("" if v is None else str(v) for v in item[0])


def _shown(planned: Plan, query: MetricQuery, values: Row) -> Row:
    """Periods by their labels, as ``compute`` says them."""
    labels = [p.label or period_label(p) for p in planned.periods]
    return tuple(
        labels[v] if isinstance(g, ByPeriod) else v
        for g, v in zip(query.group_by, values, strict=True)
    )


def _facets(
    planned: Plan, catalog: Catalog, query: MetricQuery, names: Sequence[str]
) -> Iterable[Facet]:
    build = Build(catalog, planned.today, partial(nested, planned, catalog))
    kinds: dict[tuple[object, ...], list[tuple[int, Leaf]]] = {}
    for i, node in enumerate(planned.nodes):
        assert isinstance(node, Leaf)
        kinds.setdefault(kin(node), []).append((i, node))
    own = [
        Slot(f"group_{i}", g, SPANS if isinstance(g, ByPeriod) else "")
        for i, g in enumerate(query.group_by)
    ]
    each = [Slot(f"by_{i}", By(name)) for i, name in enumerate(names)]
    request = Request((*own, *each), planned.where, planned.periods)
    for measured in kinds.values():
        leaves = [(f"measure_{i}", leaf) for i, leaf in measured]
        select = fact(catalog, leaves, request, build.nested)
        if any(isinstance(s.group, ByPeriod) for s in own):
            select = select.with_(quote(SPANS), as_=spans_of(planned.periods), copy=False)
        yield _set_apart(select, len(own), names, tuple(i for i, _ in measured))


def _set_apart(select: exp.Select, groups: int, names: Sequence[str], at: tuple[int, ...]) -> Facet:
    """``select`` grouped by its first columns and one of those behind them, or none, at a time."""
    source = select.args["from_"].this
    within = isinstance(source, exp.Subquery) and source.alias == MEMBERS
    rows = source.this if within else select
    keys = [e.unalias() for e in rows.selects[: groups + len(names)]]
    shared, single = keys[:groups], keys[groups:]
    everything = (1 << len(single)) - 1
    known: dict[int, tuple[tuple[str, ...], int]] = {everything: ((WHOLE,), 0)}
    sets = [shared]
    for i, key in enumerate(single):  # two names of one thing are one set
        bits = sum(1 << (len(single) - 1 - j) for j, other in enumerate(single) if other != key)
        if bits not in known:
            sets.append([*shared, key])
        known[bits] = ((*known.get(bits, ((), 0))[0], names[i]), groups + i)
    if within:  # every member once for each set, then counted
        sets = [[*each, rows.selects[len(keys)].unalias()] for each in sets]
        select.select(column(TOLD), copy=False).group_by(column(TOLD), copy=False)
    tuples = [exp.Tuple(expressions=[k.copy() for k in each]) for each in sets]
    rows.set("group", exp.Group(expressions=[exp.GroupingSets(expressions=tuples)]))
    told = exp.Grouping(expressions=[k.copy() for k in single]).as_(quote(TOLD), copy=False)
    rows.select(told, copy=False)
    return Facet(select, known, at)
