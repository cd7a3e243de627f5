"""Where relative time becomes dates: one door, ``resolve``.

Two conventions. ``business`` (the product): a period under way runs through yesterday and is
partial; 近7天 are the seven days before today; something that recurs is the most recent one that has
begun. ``plain`` (public test suites): whole units, this year's occurrence, ranges as those suites
write them. *Today* is an argument, there is no clock here. Knows no grammar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from assistant.language import times as t
from assistant.language.recurring import occurrences
from assistant.language.spans import LENGTHS, Span, add, floor, unit
from semantic_layer.query import Grain, Period

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
    outer: Span | None = None
    after: datetime | None = None  # the start of the range whose end is sought
    before: datetime | None = None


def resolve(
    value: t.TimeValue,
    today: date | datetime,
    *,
    calendar: Calendar = DEFAULT,
    prefer: str = "past",
    style: str = "business",
    partial: bool = True,
    label: str = "",
) -> Period | None:
    """The dates of ``value``, or None when it has none (去年同期 alone, 2月30日, Several).

    ``prefer`` past or future decides which occurrence a bare 3月 is. ``partial`` false keeps a
    period under way whole.
    """
    context = _context(today, calendar, prefer, style)
    span = _span(value, context)
    return None if span is None else _period(span, context, partial and style == "business", label)


def resolve_all(
    value: t.TimeValue,
    today: date | datetime,
    *,
    calendar: Calendar = DEFAULT,
    prefer: str = "past",
    style: str = "business",
    partial: bool = True,
    label: str = "",
) -> tuple[Period, ...]:
    """As ``resolve``, with Several as its parts in the order said; empty when any part has no dates."""
    parts = value.parts if isinstance(value, t.Several) else (value,)
    periods = [
        resolve(
            p, today, calendar=calendar, prefer=prefer, style=style, partial=partial, label=label
        )
        for p in parts
    ]
    return tuple(p for p in periods if p is not None) if all(periods) else ()


def _context(today: date | datetime, calendar: Calendar, prefer: str, style: str) -> Context:
    now = today if isinstance(today, datetime) else datetime(today.year, today.month, today.day)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Context(midnight, now, calendar, prefer, style == "plain")


def _period(span: Span, context: Context, cut: bool, label: str) -> Period | None:
    start, end, today = span.start, span.end, context.today
    under_way = (start is None or start <= today) and end is not None and end > today
    under_way = under_way and span.grain not in (Grain.HOUR, Grain.MINUTE)
    if cut and under_way and (start is None or start < today):
        end = today
    if start is not None and end is not None and end <= start:
        return None
    by_hour = any(x is not None and x != floor(x, Grain.DAY) for x in (start, end))

    def said(at: datetime | None) -> date | datetime | None:
        return (
            at if at is None or by_hour or span.grain in (Grain.HOUR, Grain.MINUTE) else at.date()
        )

    return Period(said(start), said(end), label, span.grain, cut and under_way, span.lunar)


def _span(value: t.TimeValue, context: Context) -> Span | None:
    handler = _HANDLERS.get(type(value))
    try:
        return handler(value, context) if handler else _recurring(value, context)
    except (OverflowError, ValueError):
        return None  # beyond the years a calendar knows


def _recurring(value: t.TimeValue, context: Context) -> Span | None:
    """The occurrence inside the outer span, after the start of a range, or the nearest one."""
    outer, plain = context.outer, context.plain
    anchor = (
        outer.start if outer and outer.start else context.after or context.before or context.today
    )
    found = occurrences(value, anchor, outer, context.calendar, plain)
    if outer and outer.start and outer.end:
        return next((s for s in found if s.start and outer.start <= s.start < outer.end), None)
    if context.after:
        return next((s for s in found if s.start and s.start >= context.after), None)
    if context.before:
        return next((s for s in reversed(found) if s.start and s.start <= context.before), None)
    if context.prefer == "future":
        return next((s for s in found if s.end and s.end > context.today), None)
    if plain:
        this = unit(context.today, _cycle(value))
        inside = [
            s
            for s in found
            if s.start and this.start and this.end and this.start <= s.start < this.end
        ]
        if inside:
            return inside[0]
    return next((s for s in reversed(found) if s.start and s.start <= context.today), None)


def _cycle(value: t.TimeValue) -> Grain:
    """How often a value recurs."""
    match value:
        case t.Weekday() | t.WeekPart():
            return Grain.WEEK
        case t.Clock():
            return Grain.DAY
        case t.Date(month=None, day=int()) | t.Tenth() | t.Edge(grain=Grain.MONTH):
            return Grain.MONTH
        case t.Edge(grain=Grain.QUARTER):
            return Grain.QUARTER
    return Grain.YEAR


# ── relative ──────────────────────────────────────────────────────────────────────────────────


def _shift(v: t.Shift, c: Context) -> Span:
    return unit(
        add(
            floor(c.now if v.grain in (Grain.HOUR, Grain.MINUTE) else c.today, v.grain),
            v.by,
            v.grain,
        ),
        v.grain,
    )


def _last(v: t.Last, c: Context) -> Span:
    if v.grain in (Grain.HOUR, Grain.MINUTE):
        return Span(add(c.now, -v.n, v.grain), c.now, v.grain)
    if v.whole:
        end = floor(c.today, v.grain)
        return Span(add(end, -v.n, v.grain), end, v.grain)
    return Span(add(c.today, -v.n, v.grain), c.today, Grain.DAY)


def _next(v: t.Next, c: Context) -> Span:
    if v.grain in (Grain.HOUR, Grain.MINUTE):
        return Span(c.now, add(c.now, v.n, v.grain), v.grain)
    if v.whole:
        start = add(floor(c.today, v.grain), 1, v.grain)
        return Span(start, add(start, v.n, v.grain), v.grain)
    start = c.today + DAY if c.plain else c.today
    return Span(start, add(start, v.n, v.grain), Grain.DAY)


def _ago(v: t.Ago, c: Context) -> Span | None:
    if v.grain in (Grain.HOUR, Grain.MINUTE):
        return unit(add(c.now, -v.n, v.grain), v.grain)
    if c.plain and v.written and (v.grain is not Grain.YEAR or v.long):
        return (
            _last(t.Last(v.n, v.grain, True), c)
            if v.n > 0
            else _next(t.Next(-v.n, v.grain, True), c)
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
        return _recurring(v, c)
    day = floor(c.today, Grain.WEEK) + timedelta(days=7 * v.weeks + v.day - 1)
    return Span(day, day + DAY, Grain.DAY)


def _week_part(v: t.WeekPart, c: Context) -> Span | None:
    if v.weeks is None:
        return _recurring(v, c)
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


# ── absolute ──────────────────────────────────────────────────────────────────────────────────


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
        return _recurring(v, c)
    year = full_year(v.year, c.today)
    start = datetime(year, v.month or 1, v.day or 1)
    return unit(start, Grain.DAY if v.day else Grain.MONTH if v.month else Grain.YEAR)


def _decade(v: t.Decade, c: Context) -> Span:
    start = datetime(full_year(v.start, c.today), 1, 1)
    return Span(start, add(start, 10, Grain.YEAR), Grain.YEAR)


def _slice(v: t.Slice, c: Context) -> Span | None:
    if c.outer is None:
        if v.grain in (Grain.QUARTER, Grain.HALF) and v.n < 4:
            year = unit(c.today, Grain.YEAR)
            if not c.plain and year.start and add(year.start, 1, v.grain) > c.today:
                year = unit(add(c.today, -1, Grain.YEAR), Grain.YEAR)
            return _slice(v, replace(c, outer=year))
        whole = v.grain is not Grain.DAY and (v.written or not c.plain)
        if v.end:
            return _next(t.Next(v.n, v.grain, whole or v.grain is Grain.DAY), c)
        return _last(t.Last(v.n, v.grain, whole), c)
    start, end = c.outer.start, c.outer.end
    if start is None or end is None:
        return None
    if v.end:
        last = floor(end, v.grain)
        return Span(
            max(start, add(last, -v.n, v.grain)), last if v.grain is Grain.WEEK else end, v.grain
        )
    if v.grain is Grain.WEEK:
        start += timedelta(days=-start.weekday() % 7)
    return Span(start, min(end, add(start, v.n, v.grain)), v.grain)


def _within(v: t.Within, c: Context) -> Span | None:
    outer = _span(v.outer, replace(c, outer=None))
    return (
        None if outer is None else _span(v.inner, replace(c, outer=outer, after=None, before=None))
    )


# ── ranges ────────────────────────────────────────────────────────────────────────────────────


def _floating(value: t.TimeValue) -> bool:
    """Without a year of its own."""
    match value:
        case t.Date(year=year):
            return year is None
        case t.Weekday(weeks=weeks):
            return weeks is None
        case t.LunarDate(year=year):
            return year is None
        case t.Within(outer=outer):
            return _floating(outer)
        case t.Nth() | t.Edge() | t.Tenth() | t.Feast() | t.SolarTerm() | t.Clock():
            return True
    return False


def _range(v: t.Range, c: Context) -> Span | None:
    if _floating(v.first) and not _floating(v.last):
        last = _span(v.last, c)
        first = _span(v.first, replace(c, before=last.start)) if last else None
    else:
        first = _span(v.first, c)
        last = _span(v.last, replace(c, after=first.start) if first and _floating(v.last) else c)
    if first is None or last is None or first.start is None or last.end is None:
        return None
    end = last.start if c.plain and _open_ended(v) else last.end
    if isinstance(v.last, t.Date) and v.last.month is None and v.last.year is None and v.last.day:
        pass
    return Span(first.start, end, last.grain, first.lunar or last.lunar)


def _open_ended(v: t.Range) -> bool:
    """Recognizers-Text leaves out the last unit of 5月-10月; JioNLP, and 至, take it in."""
    if v.mark in ("至", "--"):
        return False
    if v.mark == "之间":
        return True
    absolute = isinstance(v.first, t.Date) and v.first.year is not None
    if absolute and isinstance(v.first, t.Date):
        return v.first.month is None or v.first.day is not None
    return not isinstance(v.first, t.Within)


def _since(v: t.Since, c: Context) -> Span | None:
    base = _span(v.base, c)
    if base is None or base.start is None:
        return None
    if isinstance(v.base, t.Shift) and v.base.by == 0 and base.end and not c.plain:
        return base  # 今年以来 is 今年, cut at yesterday
    end = c.today + DAY if c.plain else c.today
    return Span(base.start, end, Grain.DAY, base.lunar) if base.start < end else None


def _before(v: t.Before, c: Context) -> Span | None:
    base = _span(v.base, c)
    return None if base is None else Span(None, base.start, Grain.DAY)


def _after(v: t.After, c: Context) -> Span | None:
    base = _span(v.base, c)
    if base is None or base.end is None:
        return None
    return Span(base.end, max(c.today, base.end + DAY), Grain.DAY)


def _until(v: t.Until, c: Context) -> Span | None:
    base = _span(v.base, c)
    return None if base is None else Span(None, base.end, Grain.DAY)


def _adjacent(v: t.Adjacent, c: Context) -> Span | None:
    base = _span(v.base, c)
    if base is None or base.start is None or base.end is None:
        return None
    grain = Grain.DAY if v.grain not in LENGTHS else v.grain
    if v.n < 0:
        return Span(add(base.start, v.n, v.grain), base.start, grain, base.lunar)
    return Span(base.end, add(base.end, v.n, v.grain), grain, base.lunar)


_HANDLERS: dict[type[Any], Callable[[Any, Context], Span | None]] = {
    t.Shift: _shift,
    t.Last: _last,
    t.Next: _next,
    t.Ago: _ago,
    t.Weekday: _weekday,
    t.WeekPart: _week_part,
    t.Fiscal: _fiscal,
    t.Date: _date,
    t.Decade: _decade,
    t.Slice: _slice,
    t.Within: _within,
    t.Range: _range,
    t.Since: _since,
    t.Before: _before,
    t.After: _after,
    t.Until: _until,
    t.Adjacent: _adjacent,
    t.SamePeriod: lambda v, c: None,
    t.Several: lambda v, c: None,
}
