"""What one would ask next, as sentences that our own parser can read.

Candidates are changes of the same query (another cut, another year, one step into the top value),
said with labels of the catalog. The pipeline keeps those that really answer, so that order is the
order of preference.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date

from assistant.answer.numbers import short_period
from assistant.answer.shape import Shape, data_end, shape_of
from semantic_layer.catalog import Catalog, Dimension, Kind
from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    By,
    ByTime,
    DetailQuery,
    Formula,
    Measure,
    MetricQuery,
    MetricRef,
    Op,
    Period,
    PerUnit,
    Query,
    Where,
)
from semantic_layer.result import Result

LIMIT = 6
FEW, MANY = 2, 60  # members of a dimension that is worth a chart


@dataclass(frozen=True, slots=True)
class Words:
    """The parts of the current question that the next ones repeat."""

    when: str
    where: str
    metric: str

    def ask(self, *parts: str, when: str | None = None, where: str | None = None) -> str:
        start = (self.when if when is None else when) + (self.where if where is None else where)
        return start + "".join(parts)


def next_questions(query: Query, result: Result, catalog: Catalog) -> tuple[str, ...]:
    """About six candidates, best first, none equal to the question itself."""
    match query:
        case MetricQuery():
            found = _after_metric(query, shape_of(query, result), catalog)
        case DetailQuery():
            found = _after_detail(query, catalog)
        case _:
            found = [q for _, q in catalog.examples]
    return tuple(dict.fromkeys(q for q in found if q))[:LIMIT]


def _after_metric(query: MetricQuery, shape: Shape, catalog: Catalog) -> list[str]:
    first = _metric_in(query.measures[0]) if query.measures else None
    if not isinstance(first, MetricRef) or first.metric not in catalog.metrics:
        return [q for _, q in catalog.examples]
    words = Words(
        when_words(query, catalog), where_words(query, catalog), catalog.metrics[first.metric].label
    )
    grouped = [g.dimension for g in query.group_by if isinstance(g, By)]
    timed = any(isinstance(g, ByTime) for g in query.group_by)
    fixed = {p.dimension for p in conjuncts(query.scope.where) if isinstance(p, Where)}
    used = {*grouped, *fixed}
    for name in tuple(used):
        used |= ancestors(name, catalog)
    others = other_dimensions(first.metric, used, catalog)
    asked = []
    if not query.compare and query.scope.periods:
        asked.append(words.ask(words.metric, "同比"))
    if grouped and shape.result.rows and not query.rollup and len(shape.result.rows) > 1:
        into = replace(words, where=where_words(query, catalog, unless=frozenset(grouped)))
        known = _said_of(grouped[0], catalog)
        inner = [d for d in others if d.name not in known]
        asked.append(_drill(into, grouped[0], shape, inner, catalog))
    elif others:
        asked.append(words.ask("各", others[0].label, "的", words.metric))
    if not timed:
        asked.append(words.ask("每月", words.metric, "走势", when="今年"))
    if len(others) > 1:
        asked.append(words.ask("各", others[1].label, "的", words.metric))
    if grouped and query.top is None and len(shape.result.rows) > 5:
        label = catalog.dimensions[grouped[0]].label
        asked.append(words.ask(words.metric, "前5的", label))
    elif others:
        asked.append(words.ask(words.metric, "前5的", others[0].label))
    asked_for = {m.metric for m in query.measures if isinstance(m, MetricRef)}
    if related := _related(asked_for, catalog):
        by = f"各{catalog.dimensions[grouped[0]].label}的" if grouped else ""
        asked.append(words.ask(by, related))
    return asked


def _metric_in(measure: Measure) -> Measure:
    """The metric that a share, a gap or an average per member is about."""
    match measure:
        case PerUnit(inner):
            return _metric_in(inner)
        case Formula(_, _, right):
            return _metric_in(right)
        case _:
            return measure


def _drill(
    words: Words, dimension: str, shape: Shape, others: list[Dimension], catalog: Catalog
) -> str:
    """One step into the first row: the child dimension where there is one."""
    if not shape.names:
        return ""
    row = next(iter(shape.members(catalog)), None)
    if row is None:
        return ""
    name = shape.text(row, shape.names[0])
    if catalog.dimensions[dimension].kind is not Kind.TEXT:
        return ""
    child = next((d for d in catalog.dimensions.values() if d.parent == dimension), None)
    into = child or next(iter(others), None)
    if into is None:
        return words.ask(name, "每月", words.metric, "走势", when="今年")
    return words.ask(name, "各", into.label, "的", words.metric)


def other_dimensions(metric: str, used: set[str], catalog: Catalog) -> list[Dimension]:
    """Readable cuts of the metric that are not on the page yet: few values, same table first."""
    own = home(metric, catalog)
    near = _reachable(metric, catalog)
    shown = "".join(q for _, q in catalog.examples)
    parents = {d.parent for d in catalog.dimensions.values() if d.parent}

    def rank(d: Dimension) -> tuple[bool, bool, bool, int]:
        """Said in the model's own examples, part of a hierarchy, on the metric's own table."""
        return (
            d.label not in shown,
            not (d.parent or d.name in parents),
            d.table != own,
            len(d.order or catalog.values.get(d.name, ())),
        )

    usable = [
        d
        for d in catalog.dimensions.values()
        if d.kind is Kind.TEXT
        and d.lexicon
        and not d.sensitive
        and d.name not in used
        and d.table in near
        and FEW <= len(d.order or catalog.values.get(d.name, ())) <= MANY
    ]
    return sorted(usable, key=rank)


def _reachable(metric: str, catalog: Catalog) -> set[str]:
    """Tables that the metric, or the finer one that stands in for it, can be cut by."""
    names = [metric]
    while (finer := catalog.metrics[names[-1]].finer) and finer not in names:
        names.append(finer)
    return reached({home(n, catalog) for n in names}, catalog)


def reached(tables: set[str], catalog: Catalog) -> set[str]:
    """``tables`` and all that their rows can be looked up in."""
    seen, grown = set(tables), True
    while grown:
        more = {j.right for j in catalog.joins if j.left in seen} - seen
        grown = bool(more)
        seen |= more
    return seen


def home(metric: str, catalog: Catalog) -> str:
    """The table whose time the metric uses."""
    time = catalog.dimensions.get(catalog.time_of(metric) or "")
    return time.table if time else ""


def ancestors(dimension: str, catalog: Catalog) -> set[str]:
    """What encloses it: a city has one province, so cutting by province says nothing new."""
    found: set[str] = set()
    up = catalog.dimensions[dimension].parent if dimension in catalog.dimensions else None
    while up and up not in found:
        found.add(up)
        up = catalog.dimensions[up].parent if up in catalog.dimensions else None
    return found


def _said_of(dimension: str, catalog: Catalog) -> set[str]:
    """What is known once a member is: a shop has one region, a product one category."""
    table = catalog.member_of(dimension)
    if table is None:
        return set()
    seen, grown = {table.name}, True
    while grown:
        more = {j.right for j in catalog.joins if j.left in seen} - seen
        grown = bool(more)
        seen |= more
    return {d.name for d in catalog.dimensions.values() if d.table in seen}


def _related(shown: set[str], catalog: Catalog) -> str:
    """Another metric that a newcomer should see."""
    names = [n for n in catalog.primary if n not in shown and n in catalog.metrics]
    return catalog.metrics[names[0]].label if names else ""


def when_words(query: MetricQuery | DetailQuery, catalog: Catalog) -> str:
    if len(query.scope.periods) != 1:
        return ""
    period: Period = query.scope.periods[0]
    name = period.label or short_period(period)
    end = data_end(catalog)
    if " 至 " not in name or period.start is None or period.end is None or end is None:
        return name
    if period.end.toordinal() - 1 == end.toordinal():
        return f"近{_length(period.start, period.end)}"
    return name.replace(" 至 ", "到")


def _length(start: date, end: date) -> str:
    """一年, 3个月 or 30天: how one would say the days from ``start`` up to ``end``."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day != end.day or months <= 0:
        return f"{end.toordinal() - start.toordinal()}天"
    return "一年" if months == 12 else f"{months}个月"


def where_words(
    query: MetricQuery | DetailQuery, catalog: Catalog, unless: Set[str] = frozenset()
) -> str:
    """Filters on values, which can simply be said; anything longer is left out.

    ``unless`` are dimensions whose filter a row's own name replaces.
    """
    named = []
    for part in conjuncts(query.scope.where):
        match part:
            case Where(dimension=dimension) if dimension in unless:
                continue
            case Where(op=Op.EQ | Op.IN, values=values) if all(isinstance(v, str) for v in values):
                named.append("和".join(str(v) for v in values))
            case _:
                continue
    return "".join(named)


def _after_detail(query: DetailQuery, catalog: Catalog) -> list[str]:
    """From rows to numbers: the metrics of the same table."""
    when, where = when_words(query, catalog), where_words(query, catalog)
    first = sorted(catalog.metrics.values(), key=lambda m: m.name not in catalog.primary)
    near = [m.label for m in first if home(m.name, catalog) == query.table]
    return [f"{when}{where}{label}" for label in near[:LIMIT]]
