"""What was understood, asked in the plainest words: metric, where, when, by what.

Candidates only, nearest first; ``offers.py`` keeps those that are read as meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.answer.next_questions import ancestors, home, other_dimensions
from assistant.answer.nouns import entity
from assistant.near.said import Said
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    By,
    ByTime,
    DetailQuery,
    Grain,
    MetricQuery,
    Query,
    Where,
)

EACH = {
    Grain.DAY: "每天",
    Grain.WEEK: "每周",
    Grain.MONTH: "每月",
    Grain.QUARTER: "每季度",
    Grain.YEAR: "每年",
}
NEWCOMER = 2  # metrics offered where none was named


def restated(query: Query | None, told: Said, catalog: Catalog) -> Iterator[str]:
    """Questions with the metrics, the values and the period that were understood."""
    start = told.when + told.where
    if isinstance(query, DetailQuery):
        yield from _rows(query, start, catalog)
    metrics = "和".join(told.metrics[:2])
    if not metrics:
        if told.when or told.where or told.dimensions:
            yield from _with_a_metric(told, start, catalog)
        return
    labels = [entity(d, catalog)[0] for d in told.dimensions[:1] if _readable(d, catalog)]
    if isinstance(query, MetricQuery):
        yield from _as_asked(query, start, metrics, labels, told, catalog)
    elif labels:
        yield f"{start}各{labels[0]}的{metrics}"
    yield f"{start}{metrics}"
    fixed = {p.dimension for p in conjuncts(told.scope.where) if isinstance(p, Where)}
    used = {d for own in (*fixed, *told.dimensions) for d in (own, *ancestors(own, catalog))}
    for other in other_dimensions(told.measures[0].metric, used, catalog)[:2]:
        yield f"{start}各{other.label}的{metrics}"


def anything(catalog: Catalog) -> Iterator[str]:
    """Where nothing is near: the model's own examples; its first metrics where it has none."""
    yield from (question for _, question in catalog.examples)
    for name in () if catalog.examples else catalog.primary:
        for cut in other_dimensions(name, set(), catalog)[:1]:
            yield f"各{cut.label}的{catalog.metrics[name].label}"
        yield catalog.metrics[name].label


def _as_asked(
    query: MetricQuery, start: str, metrics: str, labels: list[str], told: Said, catalog: Catalog
) -> Iterator[str]:
    """The same shape: the first ten, each of them, over time, against the period before."""
    timed = [g.grain for g in query.group_by if isinstance(g, ByTime)]
    grouped = any(isinstance(g, By) for g in query.group_by)
    if grouped and told.dimensions and query.top is not None and query.top.n:
        name, unit = entity(told.dimensions[0], catalog)
        which, n = "高" if query.top.descending else "低", query.top.n
        yield f"{start}{told.metrics[0]}最{which}的{f'{n}{unit}' if n > 1 else ''}{name}"
    if labels and grouped:
        yield f"{start}各{labels[0]}的{metrics}"
    elif timed and timed[0] in EACH:
        yield f"{start}{EACH[timed[0]]}的{metrics}"
    if told.compared:
        yield f"{start}{metrics}{told.compared}"


def _readable(dimension: str, catalog: Catalog) -> bool:
    """A row for each of its values is something to look at."""
    return catalog.dimensions[dimension].kind in (Kind.TEXT, Kind.BOOL)


def _rows(query: DetailQuery, start: str, catalog: Catalog) -> Iterator[str]:
    """The rows themselves, or numbers of the same table."""
    table = catalog.tables.get(query.table)
    if table is not None:
        yield f"{start}{table.entity or table.label}明细"
    near = [m for m in catalog.metrics.values() if home(m.name, catalog) == query.table]
    for metric in sorted(near, key=lambda m: m.name not in catalog.primary)[:NEWCOMER]:
        yield f"{start}{metric.label}"


def _with_a_metric(told: Said, start: str, catalog: Catalog) -> Iterator[str]:
    """No metric was named: those that a newcomer should see, with everything else as said."""
    by = [entity(d, catalog)[0] for d in told.dimensions[:1] if _readable(d, catalog)]
    for name in catalog.primary[: NEWCOMER + 1]:
        label = catalog.metrics[name].label
        yield f"{start}各{by[0]}的{label}" if by else f"{start}{label}{told.compared}"
