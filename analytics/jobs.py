"""What the search looks at: which metrics by which dimensions, in which order. Reads the model only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.contract import Facts
from semantic_layer.catalog import Aggregate, Direction, Metric, Ratio
from semantic_layer.query import Measure

FEW, MANY = 60, 1000  # values of a dimension


@dataclass(frozen=True, slots=True)
class Metered:
    """A metric with its halves, where it is a ratio."""

    measure: Measure
    metric: Metric
    halves: tuple[Measure, Measure] | None

    @property
    def parts(self) -> tuple[Measure, ...]:
        return self.halves or (self.measure,)


@dataclass(frozen=True, slots=True)
class Job:
    """One query: these metrics by this dimension."""

    metered: tuple[Metered, ...]
    dimension: str
    grain: str
    first: bool = False  # looked at even where the time is short


def metered(facts: Facts) -> tuple[Metered, ...]:
    """What a newcomer should see first (or what was named), and the ratios that drive or make it."""
    first = (facts.measure,) if facts.measure is not None else facts.metrics
    more = [m for top in first for m in _behind(facts, top)]
    found = []
    for measure in dict.fromkeys((*first, *more)):
        metric = facts.anatomy.metric(measure)
        halves = facts.anatomy.fraction(measure)
        plain = (
            metric is not None and isinstance(metric.calc, Aggregate) and not metric.calc.snapshot
        )
        judged = metric is not None and metric.direction is not Direction.NEITHER
        if metric is not None and ((halves and judged) or (measure in first and plain)):
            found.append(Metered(measure, metric, halves))
    return tuple(found)


def _behind(facts: Facts, measure: Measure) -> Iterator[Measure]:
    yield from facts.anatomy.drivers(measure)
    for factors in facts.anatomy.factorings(measure)[:1]:
        yield from factors


def jobs(facts: Facts) -> list[Job]:
    """Months first, then complaints by what has many values, then weeks; the log of deeds last, and by what
    only another table knows (a brand's visitors) its weeks alone: months of all deeds cost as much as all the rest."""
    groups: list[list[Metered]] = []
    tables: list[set[str]] = []
    for one in metered(facts):
        own = {t for part in one.parts if (t := _table(facts, part))}
        at = next((i for i, known in enumerate(tables) if known & own), None)
        if at is None:
            groups.append([one])
            tables.append(own)
        else:
            groups[at].append(one)
            tables[at] |= own
    out: list[tuple[tuple[int, ...], Job]] = []
    log, deeds = _event_log(facts)
    for group, own in zip(groups, tables, strict=True):
        logged = bool(log & own)
        for name in _dimensions(facts, group, deeds):
            size = facts.anatomy.values(name)
            fine, now = size > FEW, as_of_now(facts, name)
            far = logged and facts.anatomy.catalog.dimensions[name].table not in own
            able = tuple(m for m in group if _wanted(facts, m, name, fine, now))
            grains = ("month",) if fine else ("week",) if far else ("month", "week")
            for grain in grains:
                stage = 1 if fine else 2 * ((grain == "week") != logged) + 2 * now
                if able:
                    job = Job(able, name, grain, not logged and stage < 2)
                    out.append(((logged, far, stage, size), job))
    return [job for _, job in sorted(out, key=lambda o: (o[0], o[1].dimension))]


def _dimensions(facts: Facts, group: Sequence[Metered], deeds: set[str]) -> list[str]:
    """By what the group's metrics can be split; of dimensions with the same values the first."""
    kept: dict[frozenset[str], str] = {}
    values = facts.anatomy.catalog.values
    for name in dict.fromkeys(n for m in group for n in facts.anatomy.splits(m.measure)):
        if (
            facts.anatomy.values(name) <= MANY
            and name not in deeds
            and f"by_{name}" not in facts.by
        ):
            kept.setdefault(frozenset(values.get(name, (name,))), name)
    return list(kept.values())


def _event_log(facts: Facts) -> tuple[set[str], set[str]]:
    """The tables of single deeds, which are the largest and come last, and the names of the deeds."""
    catalog = facts.anatomy.catalog
    bound = {(r.table, r.expr.strip('"')) for r in catalog.roles if r.name == "event"}
    named = {d.name for d in catalog.dimensions.values() if (d.table, d.expr.strip('"')) in bound}
    return {table for table, _ in bound}, named


def as_of_now(facts: Facts, dimension: str) -> bool:
    """Does it say what people are today (their level), which they were not at the time?"""
    catalog = facts.anatomy.catalog
    people = {r.table for r in catalog.roles if r.name == "register_time"}
    return catalog.dimensions[dimension].table in people


def _wanted(facts: Facts, one: Metered, dimension: str, fine: bool, now: bool) -> bool:
    """By dimensions with many values only complaints, by what people are today only ratios."""
    if (fine and not lasting(one)) or (now and one.halves is None):
        return False
    return facts.anatomy.reached(one.measure, dimension)


def _table(facts: Facts, part: Measure) -> str:
    metric = facts.anatomy.metric(part)
    if metric is None:  # the half of a mean
        name = str(getattr(part, "metric", "")).rpartition("__")[0]
        metric = facts.anatomy.catalog.metrics.get(name)
    return metric.calc.table if metric and isinstance(metric.calc, Aggregate) else ""


def lasting(one: Metered) -> bool:
    """Is it a rate of which less is better: complaints, refunds, cancellations?"""
    return isinstance(one.metric.calc, Ratio) and one.metric.direction is Direction.DOWN
