"""Tests on recurring units of time (周末, 每周一, 晚上8点) beyond rows: which buckets can hold anything,
and which days of a period count. A month of Mondays has four days, not thirty-one.
"""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from semantic_layer.expressions import column, literal, number
from semantic_layer.measures import conjuncts
from semantic_layer.query import Condition, Grain, WhereTime
from semantic_layer.times import CYCLES, cycle_number, is_cyclic

OF_DAYS = (Grain.DAY_OF_WEEK, Grain.WEEKEND, Grain.DAY_OF_MONTH, Grain.MONTH_OF_YEAR)
SHORT = (Grain.DAY, Grain.HOUR, Grain.MINUTE)  # buckets that are inside one day


def recurring(where: Condition | None) -> tuple[WhereTime, ...]:
    """The tests that every row must pass, on each metric's own time."""
    return tuple(p for p in conjuncts(where) if isinstance(p, WhereTime) and p.dimension is None)


def time_test(time: exp.Expr, where: WhereTime) -> exp.Expr:
    """``time`` falls on one of the units."""
    values: list[exp.Expr] = [number(v) for v in where.values]
    unit = cycle_number(time, where.grain)
    if len(values) == 1:
        return exp.EQ(this=unit, expression=values[0])
    return exp.In(this=unit, expressions=values)


def counts(day: date, tests: tuple[WhereTime, ...]) -> bool:
    """Can anything of this day be in scope? Hours don't take a day away.

    >>> counts(date(2026, 6, 20), (WhereTime(Grain.WEEKEND, (1,)),))
    True
    """
    return all(_number(day, t.grain) in t.values for t in tests if t.grain in OF_DAYS)


def bucket_tests(name: str, grain: Grain, tests: tuple[WhereTime, ...]) -> list[exp.Expr]:
    """Tests on a column of buckets: the empty ones that are outside the scope get no row."""
    if is_cyclic(grain):
        members = [m for i, m in enumerate(CYCLES[grain]) if _possible(grain, i, tests)]
        if len(members) == len(CYCLES[grain]):
            return []
        return [exp.In(this=column(name), expressions=[literal(m) for m in members])]
    if grain not in SHORT:
        return []
    kept = (t for t in tests if t.grain in OF_DAYS or grain is not Grain.DAY)
    return [time_test(column(name), t) for t in kept]


def _possible(grain: Grain, index: int, tests: tuple[WhereTime, ...]) -> bool:
    """Can the member at ``index`` of a cycle pass? Weekdays and weekends say something of each other."""
    first = 0 if grain in (Grain.HOUR_OF_DAY, Grain.WEEKEND) else 1
    value = index + first
    for test in tests:
        if test.grain is grain and value not in test.values:
            return False
        pair = (grain, test.grain)
        if pair == (Grain.DAY_OF_WEEK, Grain.WEEKEND) and int(value >= 6) not in test.values:
            return False
        weekends = {int(v >= 6) for v in test.values}
        if pair == (Grain.WEEKEND, Grain.DAY_OF_WEEK) and value not in weekends:
            return False
    return True


def _number(day: date, grain: Grain) -> int:
    match grain:
        case Grain.DAY_OF_WEEK:
            return day.isoweekday()
        case Grain.WEEKEND:
            return int(day.isoweekday() >= 6)
        case Grain.DAY_OF_MONTH:
            return day.day
        case _:
            return day.month
