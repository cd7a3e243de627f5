"""What the catalog makes of a phrase about a target or about when something was last done.

Knows which metric is held to which, and each metric's own time. No words: the rules have read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.language.grammar import Mention
from assistant.language.meaning import Cue, MetricWord
from assistant.language.phrases import Aim, Condition_, LastDone, Measured
from semantic_layer.catalog import Aggregate, Catalog, Format, Metric, Ratio, counted_by
from semantic_layer.query import (
    Agg,
    Benchmark,
    ColumnAggregate,
    Formula,
    Grain,
    Having,
    MetricRef,
    Op,
    Term,
)


def held_to(names: tuple[str, ...], catalog: Catalog) -> list[tuple[Metric, str]]:
    """(metric, its target) for each target named, or for all."""
    every = catalog.metrics.values()
    plain = [(m, m.target) for m in every if m.target and (not names or m.target in names)]
    return plain or [(m, target) for m, target in further(catalog) if target in names]


def further(catalog: Catalog) -> list[tuple[Metric, str]]:
    """(metric, what else it is held to): a plan in the unit of its target, by the month or the year, that
    a rate sets it against (a yearly goal beside the monthly one)."""
    found = []
    for rate in catalog.metrics.values():
        if not isinstance(rate.calc, Ratio) or rate.format is not Format.PERCENT:
            continue
        m, other = catalog.metrics[rate.calc.numerator], rate.calc.denominator
        time = catalog.time_of(other)
        planned = time is not None and catalog.dimensions[time].grain in (Grain.MONTH, Grain.YEAR)
        same = m.target and catalog.metrics[other].unit == catalog.metrics[m.target].unit
        if same and planned and other != m.target:
            found.append((m, other))
    return found


def made(mentions: Sequence[Mention], catalog: Catalog) -> list[Mention]:
    """The mentions with what the catalog makes of such phrases; what it makes nothing of stays as it is."""
    said = {n for x in mentions if isinstance(x.value, MetricWord) for n in x.value.names}
    out = []
    for x in mentions:
        value: MetricWord | Measured | Condition_ | None
        match x.value:
            case Aim():
                value = _aimed(x.value, said, catalog)
            case LastDone():
                value = _last_done(x.value, catalog)
            case Cue.ACTUAL:
                own = [m.name for m, target in held_to((), catalog) if target in said]
                value = MetricWord(tuple(own)) if own else None
            case _:
                value = None
        out.append(replace(x, value=value) if value is not None else x)
    return out


def _aimed(aim: Aim, said: set[str], catalog: Catalog) -> Measured | Condition_ | None:
    """The distance to the target, or a test on the share of it that was reached."""
    pairs = held_to(aim.names, catalog)
    if not pairs:
        return None
    pairs = [
        p for p in pairs if p[0].name in said
    ] or pairs  # 间夜没达标: by the nights' own target
    if aim.op is None:
        return Measured(
            tuple(Formula("-", MetricRef(target), MetricRef(m.name)) for m, target in pairs)
        )
    tests = tuple(_test(m.name, target, aim.op, catalog) for m, target in pairs)
    return Condition_(tests, aim.claim)


def _test(metric: str, target: str, op: Op, catalog: Catalog) -> Having:
    for m in catalog.metrics.values():
        if m.calc == Ratio(metric, target):
            return Having(MetricRef(m.name), op, (1.0,))
    return Having(MetricRef(metric), op, (Benchmark("measure", MetricRef(target)),))


def _last_done(done: LastDone, catalog: Catalog) -> Measured | None:
    """The latest, or earliest, moment of what the metric counts."""
    found = []
    for name in done.names:
        calc = catalog.metrics[name].calc
        if not isinstance(calc, Aggregate):
            continue
        time = calc.time or catalog.tables[calc.table].time
        term = counted_by(name)
        where = Term(term) if term in catalog.terms else None
        if time in catalog.dimensions:
            agg = Agg.MAX if done.last else Agg.MIN
            found.append(ColumnAggregate(agg, time, where=where))
    return Measured(tuple(found)) if found else None
