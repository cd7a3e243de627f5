"""Units of time in SQL and in Python: which bucket a moment falls in, and where the next one starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlglot import exp

from semantic_layer.expressions import call, cast, interval, number
from semantic_layer.query import Grain

STEPS: Mapping[Grain, tuple[int, str]] = {
    Grain.MINUTE: (1, "minute"),
    Grain.HOUR: (1, "hour"),
    Grain.DAY: (1, "day"),
    Grain.WEEK: (7, "day"),
    Grain.MONTH: (1, "month"),
    Grain.QUARTER: (3, "month"),
    Grain.HALF: (6, "month"),
    Grain.YEAR: (12, "month"),
}


WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


WEEKEND = ("工作日", "周末")


CYCLES: Mapping[Grain, tuple[str | int, ...]] = {
    Grain.HOUR_OF_DAY: tuple(range(24)),
    Grain.DAY_OF_WEEK: WEEKDAYS,
    Grain.DAY_OF_MONTH: tuple(range(1, 32)),
    Grain.MONTH_OF_YEAR: tuple(range(1, 13)),
    Grain.WEEKEND: WEEKEND,
}


def is_cyclic(grain: Grain) -> bool:
    return grain in CYCLES


def bucket(time: exp.Expr, grain: Grain) -> exp.Expr:
    """The bucket that ``time`` falls in: its first day (or hour), or its place in the cycle."""
    match grain:
        case Grain.MINUTE | Grain.HOUR:
            return cast(_trunc(grain.value, time), "TIMESTAMP")
        case Grain.DAY:
            return cast(time, "DATE")
        case Grain.WEEK | Grain.MONTH | Grain.QUARTER | Grain.YEAR:
            return cast(_trunc(grain.value, time), "DATE")
        case Grain.HALF:
            second = exp.GTE(this=call("month", time.copy()), expression=number(7))
            month = exp.Case(ifs=[exp.If(this=second, true=number(7))], default=number(1))
            return call("make_date", call("year", time), month, number(1))
        case Grain.HOUR_OF_DAY:
            return call("hour", cast(time, "TIMESTAMP"))
        case Grain.DAY_OF_WEEK:
            names = exp.Array(expressions=[exp.Literal.string(d) for d in WEEKDAYS])
            return call("list_extract", names, call("isodow", time))
        case Grain.DAY_OF_MONTH:
            return call("day", time)
        case Grain.MONTH_OF_YEAR:
            return call("month", time)
        case Grain.WEEKEND:
            late = exp.GTE(this=call("isodow", time), expression=number(6))
            return exp.Case(
                ifs=[exp.If(this=late, true=exp.Literal.string(WEEKEND[1]))],
                default=exp.Literal.string(WEEKEND[0]),
            )


def cycle_number(time: exp.Expr, grain: Grain) -> exp.Expr:
    """The unit of a cycle as a number: Monday 1, weekend 1 and workday 0, hour 0 to 23."""
    match grain:
        case Grain.HOUR_OF_DAY:
            return call("hour", cast(time, "TIMESTAMP"))
        case Grain.DAY_OF_WEEK:
            return call("isodow", time)
        case Grain.WEEKEND:
            late = exp.GTE(this=call("isodow", time), expression=number(6))
            return cast(late, "INT")
        case Grain.DAY_OF_MONTH:
            return call("day", time)
        case _:
            return call("month", time)


def cycle_place(value: exp.Expr, grain: Grain) -> exp.Expr:
    """A number that sorts the members of a cycle: Monday first."""
    if grain in (Grain.DAY_OF_WEEK, Grain.WEEKEND):
        names = exp.Array(expressions=[exp.Literal.string(str(v)) for v in CYCLES[grain]])
        return call("list_position", names, value)
    return value


def step(grain: Grain, n: int = 1) -> exp.Expr:
    """``n`` buckets as an interval."""
    size, unit = STEPS[grain]
    return interval(size * n, unit)


def later(value: exp.Expr, grain: Grain, n: int = 1) -> exp.Expr:
    """``value`` moved by ``n`` buckets (back when negative), in the bucket's own type."""
    kind = "TIMESTAMP" if grain in (Grain.HOUR, Grain.MINUTE) else "DATE"
    moved: exp.Expr = (
        exp.Add(this=value, expression=step(grain, n))
        if n >= 0
        else exp.Sub(this=value, expression=step(grain, -n))
    )
    return cast(exp.paren(moved, copy=False), kind)


def floor_date(day: date, grain: Grain) -> date | datetime:
    """The bucket of a Python date, as ``bucket`` computes it in SQL.

    >>> floor_date(date(2026, 6, 24), Grain.WEEK), floor_date(date(2026, 6, 24), Grain.HALF)
    (datetime.date(2026, 6, 22), datetime.date(2026, 1, 1))
    """
    plain = day.date() if isinstance(day, datetime) else day
    match grain:
        case Grain.MINUTE | Grain.HOUR:
            moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
            rest: dict[str, int] = {"second": 0, "microsecond": 0}
            if grain is Grain.HOUR:
                rest["minute"] = 0
            return moment.replace(**rest)  # type: ignore[arg-type]
        case Grain.WEEK:
            return plain - timedelta(days=plain.weekday())
        case Grain.MONTH:
            return plain.replace(day=1)
        case Grain.QUARTER:
            return plain.replace(month=(plain.month - 1) // 3 * 3 + 1, day=1)
        case Grain.HALF:
            return plain.replace(month=1 if plain.month <= 6 else 7, day=1)
        case Grain.YEAR:
            return plain.replace(month=1, day=1)
        case _:
            return plain


def _trunc(unit: str, time: exp.Expr) -> exp.Expr:
    return call("date_trunc", exp.Literal.string(unit), time)
