"""Values and periods as canonical text: one number, one spelling. Used by ``compact.py`` only."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from semantic_layer.query import Period, Ref, Scalar, Streak


def period_text(period: Period) -> str:
    """Dates with the last day included, moments with the end excluded; an open side is empty."""
    if not (_whole_day(period.start) and _whole_day(period.end)):
        return f"{_moment(period.start)}..{_moment(period.end)}"
    start, end = _day(period.start), _day(period.end)
    last = end - timedelta(days=1) if end else None
    if start and start == last:
        return start.isoformat()
    return f"{start.isoformat() if start else ''}..{last.isoformat() if last else ''}"


def _whole_day(moment: date | datetime | None) -> bool:
    return not isinstance(moment, datetime) or moment.time() == time()


def _day(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _moment(moment: date | datetime | None) -> str:
    if moment is None:
        return ""
    return moment.isoformat("T", "minutes") if isinstance(moment, datetime) else moment.isoformat()


def value_text(value: Scalar | Ref) -> str:
    if isinstance(value, Ref):
        return value.dimension
    if isinstance(value, bool):
        return str(value).lower()
    return number_text(value) if isinstance(value, int | float) else str(value)


def number_text(value: float) -> str:
    return f"{round(value, 10):.15g}" if abs(value) < 1e15 else str(value)


def streak_text(streak: Streak | None) -> str:
    if streak is None:
        return ""
    value = "" if streak.value is None else f" {number_text(streak.value)}"
    ever = "" if streak.latest else " anytime"
    return f"{streak.n} {streak.grain.value} {streak.direction}{value}{ever}"


def plain_text(value: Scalar | tuple[Scalar, ...]) -> object:
    return [value_text(each) for each in value] if isinstance(value, tuple) else value_text(value)
