"""Which other period a period is compared with, and how periods are counted and merged.

Pure date arithmetic on half-open spans. Conventions: 同比 is the same dates a year earlier, 环比 the
period before of the same length and kind (whole months by whole months), a partial period against
the same number of elapsed days, a festival against the same festival.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from semantic_layer.query import CompareKind, Comparison, Grain, Period
from semantic_layer.times import STEPS, floor_date

Day = date | datetime
Festival = Callable[[str, int], "tuple[date, date] | None"]
"""(name, year) → half-open span of that festival, None where unknown."""

MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}


def add_months(day: Day, months: int) -> Day:
    """The same day ``months`` later, clipped to the month's last day.

    >>> add_months(date(2026, 3, 31), -1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def merge(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    """The union of ``periods`` without overlaps, touching ones joined, in time order."""
    if len(periods) < 2 or any(p.start is None or p.end is None for p in periods):
        return periods
    merged: list[Period] = []
    for p in sorted(periods, key=lambda p: _moment(p.start)):
        last = merged[-1] if merged else None
        if last is not None and _moment(p.start) <= _moment(last.end):
            end = max(last.end, p.end, key=_moment)
            grain = last.grain if last.grain == p.grain else None
            merged[-1] = replace(last, end=end, grain=grain, partial=last.partial or p.partial)
        else:
            merged.append(p)
    return tuple(merged)


def _moment(day: Day | None) -> datetime:
    if day is None:
        return datetime.max
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)


def shifted(period: Period, comparison: Comparison, festival: Festival | None = None) -> Period:
    """The period that ``period`` is compared with. Open ends stay open."""
    if comparison.kind is CompareKind.PERIOD and comparison.period is not None:
        return comparison.period
    if comparison.kind is CompareKind.YEAR_OVER_YEAR:
        return _year_before(period, festival)
    return _before(period)


def _year_before(period: Period, festival: Festival | None) -> Period:
    if period.lunar and festival is not None and period.start is not None:
        this = festival(period.lunar, period.start.year)
        last = festival(period.lunar, period.start.year - 1)
        if this and last:
            gap = this[0] - last[0]
            return replace(
                period, start=period.start - gap, end=period.end - gap if period.end else None
            )
    return replace(
        period,
        start=add_months(period.start, -12) if period.start else None,
        end=_end_before(period.end) if period.end else None,
        label="",
    )


def _end_before(end: Day) -> Day:
    """An exclusive end a year earlier: the 29th of February ends where the 1st of March begins."""
    return add_months(end, -12)


def _before(period: Period) -> Period:
    start, end = period.start, period.end
    if start is None or end is None:
        return period
    if period.partial and period.grain is not None and period.grain in STEPS:
        size, unit = STEPS[period.grain]
        size *= count_units(start, end, period.grain)  # 4月到6月 looks back to January
        before = (
            add_months(start, -size)
            if period.grain in MONTHS
            else start - timedelta(**{unit + "s": size})
        )
        return replace(period, start=before, end=min(before + (end - start), start), label="")
    if months := whole_months(start, end):
        return replace(period, start=add_months(start, -months), end=start, label="")
    back = end - start
    if isinstance(start, datetime) and back < timedelta(days=1):
        back = timedelta(days=1)  # the same hours of the day before: mornings meet mornings
        return replace(period, start=start - back, end=end - back, label="")
    return replace(period, start=start - back, end=start, label="")


def whole_months(start: Day, end: Day) -> int:
    """How many whole calendar months the span is; 0 when it is not.

    >>> whole_months(date(2026, 4, 1), date(2026, 7, 1)), whole_months(date(2026, 4, 1), date(2026, 4, 8))
    (3, 0)
    """
    if start.day != 1 or end.day != 1 or isinstance(start, datetime) or isinstance(end, datetime):
        return 0
    return (end.year - start.year) * 12 + end.month - start.month


def bucket_shift(
    comparison: Comparison, grain: Grain, periods: tuple[Period, ...]
) -> tuple[int, str]:
    """How far back the compared bucket of a bucket lies, as (count, unit): (1, "month").

    A week is compared with the week 52 weeks earlier, so that Mondays meet Mondays.
    """
    if comparison.kind is CompareKind.YEAR_OVER_YEAR:
        return (364, "day") if grain is Grain.WEEK else (12, "month")
    if comparison.kind is CompareKind.PREVIOUS_PERIOD:
        return STEPS[grain]
    other = comparison.period
    if other is None or other.start is None or not periods or periods[0].start is None:
        return (0, "day")
    here, there = floor_date(periods[0].start, grain), floor_date(other.start, grain)
    if STEPS[grain][1] == "month":
        return ((here.year - there.year) * 12 + here.month - there.month, "month")
    gap = _moment(here) - _moment(there)
    if STEPS[grain][1] == "day":
        return (gap.days, "day")
    return (int(gap.total_seconds() // 60), "minute")


def move(period: Period, count: int, unit: str) -> Period:
    """``period`` moved back by ``count`` units."""
    months = -count if unit == "month" else 0
    gap = timedelta() if months else timedelta(**{unit + "s": count}) if count else timedelta()

    def back(day: Day | None) -> Day | None:
        if day is None:
            return None
        return add_months(day, months) if months else day - gap

    return replace(period, start=back(period.start), end=back(period.end), label="")


def count_units(start: Day, end: Day, grain: Grain) -> int:
    """Calendar units that the half-open span touches: 日均 divides by it.

    >>> count_units(date(2026, 6, 1), date(2026, 6, 24), Grain.DAY)
    23
    >>> count_units(date(2026, 1, 1), date(2026, 6, 24), Grain.MONTH)
    6
    """
    last = _moment(end) - timedelta(microseconds=1)
    first = _moment(floor_date(start, grain))
    until = _moment(floor_date(last, grain))
    size, unit = STEPS.get(grain, (1, "day"))
    if unit == "month":
        return ((until.year - first.year) * 12 + until.month - first.month) // size + 1
    seconds = {"day": 86400, "hour": 3600, "minute": 60}[unit] * size
    return int((until - first).total_seconds() // seconds) + 1


def day_of(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def last_day(end: date | datetime) -> date:
    """The last day inside a half-open period."""
    if isinstance(end, datetime) and (end.hour or end.minute or end.second):
        return end.date()
    return day_of(end) - timedelta(days=1)
