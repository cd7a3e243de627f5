"""A mention may stand for several names; here each reading gets one, at a price for the far-fetched.

上海 is a city and a province, 地区 a column of three tables. The names near the measures of the same
sentence are cheap; a dimension that the sentence itself names is cheaper still.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from assistant.language import meaning as m
from assistant.language.aims import made
from assistant.language.detail import dimensions_of
from assistant.language.grammar import Mention
from assistant.language.graph import FAR, Graph
from assistant.language.phrases import Asked, Condition_, Grouping, Measured, Values, Verb
from semantic_layer.query import Having, HavingChange, Measure, MetricRef

STEP = 0.12
UNREACHABLE = 1.5
NAMED = 0.4
QUALIFIED = 0.3  # a dimension whose label adds a word to another option's label
LATER = 0.01  # keeps the declared order among equals
BEAM = 10


def expand(mentions: Sequence[Mention], graph: Graph) -> list[tuple[tuple[Mention, ...], float]]:
    """Readings with one name per mention, cheapest first, with their price."""
    mentions = made(mentions, graph.catalog)
    tables = _context(mentions, graph)
    naming = (m.DimensionWord, Grouping, Asked)
    named = {n for x in mentions if isinstance(x.value, naming) for n in x.value.names}
    beam: list[tuple[tuple[Mention, ...], float]] = [((), 0.0)]
    for mention in mentions:
        choices = [
            (replace(mention, value=value), cost + LATER * k)
            for k, (value, cost) in enumerate(_choices(mention.value, graph, tables, named))
        ] or [(mention, 0.0)]
        low = min(c for _, c in choices)
        choices = [(x, c - low) for x, c in choices if c - low < 1.2][:6]
        beam = [((*done, x), price + cost) for done, price in beam for x, cost in choices]
        beam.sort(key=lambda b: b[1])
        del beam[BEAM:]
    return beam


def _context(mentions: Sequence[Mention], graph: Graph) -> tuple[str, ...]:
    """Tables of what is measured, else of what is certainly named."""
    measured: dict[str, None] = {}
    named: dict[str, None] = {}
    done: dict[str, None] = {}  # where the deeds are kept: 在甲店买过的人 is about the buying
    for x in mentions:
        match x.value:
            case Verb((name, *_)):
                done.update(dict.fromkeys(graph.tables_of_metric(name)))
            case m.VerbWord((name, *_)):
                named.update(dict.fromkeys(graph.tables_of_metric(name)))
            case m.MetricWord((name,), _):
                measured.update(dict.fromkeys(graph.tables_of_metric(name)))
            case Measured((option,)):
                measured.update(dict.fromkeys(graph.tables_of(option)))
            case m.DimensionWord((name,)):
                named[graph.catalog.dimensions[name].table] = None
            case m.TableWord((name,)):
                named[name] = None
            case Asked(tables=(name,)):
                named[name] = None
            case Asked(names=(name,)) | Grouping(names=(name,)):
                dimension = graph.catalog.dimensions.get(name)
                table = dimension.table if dimension else name.removeprefix("@")
                named[table] = None
            case Condition_((condition,), _) if isinstance(condition, (Having, HavingChange)):
                if condition.measure != MetricRef(""):
                    measured.update(dict.fromkeys(graph.tables_of(condition.measure)))
            case Values(((name, _),)):
                named[graph.catalog.dimensions[name].table] = None
            case _:
                pass
    return tuple(done or measured or named)


def _choices(
    value: Any, graph: Graph, tables: tuple[str, ...], named: set[str]
) -> Iterator[tuple[Any, float]]:
    def far(dimension: str) -> float:
        cost = graph.near(tables, dimension)
        price = UNREACHABLE if cost >= FAR else STEP * min(cost, 8)
        return price - (NAMED if dimension in named else 0.0)

    def away(metric: str) -> float:
        own = graph.tables_of_metric(metric)
        homes = {graph.catalog.dimensions[d].table for d in named if d in graph.catalog.dimensions}
        return STEP * max((min(graph.distance(t, h) for t in own) for h in homes), default=0)

    match value:
        case m.MetricWord(names, values) if len(names) > 1 or values:
            yield from ((replace(value, names=(n,)), away(n)) for n in names)
            for dimension, v in values:
                yield Values(((dimension, (v,)),)), 0.1 + max(far(dimension), 0.0)
        case m.DimensionWord(names) if len(names) > 1:
            pairs = [(n, ()) for n in names]
            yield from (
                (replace(value, names=(n,)), far(n) + _coarser(n, pairs, graph)) for n in names
            )
        case m.TableWord(names) if len(names) > 1:
            yield from ((m.TableWord((n,)), _far_table(n, graph, tables)) for n in names)
        case m.WindowCue(of=names) if len(names) > 1:
            yield from ((replace(value, of=(n,)), far(n)) for n in names)
        case m.TermWord(names) if len(names) > 1:
            yield from ((m.TermWord((n,)), 0.0) for n in names)
        case Values(options) if len(options) > 1:
            for option in options:
                cost = far(option[0]) + _coarser(option[0], options, graph)
                yield replace(value, options=(option,)), cost
        case Condition_(options) if len(options) > 1:
            yield from (
                (replace(value, options=(o,)), _far_condition(o, graph, far)) for o in options
            )
        case Measured(options) if len(options) > 1:
            yield from ((Measured((o,)), _far_measure(o, graph, tables)) for o in options)
        case Grouping(names) if len(names) > 1:
            yield from (
                (replace(value, names=(n,)), _far_name(n, graph, tables, far)) for n in names
            )
        case Asked(names, asked_tables) if len(names) > 1 or len(asked_tables) > 1:
            for n in names:
                yield replace(value, names=(n,)), far(n)
            for t in asked_tables:
                yield replace(value, tables=(t,)), _far_table(t, graph, tables)
        case Verb(names) if len(names) > 1:
            yield from ((replace(value, names=(n,)), 0.0) for n in names[:1])
        case m.AnalysisWord(names) if len(names) > 1:
            yield from ((m.AnalysisWord((n,)), 0.0) for n in names)
        case m.VerbWord(names) if len(names) > 1:
            yield from ((m.VerbWord((n,)), 0.0) for n in names[:1])
        case _:
            return


def _coarser(dimension: str, options: Any, graph: Graph) -> float:
    """上海 the province rather than 上海 the city; 大区 rather than 门店大区, which says more."""
    all_of_them = [graph.catalog.dimensions[d] for d, _ in options]
    mine = graph.catalog.dimensions[dimension]
    price = -0.3 if dimension in {d.parent for d in all_of_them} else 0.0
    if any(d.label != mine.label and mine.label.endswith(d.label) for d in all_of_them):
        price += QUALIFIED
    return price


def _far_table(table: str, graph: Graph, tables: tuple[str, ...]) -> float:
    cost = max((graph.distance(t, table) for t in tables), default=0)
    return UNREACHABLE if cost >= FAR else STEP * min(cost, 8)


def _far_name(name: str, graph: Graph, tables: tuple[str, ...], far: Any) -> float:
    return _far_table(name[1:], graph, tables) if name.startswith("@") else float(far(name))


def _far_condition(condition: Any, graph: Graph, far: Any) -> float:
    if isinstance(condition, (Having, HavingChange)):
        return 0.0
    return max((float(far(d)) for d in dimensions_of((condition,))), default=0.0)


def _far_measure(measure: Measure, graph: Graph, tables: tuple[str, ...]) -> float:
    own = graph.tables_of(measure) if not _entity_unit(measure) else ()
    cost = max((graph.distance(a, b) for a in own for b in tables), default=0)
    return UNREACHABLE if cost >= FAR else STEP * min(cost, 8)


def _entity_unit(measure: Measure) -> bool:
    return getattr(measure, "unit", "").startswith("@")
