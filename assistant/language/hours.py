"""Times that recur inside a longer one: hours of each day, one weekday of each week."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.language.times import Clock, Cyclic, Range, Weekday, Within
from semantic_layer.query import Grain, Period


def each_day(value: Any) -> Cyclic | None:
    """The hours that a clock time or a range of them covers; None for any other value."""
    first, last = (value.first, value.last) if isinstance(value, Range) else (value, value)
    if not isinstance(first, Clock) or not isinstance(last, Clock):
        return None
    end = -(-last.end // 60) if first is last else last.start // 60
    hours = range(first.start // 60, max(end, first.start // 60 + 1))
    return Cyclic(Grain.HOUR_OF_DAY, tuple(hours))


def inside(value: Any, resolve: Callable[[Any], tuple[Period, ...]]) -> tuple[Any, Cyclic] | None:
    """上个月晚上8点到10点: hours inside more than one day recur every day, 上个月周五 every week."""
    cyclic, least = (each_day(value.inner), 1) if isinstance(value, Within) else (None, 1)
    if isinstance(value, Within) and isinstance(value.inner, Weekday):
        cyclic, least = Cyclic(Grain.DAY_OF_WEEK, (value.inner.day,)), 7
    periods = resolve(value.outer) if cyclic else ()
    if cyclic is None or not periods or periods[0].start is None or periods[0].end is None:
        return None
    if (periods[0].end - periods[0].start).days <= least:
        return None
    return value.outer, cyclic


def with_day(days: Cyclic, day: Weekday) -> Cyclic:
    """周五, then 周六."""
    return Cyclic(days.grain, tuple(sorted({*days.values, day.day})))
