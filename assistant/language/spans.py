"""Arithmetic of calendar units on half-open spans. Knows no language and no festival."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from semantic_layer.query import Grain

MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}
LENGTHS = {
    Grain.MINUTE: timedelta(minutes=1),
    Grain.HOUR: timedelta(hours=1),
    Grain.DAY: timedelta(days=1),
    Grain.WEEK: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) with the unit it is whole in; an open end is None."""

    start: datetime | None
    end: datetime | None
    grain: Grain | None = None
    lunar: str = ""


def floor(at: datetime, grain: Grain) -> datetime:
    """The start of the unit that ``at`` lies in; weeks start on Monday."""
    if grain is Grain.MINUTE:
        return at.replace(second=0, microsecond=0)
    if grain is Grain.HOUR:
        return at.replace(minute=0, second=0, microsecond=0)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    months = MONTHS.get(grain)
    return day.replace(day=1, month=(day.month - 1) // months * months + 1) if months else day


def add(at: datetime, n: float, grain: Grain) -> datetime:
    """``n`` units later; month ends are clipped (31 March − 1 month = 28 or 29 February).

    Half units: half a month is 15 days, half a year six months, half a week four days.
    """
    if grain in LENGTHS:
        days = LENGTHS[grain] * n
        return at + (
            timedelta(days=round(days.total_seconds() / 86400)) if grain is Grain.WEEK else days
        )
    months = MONTHS.get(grain, 1) * n
    whole = int(months)
    year, month = divmod(at.year * 12 + at.month - 1 + whole, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"year {year}")
    moved = at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
    return moved + timedelta(days=round((months - whole) * 30))


def unit(at: datetime, grain: Grain) -> Span:
    """The calendar unit that ``at`` lies in."""
    start = floor(at, grain)
    return Span(start, add(start, 1, grain), grain)


def first_monday(at: datetime) -> datetime:
    """The first Monday on or after ``at``."""
    return at + timedelta(days=-at.weekday() % 7)


def iso_week(year: int, n: int) -> Span | None:
    """Week ``n`` of ISO 8601 year ``year``."""
    try:
        start = datetime.fromisocalendar(year, n, 1)
    except ValueError:
        return None
    return Span(start, start + timedelta(days=7), Grain.WEEK)
