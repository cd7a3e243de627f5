"""Values that name their own dates: 上个月, 近7天, 三天前, 上周一, 2023年5月, 财年. No recursion, no recurrence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from assistant.language import times as t
from assistant.language.spans import Span, add, floor, unit
from semantic_layer.query import Grain

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """A stretch the business names itself: overrides the festival of that name in one year."""

    name: str
    start: date
    end: date  # included


@dataclass(frozen=True, slots=True)
class Calendar:
    """``fiscal_start`` is the month in which the fiscal year begins; FY n is the one that ends in n."""

    fiscal_start: int = 1
    events: tuple[Event, ...] = ()


DEFAULT = Calendar()


@dataclass(frozen=True, slots=True)
class Context:
    today: datetime  # midnight
    now: datetime
    calendar: Calendar = DEFAULT
    prefer: str = "past"
    plain: bool = False
    spans: bool = False  # 兩天前 is the two days before
    outer: Span | None = None
    after: datetime | None = None  # the start of the range whose end is sought
    before: datetime | None = None
    latest: datetime | None = None  # the last day of what is asked about, where it is still to come


def shift(v: t.Shift, c: Context) -> Span:
    return unit(
        add(
            floor(c.now if v.grain in (Grain.HOUR, Grain.MINUTE) else c.today, v.grain),
            v.by,
            v.grain,
        ),
        v.grain,
    )


def last(v: t.Last, c: Context) -> Span:
    if v.grain in (Grain.HOUR, Grain.MINUTE):
        return Span(add(c.now, -v.n, v.grain), c.now, v.grain)
    if v.whole:
        end = floor(c.today, v.grain)
        return Span(add(end, -v.n, v.grain), end, v.grain)
    return Span(add(c.today, -v.n, v.grain), c.today, Grain.DAY)


def following(v: t.Next, c: Context) -> Span:
    if v.grain in (Grain.HOUR, Grain.MINUTE):
        return Span(c.now, add(c.now, v.n, v.grain), v.grain)
    if v.whole:
        start = add(floor(c.today, v.grain), 1, v.grain)
        return Span(start, add(start, v.n, v.grain), v.grain)
    start = c.today + DAY if c.plain else c.today
    return Span(start, add(start, v.n, v.grain), Grain.DAY)


def _ago(v: t.Ago, c: Context) -> Span | None:
    if v.exact:
        return unit(add(c.today, -v.n, v.grain), Grain.DAY)
    if v.grain in (Grain.HOUR, Grain.MINUTE):
        return unit(add(c.now, -v.n, v.grain), v.grain)
    if c.spans and v.written:
        return (
            last(t.Last(v.n, v.grain, True), c)
            if v.n > 0
            else following(t.Next(-v.n, v.grain, True), c)
        )
    at = add(c.today, -v.n, v.grain)
    return unit(
        at,
        Grain.DAY
        if c.plain and v.grain in (Grain.YEAR, Grain.MONTH) and not v.written
        else v.grain,
    )


def _weekday(v: t.Weekday, c: Context) -> Span | None:
    if v.weeks is None:
        return None
    day = floor(c.today, Grain.WEEK) + timedelta(days=7 * v.weeks + v.day - 1)
    return Span(day, day + DAY, Grain.DAY)


def _week_part(v: t.WeekPart, c: Context) -> Span | None:
    if v.weeks is None:
        return None
    monday = floor(c.today, Grain.WEEK) + timedelta(days=7 * v.weeks)
    first, last = (0, 5) if v.workdays else (5, 7)
    return Span(monday + timedelta(days=first), monday + timedelta(days=last), Grain.DAY)


def _fiscal(v: t.Fiscal, c: Context) -> Span:
    month = c.calendar.fiscal_start
    year = v.year
    if year is None:
        year = c.today.year + v.by + (1 if month > 1 and c.today.month >= month else 0)
    start = datetime(year - (1 if month > 1 else 0), month, 1)
    return Span(start, add(start, 1, Grain.YEAR), Grain.YEAR)


def full_year(year: int, today: date) -> int:
    """Two digits as the year from 79 years back to 20 ahead."""
    if year >= 100:
        return year
    century = today.year // 100 * 100
    return next(
        y
        for y in (century - 100 + year, century + year, century + 100 + year)
        if today.year - 80 < y
    )


def _date(v: t.Date, c: Context) -> Span | None:
    if v.year is None:
        return None
    year = full_year(v.year, c.today)
    start = datetime(year, v.month or 1, v.day or 1)
    return unit(start, Grain.DAY if v.day else Grain.MONTH if v.month else Grain.YEAR)


def _decade(v: t.Decade, c: Context) -> Span:
    start = datetime(full_year(v.start, c.today), 1, 1)
    return Span(start, add(start, 10, Grain.YEAR), Grain.YEAR)


def _recent(_: t.Recent, c: Context) -> Span:
    return (
        unit(c.today, Grain.DAY)
        if c.plain
        else Span(add(c.today, -30, Grain.DAY), c.today, Grain.DAY)
    )


MOMENTS: dict[type[Any], Callable[[Any, Context], Span | None]] = {
    t.Shift: shift,
    t.Last: last,
    t.Next: following,
    t.Ago: _ago,
    t.Recent: _recent,
    t.Weekday: _weekday,
    t.WeekPart: _week_part,
    t.Fiscal: _fiscal,
    t.Date: _date,
    t.Decade: _decade,
}
