"""Where relative time becomes dates: one door, ``resolve``.

Two conventions. ``business`` (the product): a period under way runs through yesterday and is
partial; 近7天 are the seven days before today; something that recurs is the most recent one that has
begun. ``plain`` (public test suites): whole units, this year's occurrence, ranges as those suites
write them. *Today* is an argument, there is no clock here. Knows no grammar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from assistant.language import times as t
from assistant.language.moments import (
    DAY,
    DEFAULT,
    MOMENTS,
    Calendar,
    Context,
    Event,
    following,
    last,
)
from assistant.language.recurring import bare, cycle, floating, occurrences, rises
from assistant.language.spans import LENGTHS, Span, add, floor, unit
from semantic_layer.query import Grain, Period

__all__ = ("DEFAULT", "Calendar", "Event", "resolve", "resolve_all")


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
    latest: date | None = None,
) -> tuple[Period, ...]:
    """As ``resolve``, with Several as its parts in the order said; empty when any part has no dates.

    ``latest`` is the last day of things that are known before they happen: 7月 is the coming one as
    long as it begins by then.
    """
    parts = value.parts if isinstance(value, t.Several) else (value,)
    context = _context(today, calendar, prefer, style)
    if latest is not None:
        context = replace(context, latest=datetime(latest.year, latest.month, latest.day))
    spans = _together(parts, context)
    periods = [_period(s, context, partial and style == "business", label) for s in spans if s]
    return tuple(p for p in periods if p) if len(periods) == len(parts) and all(periods) else ()


def _together(parts: tuple[t.TimeValue, ...], context: Context) -> list[Span | None]:
    """5月、6月和7月 belong to one year: what is said in rising order ends with the latest begun."""
    spans: list[Span | None] = [_span(parts[-1], context)]
    rising = all(map(floating, parts)) and all(map(rises, parts, parts[1:]))
    for part in reversed(parts[:-1]):
        after = spans[0]
        known = rising and after is not None and not context.plain
        spans.insert(
            0, _span(part, replace(context, before=after.start) if known and after else context)
        )
    return spans


def _context(today: date | datetime, calendar: Calendar, prefer: str, style: str) -> Context:
    now = today if isinstance(today, datetime) else datetime(today.year, today.month, today.day)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Context(midnight, now, calendar, prefer, style != "business", style == "plain-spans")


def _period(span: Span, context: Context, cut: bool, label: str) -> Period | None:
    start, end, today = span.start, span.end, context.today
    under_way = (start is None or start <= today) and end is not None and end > today
    under_way = under_way and span.grain not in (Grain.HOUR, Grain.MINUTE)
    cut = cut and under_way and (start is None or start < today)  # what begins today is ahead
    if cut:
        end = today
    if start is not None and end is not None and end <= start:
        return None
    by_hour = any(x is not None and x != floor(x, Grain.DAY) for x in (start, end))

    def said(at: datetime | None) -> date | datetime | None:
        return (
            at if at is None or by_hour or span.grain in (Grain.HOUR, Grain.MINUTE) else at.date()
        )

    return Period(said(start), said(end), label, span.grain, cut, span.lunar)


def _span(value: t.TimeValue, context: Context) -> Span | None:
    handler = None if bare(value) else _HANDLERS.get(type(value))
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
    if context.prefer == "future" or context.latest is not None:
        coming = next((s for s in found if s.end and s.end > context.today), None)
        booked = context.latest is None or (
            coming is not None and coming.start is not None and coming.start <= context.latest
        )
        if booked:
            return coming
    if plain:
        this = unit(context.today, cycle(value))
        inside = [
            s
            for s in found
            if s.start and this.start and this.end and this.start <= s.start < this.end
        ]
        if inside:
            return inside[0]
    return next((s for s in reversed(found) if s.start and s.start <= context.today), None)


# ── relative ──────────────────────────────────────────────────────────────────────────────────


def _slice(v: t.Slice, c: Context) -> Span | None:
    if c.outer is None and v.inside:
        around = Grain.MONTH if v.grain in (Grain.DAY, Grain.WEEK) else Grain.YEAR
        return _slice(v, replace(c, outer=unit(c.today, around)))
    if c.outer is None:
        if v.grain in (Grain.QUARTER, Grain.HALF) and v.n < 4:
            year = unit(c.today, Grain.YEAR)
            if not c.plain and year.start and add(year.start, 1, v.grain) > c.today:
                year = unit(add(c.today, -1, Grain.YEAR), Grain.YEAR)
            return _slice(v, replace(c, outer=year))
        whole = v.grain is not Grain.DAY and (v.written or not c.plain)
        if v.end:
            return following(t.Next(v.n, v.grain, whole or v.grain is Grain.DAY), c)
        return last(t.Last(v.n, v.grain, whole), c)
    start, end = c.outer.start, c.outer.end
    if start is None or end is None:
        return None
    if v.end:
        edge = floor(end, v.grain)
        return Span(
            max(start, add(edge, -v.n, v.grain)), edge if v.grain is Grain.WEEK else end, v.grain
        )
    if v.grain is Grain.WEEK:
        start += timedelta(days=-start.weekday() % 7)
    return Span(start, min(end, add(start, v.n, v.grain)), v.grain)


_CLOSES_THE_YEAR = (t.SolarTerm("小寒"), t.SolarTerm("大寒"), t.Feast("除夕"))


def _within(v: t.Within, c: Context) -> Span | None:
    outer = _span(v.outer, replace(c, outer=None))
    if outer is None:
        return None
    if c.plain and outer.start and v.inner in _CLOSES_THE_YEAR:  # the suites count lunar years
        outer = unit(add(outer.start, 1, Grain.YEAR), Grain.YEAR)
    return _span(v.inner, replace(c, outer=outer, after=None, before=None))


# ── ranges ──────────────────────────────────────────────────────────────────────────────────


def _range(v: t.Range, c: Context) -> Span | None:
    if floating(v.first) and not floating(v.last):
        end = _span(v.last, c)
        start = _span(v.first, replace(c, before=end.start)) if end else None
    else:
        start = _span(v.first, c)
        end = _span(v.last, replace(c, after=start.start) if start and floating(v.last) else c)
    if start is None or end is None or start.start is None or end.end is None:
        return None
    through = end.start if c.plain and _open_ended(v) else end.end
    return Span(start.start, through, end.grain, start.lunar or end.lunar)


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


_UNDER_WAY = (*(t.Shift(0, g) for g in Grain), t.Fiscal(0))


def _since(v: t.Since, c: Context) -> Span | None:
    base = _span(v.base, c)
    if base is None or base.start is None:
        return None
    if v.base in _UNDER_WAY and base.end and not c.plain:
        return base  # 今年以来 is 今年, cut at yesterday
    end = c.today + DAY if c.plain else _known(c)
    return Span(base.start, end, Grain.DAY, base.lunar) if base.start < end else None


def _rest(v: t.Rest, c: Context) -> Span | None:
    base = _span(v.base, c)
    if base is None or base.start is None or base.end is None:
        return None
    return Span(c.today, base.end, Grain.DAY) if base.start <= c.today < base.end else None


def _before(v: t.Before, c: Context) -> Span | None:
    base = _span(v.base, c)
    return None if base is None else Span(None, base.start, Grain.DAY)


def _after(v: t.After, c: Context) -> Span | None:
    base = _span(v.base, c)
    if base is None or base.end is None:
        return None
    return Span(base.end, max(_known(c), base.end + DAY), Grain.DAY)


def _known(c: Context) -> datetime:
    """The end of what the data hold: yesterday's, or that of the last day booked."""
    return c.today if c.latest is None else c.latest + DAY


def _until(v: t.Until, c: Context) -> Span | None:
    base = _span(v.base, c)
    return None if base is None else Span(None, base.end, Grain.DAY)


def _adjacent(v: t.Adjacent, c: Context) -> Span | None:
    base = _span(v.base, c)
    if base is None or base.start is None or base.end is None:
        return None
    grain = Grain.DAY if v.grain not in LENGTHS else v.grain
    if v.both:
        return Span(add(base.start, -v.n, v.grain), add(base.end, v.n, v.grain), grain, base.lunar)
    if v.n < 0:
        return Span(add(base.start, v.n, v.grain), base.start, grain, base.lunar)
    return Span(base.end, add(base.end, v.n, v.grain), grain, base.lunar)


_HANDLERS: dict[type[Any], Callable[[Any, Context], Span | None]] = {
    **MOMENTS,
    t.Slice: _slice,
    t.Within: _within,
    t.Range: _range,
    t.Since: _since,
    t.Rest: _rest,
    t.Before: _before,
    t.After: _after,
    t.Until: _until,
    t.Adjacent: _adjacent,
    t.SamePeriod: lambda value, context: None,
    t.Several: lambda value, context: None,
}
