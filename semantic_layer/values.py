"""The value of a measure in one row of a grid: quotients, arithmetic and units over leaf columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlglot import exp

from semantic_layer.catalog import Catalog
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import (
    call,
    cast,
    column,
    divide,
    interval,
    literal,
    number,
    parse,
    zero,
)
from semantic_layer.measures import COUNTED, Arithmetic, Binary, Leaf, Node, Quotient, Units
from semantic_layer.periods import count_units
from semantic_layer.query import ByPeriod, ByTime, Grain, Period, WhereTime
from semantic_layer.recurring import counts
from semantic_layer.rows import Slot
from semantic_layer.times import STEPS, WEEKDAYS, WEEKEND, floor_date, is_cyclic, later

SIGNS: Mapping[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}


@dataclass(frozen=True, slots=True)
class Row:
    """``names`` say in which column of which relation a leaf is; ``of`` is the relation of the groups."""

    names: Mapping[Leaf, tuple[str, str]]
    slots: tuple[Slot, ...]
    periods: tuple[Period, ...]
    of: str
    catalog: Catalog
    tests: tuple[WhereTime, ...] = ()

    def value(self, node: Node) -> exp.Expr:
        match node:
            case Leaf():
                found = column(*self.names[node])
                return zero(found) if self.slots and is_counted(node) else found
            case Quotient(top, bottom):
                return divide(self._term(top), self.value(bottom))
            case Binary(op, left, right):
                made = SIGNS[op](this=self._term(left), expression=self._term(right))
                return exp.paren(made, copy=False)
            case Arithmetic(expr, parts):
                return self._arithmetic(expr, {n: self._term(p) for n, p in parts})
            case Units(grain):
                return self._units(grain)

    def _term(self, node: Node) -> exp.Expr:
        """A part of an arithmetic: no refund is a refund of 0, also without groups."""
        value = self.value(node)
        bare = isinstance(node, Leaf) and not self.slots and is_counted(node)
        return zero(value) if bare else value

    def _arithmetic(self, expr: str, parts: Mapping[str, exp.Expr]) -> exp.Expr:
        def put(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column) and node.name in parts and not node.table:
                return parts[node.name].copy()
            return node

        tree = parse(expr).transform(put)
        for quotient in list(tree.find_all(exp.Div)):
            if not isinstance(quotient.expression, (exp.Literal, exp.Nullif)):
                safe = exp.Nullif(this=quotient.expression, expression=number(0))
                quotient.set("expression", safe)
        return exp.paren(tree, copy=False)

    def _units(self, grain: Grain) -> exp.Expr:
        """Units in the period, in the row's own period, or in the part of the row's bucket that lies
        inside the period. Days without data count; days that haven't come don't."""
        timed = next((s for s in self.slots if isinstance(s.group, (ByTime, ByPeriod))), None)
        spans = [self._span(p) for p in self.periods] or [self._span(Period(None, None))]
        if timed is None:
            return number(sum(self._count(a, b, grain) for a, b in spans))
        place = column(timed.name, self.of)
        if isinstance(timed.group, ByPeriod):
            ifs = [
                exp.If(
                    this=exp.EQ(this=place.copy(), expression=number(i)),
                    true=number(self._count(a, b, grain)),
                )
                for i, (a, b) in enumerate(spans)
            ]
            return exp.Case(ifs=ifs)
        assert isinstance(timed.group, ByTime)
        if is_cyclic(timed.group.grain):
            return _units_of_cycle(timed.group.grain, spans, place, self.tests)
        if self.tests and grain is Grain.DAY:
            return _days_of_buckets(timed.group.grain, spans, place, self.tests)
        start = exp.Greatest(this=place, expressions=[literal(min(a for a, _ in spans))])
        end = exp.Least(
            this=later(place.copy(), timed.group.grain),
            expressions=[literal(max(b for _, b in spans))],
        )
        last = exp.Sub(this=end, expression=interval(1, "second"))
        size, unit = STEPS[grain]
        whole = call("date_diff", exp.Literal.string(unit), start, last)
        if size > 1:
            whole = cast(exp.Floor(this=divide(whole, number(size))), "BIGINT")
        return exp.paren(exp.Add(this=whole, expression=number(1)), copy=False)

    def _count(self, start: date | datetime, end: date | datetime, grain: Grain) -> int:
        if grain is not Grain.DAY or not self.tests:
            return count_units(start, end, grain)
        return sum(1 for day in _days(start, end) if counts(day, self.tests))

    def _span(self, period: Period) -> tuple[date | datetime, date | datetime]:
        start, end = period.start or self.catalog.since, period.end
        if self.catalog.until is not None:
            known = self.catalog.until + timedelta(days=1)
            clipped = end is None or (_day(end) > known and (start is None or _day(start) < known))
            end = known if clipped else end
        if start is None or end is None:
            raise Unanswerable("needs-period")
        return start, end


def is_counted(leaf: Leaf) -> bool:
    """Is nothing zero? A snapshot that was not taken is unknown."""
    if leaf.snapshot:
        return False
    return leaf.agg in COUNTED or leaf.per is not None


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _units_of_cycle(
    grain: Grain,
    spans: list[tuple[date | datetime, date | datetime]],
    place: exp.Expr,
    tests: tuple[WhereTime, ...],
) -> exp.Expr:
    """Days of the period that belong to each member: how many Mondays, how many weekend days."""
    counted: Counter[str | int] = Counter()
    for start, end in spans:
        counted.update(_member(day, grain) for day in _days(start, end) if counts(day, tests))
    if grain is Grain.HOUR_OF_DAY:
        return number(sum(counted.values()))
    ifs = [
        exp.If(this=exp.EQ(this=place.copy(), expression=literal(m)), true=number(n))
        for m, n in counted.items()
    ]
    return exp.Case(ifs=ifs)


def _days_of_buckets(
    grain: Grain,
    spans: list[tuple[date | datetime, date | datetime]],
    place: exp.Expr,
    tests: tuple[WhereTime, ...],
) -> exp.Expr:
    """Days of each bucket that are inside the period and pass the tests."""
    counted: Counter[date] = Counter()
    for start, end in spans:
        counted.update(floor_date(day, grain) for day in _days(start, end) if counts(day, tests))
    ifs = [
        exp.If(this=exp.EQ(this=place.copy(), expression=literal(m)), true=number(n))
        for m, n in counted.items()
    ]
    return exp.Case(ifs=ifs)


def _days(start: date | datetime, end: date | datetime) -> Iterator[date]:
    first = _day(start)
    return (first + timedelta(days=i) for i in range(count_units(start, end, Grain.DAY)))


def _member(day: date, grain: Grain) -> str | int:
    match grain:
        case Grain.DAY_OF_WEEK:
            return WEEKDAYS[day.weekday()]
        case Grain.WEEKEND:
            return WEEKEND[day.weekday() >= 5]
        case Grain.DAY_OF_MONTH:
            return day.day
        case Grain.MONTH_OF_YEAR:
            return day.month
        case _:
            return 0
