"""Occurrences of what comes round again: 三月, 15号, 周三, 二季度, 月底, 双11, 正月十五, 下午.

``occurrences`` lists them around an anchor in time order, or those inside an outer span; which one
is meant is decided in ``calendar.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from assistant.language import times as t
from assistant.language.festivals import (
    BY_NAME,
    festival,
    lunar_date,
    lunar_month_length,
    solar_term,
)
from assistant.language.spans import MONTHS, Span, add, first_monday, floor, iso_week, unit
from semantic_layer.query import Grain

DAY = timedelta(days=1)


class Named(Protocol):
    """A stretch that the business named itself."""

    @property
    def name(self) -> str: ...
    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...


class Events(Protocol):
    @property
    def events(self) -> Iterable[Named]: ...


def occurrences(
    value: t.TimeValue, anchor: datetime, outer: Span | None, calendar: Events, plain: bool
) -> list[Span]:
    """In time order. ``plain``: festivals are their day, weeks of a year begin on its first Monday."""
    match value:
        case t.Feast():
            return list(_feasts(value, anchor, calendar, plain))
        case t.Nth():
            return list(_nth(value, anchor, outer, plain))
        case t.NthWeekday():
            return list(_nth_weekday(value, outer or unit(anchor, Grain.MONTH)))
        case t.Edge():
            return list(_edges(value, anchor, outer))
        case t.LunarDate():
            return list(_lunar(value, anchor))
        case t.SolarTerm():
            return list(_terms(value.name, anchor))
    maker = _SIMPLE.get(type(value))
    return list(maker(value, anchor)) if maker else []


def _dates(v: t.Date, anchor: datetime) -> Iterator[Span]:
    if v.month is None:
        for n in range(-4, 5):
            first = add(floor(anchor, Grain.MONTH), n, Grain.MONTH)
            yield from _day(first.year, first.month, v.day or 1, Grain.DAY)
        return
    rare = v.month == 2 and v.day == 29
    for year in range(anchor.year - (8 if rare else 2), anchor.year + (9 if rare else 3)):
        yield from _day(year, v.month, v.day or 1, Grain.DAY if v.day else Grain.MONTH)


def _day(year: int, month: int, day: int, grain: Grain) -> Iterator[Span]:
    try:
        yield unit(datetime(year, month, day), grain)
    except ValueError:
        return  # no such day in that month


def _weekdays(v: t.Weekday, anchor: datetime) -> Iterator[Span]:
    for n in range(-2, 3):
        day = floor(anchor, Grain.WEEK) + timedelta(days=7 * n + v.day - 1)
        yield Span(day, day + DAY, Grain.DAY)


def _week_parts(v: t.WeekPart, anchor: datetime) -> Iterator[Span]:
    first, last = (0, 5) if v.workdays else (5, 7)
    for n in range(-2, 3):
        monday = floor(anchor, Grain.WEEK) + timedelta(days=7 * n)
        yield Span(monday + timedelta(days=first), monday + timedelta(days=last), Grain.DAY)


def _tenths(v: t.Tenth, anchor: datetime) -> Iterator[Span]:
    for n in range(-2, 3):
        month = add(floor(anchor, Grain.MONTH), n, Grain.MONTH)
        start = month + timedelta(days=10 * (v.n - 1))
        yield Span(
            start,
            month + timedelta(days=10 * v.n) if v.n < 3 else add(month, 1, Grain.MONTH),
            Grain.DAY,
        )


def _clocks(v: t.Clock, anchor: datetime) -> Iterator[Span]:
    for n in range(-1, 2):
        day = floor(anchor, Grain.DAY) + n * DAY
        yield Span(day + timedelta(minutes=v.start), day + timedelta(minutes=v.end), Grain.HOUR)


def _nth(v: t.Nth, anchor: datetime, outer: Span | None, plain: bool) -> Iterator[Span]:
    if outer is not None and outer.start and outer.end:
        yield from _nth_inside(v, outer.start, outer.end, plain)
        return
    for n in range(-2, 3):
        year = unit(add(anchor, n, Grain.YEAR), Grain.YEAR)
        if year.start and year.end and v.grain is not Grain.DAY:
            yield from _nth_inside(v, year.start, year.end, plain)


def _nth_inside(v: t.Nth, start: datetime, end: datetime, plain: bool) -> Iterator[Span]:
    if v.grain is Grain.WEEK and v.n > 0 and (end - start).days > 300 and not plain:
        if week := iso_week(start.year, v.n):
            # the first ISO week may begin in December; it still belongs to the year
            yield Span(max(start, week.start or start), week.end, Grain.WEEK)
        return
    if v.n < 0:
        last = floor(end, v.grain)
        at = add(last, v.n, v.grain)
    else:
        first = first_monday(start) if v.grain is Grain.WEEK else floor(start, v.grain)
        at = add(first, v.n - 1, v.grain)
    if start <= at < end:
        yield unit(at, v.grain)


def _nth_weekday(v: t.NthWeekday, outer: Span) -> Iterator[Span]:
    if outer.start is None or outer.end is None:
        return
    if v.n > 0:
        first = outer.start + timedelta(days=(v.day - 1 - outer.start.weekday()) % 7)
    else:
        first = outer.end - DAY
        first -= timedelta(days=(first.weekday() - v.day + 1) % 7)
    day = first + timedelta(days=7 * (v.n - 1 if v.n > 0 else v.n + 1))
    if outer.start <= day < outer.end:
        yield Span(day, day + DAY, Grain.DAY)


def _edges(v: t.Edge, anchor: datetime, outer: Span | None) -> Iterator[Span]:
    """月初 is five days, 月中 the middle ten, 年初 and 年底 two months, 季末 its last month."""
    grain = v.grain or (outer.grain if outer else None)
    if grain not in (Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR):
        return
    if outer is not None and outer.start and outer.grain is not grain and v.grain is not None:
        outer_start = outer.start
        if grain is Grain.MONTH and outer.grain in MONTHS:
            return
        anchor = outer_start
    for n in (0,) if outer is not None else range(-2, 3):
        start = floor(add(anchor, n, grain), grain)
        end = add(start, 1, grain)
        if grain is Grain.MONTH:
            cuts = {
                "start": (start, start + 5 * DAY),
                "middle": (start + 10 * DAY, start + 20 * DAY),
                "end": (end - 5 * DAY, end),
            }
        else:
            months = 2 if grain is Grain.YEAR else 1
            cuts = {
                "start": (start, add(start, months, Grain.MONTH)),
                "middle": (add(start, 5, Grain.MONTH), add(start, 7, Grain.MONTH)),
                "end": (add(end, -months, Grain.MONTH), end),
            }
            if grain is Grain.QUARTER:
                cuts["middle"] = (add(start, 1, Grain.MONTH), add(start, 2, Grain.MONTH))
        first, last = cuts[v.which]
        yield Span(first, last, Grain.DAY if grain is Grain.MONTH else Grain.MONTH)


def _feasts(v: t.Feast, anchor: datetime, calendar: Events, plain: bool) -> Iterator[Span]:
    known = BY_NAME.get(v.name)
    if known is None:  # a stretch that only this business names
        for e in calendar.events:
            if e.name == v.name:
                yield Span(_at(e.start), _at(e.end) + DAY, Grain.DAY)
        return
    for year in range(anchor.year - 2, anchor.year + 3):
        ours = next(
            (
                e
                for e in calendar.events
                if e.start.year == year and BY_NAME.get(e.name, e.name) in (known, v.name)
            ),
            None,
        )
        if ours is not None and v.whole is not False:
            yield Span(
                _at(ours.start), _at(ours.end) + DAY, Grain.DAY, v.name if known.lunar else ""
            )
            continue
        whole = False if plain and v.whole is None else v.whole
        if found := festival(v.name, year, whole):
            yield Span(_at(found[0]), _at(found[1]), Grain.DAY, v.name if known.lunar else "")


def _lunar(v: t.LunarDate, anchor: datetime) -> Iterator[Span]:
    years = (v.year,) if v.year is not None else range(anchor.year - 2, anchor.year + 3)
    for year in years:
        length = lunar_month_length(year, v.month)
        start = lunar_date(year, v.month, v.day or 1)
        if start is not None and length is not None:
            days = 1 if v.day else length
            yield Span(
                _at(start), _at(start) + timedelta(days=days), Grain.DAY, f"{v.month}/{v.day or ''}"
            )


def _terms(name: str, anchor: datetime) -> Iterator[Span]:
    for year in range(anchor.year - 2, anchor.year + 3):
        if day := solar_term(name, year):
            yield Span(_at(day), _at(day) + DAY, Grain.DAY)


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


_SIMPLE: dict[type[Any], Callable[[Any, datetime], Iterator[Span]]] = {
    t.Date: _dates,
    t.Weekday: _weekdays,
    t.WeekPart: _week_parts,
    t.Tenth: _tenths,
    t.Clock: _clocks,
}


def floating(value: t.TimeValue) -> bool:
    """Without a year of its own."""
    match value:
        case t.Date(year=year):
            return year is None
        case t.Weekday(weeks=weeks):
            return weeks is None
        case t.LunarDate(year=year):
            return year is None
        case t.Within(outer=outer):
            return floating(outer)
        case t.Nth() | t.Edge() | t.Tenth() | t.Feast() | t.SolarTerm() | t.Clock():
            return True
    return False


def rises(a: t.TimeValue, b: t.TimeValue) -> bool:
    match a, b:
        case t.Date(), t.Date():
            return (a.month or 0, a.day or 0) < (b.month or 0, b.day or 0)
        case t.Nth(), t.Nth():
            return a.n < b.n
        case t.Weekday(), t.Weekday():
            return a.day < b.day
    return False


def bare(value: t.TimeValue) -> bool:
    """A date without a year or a weekday without a week."""
    match value:
        case t.Date(year=None) | t.Weekday(weeks=None) | t.WeekPart(weeks=None):
            return True
    return False


def cycle(value: t.TimeValue) -> Grain:
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
