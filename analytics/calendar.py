"""Periods of a grain: where they start, how far apart, how they are called. Dates only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from analytics.contract import Param

UNITS = {"day": "天", "week": "周", "month": "月"}
GRAIN_WORDS = (
    ("day", ("按天", "按日")),
    ("week", ("按周", "周度")),
    ("month", ("按月", "月度")),
)


def grain_param(default: str, label: str = "粒度") -> Param:
    """每周, 按月: which periods to count in."""
    return Param(default, label, choices=GRAIN_WORDS)


def start_of(day: date, grain: str) -> date:
    """The first day of the period that ``day`` is in; weeks begin on Monday.

    >>> start_of(date(2026, 6, 24), "week"), start_of(date(2026, 6, 24), "month")
    (datetime.date(2026, 6, 22), datetime.date(2026, 6, 1))
    """
    if grain == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == "week" else day


def shifted(start: date, n: int, grain: str) -> date:
    """``n`` periods after the period that starts at ``start``.

    >>> shifted(date(2025, 11, 1), 3, "month")
    datetime.date(2026, 2, 1)
    """
    if grain == "month":
        months = start.year * 12 + start.month - 1 + n
        return date(months // 12, months % 12 + 1, 1)
    return start + timedelta(days=n * (7 if grain == "week" else 1))


def periods(first: date, last: date, grain: str) -> Iterator[date]:
    """Starts of the periods from the one of ``first`` to the one of ``last``."""
    at = start_of(first, grain)
    while at <= last:
        yield at
        at = shifted(at, 1, grain)


def is_whole(start: date, grain: str, last: date) -> bool:
    """Had the period ended by the end of ``last``?"""
    return shifted(start, 1, grain) <= last + timedelta(days=1)


def name(start: date, grain: str) -> str:
    """
    >>> name(date(2026, 6, 1), "month"), name(date(2026, 6, 22), "week")
    ('2026-06', '2026-06-22')
    """
    return start.isoformat()[:7] if grain == "month" else start.isoformat()
