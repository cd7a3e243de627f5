"""Every bucket and period that should have a row, whether or not anything happened in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlglot import exp

from semantic_layer.blueprint import Build, Grid
from semantic_layer.expressions import call, cast, column, literal, number, quote, table
from semantic_layer.frames import Frame
from semantic_layer.measures import Leaf
from semantic_layer.query import ByPeriod, ByTime, Grain, Period
from semantic_layer.rows import Slot
from semantic_layer.times import CYCLES, bucket, floor_date, is_cyclic, step


def spans_of(periods: Sequence[Period]) -> exp.Select:
    """One row per period: place, label, starts, ends."""
    rows = exp.Union  # one SELECT per period keeps the text plain and portable
    selects = [
        exp.select(
            number(i).as_("place", copy=False),
            exp.Literal.string(p.label or period_label(p)).as_("label", copy=False),
            literal(p.start or date(1900, 1, 1)).as_("starts", copy=False),
            literal(p.end or date(2999, 12, 31)).as_("ends", copy=False),
            copy=False,
        )
        for i, p in enumerate(periods)
    ]
    whole: exp.Query = selects[0]
    for each in selects[1:]:
        whole = rows(this=whole, expression=each, distinct=False)
    return exp.select(exp.Star(), copy=False).from_(whole.subquery("spans", copy=False), copy=False)


def period_label(period: Period) -> str:
    """2026-05-01~2026-05-31, both ends included."""
    start = "" if period.start is None else str(period.start)
    end = period.end
    last = "" if end is None else str(end if isinstance(end, datetime) else end - timedelta(days=1))
    return start if start == last else f"{start}~{last}"


def union(parts: list[exp.Query]) -> exp.Query:
    if len(parts) == 1 and isinstance(parts[0], exp.Select):
        return parts[0].distinct(copy=False)
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.Union(this=whole, expression=part, distinct=True)
    return whole


def spine(build: Build, grid: Grid, slot: Slot, facts: list[str]) -> exp.Select:
    """Every bucket that should have a row."""
    if isinstance(slot.group, ByPeriod):
        return exp.select(column("place").as_(quote(slot.name), copy=False), copy=False).from_(
            table(slot.mapping), copy=False
        )
    assert isinstance(slot.group, ByTime)
    grain = slot.group.grain
    bounded = [p for p in grid.periods if p.start is not None and p.end is not None]
    own = slot.group.dimension is None
    if is_cyclic(grain):
        return _cycle(slot.name, grain, grid.periods if own else ())
    if bounded and len(bounded) == len(grid.periods) and own:
        parts = [_series(slot.name, grain, *_ends(build, p, grain)) for p in bounded]
        return exp.select(column(slot.name), copy=False).from_(
            _all(list(parts)).subquery("buckets", copy=False), copy=False
        )
    seen = union(
        [exp.select(column(slot.name), copy=False).from_(table(f), copy=False) for f in facts]
    )
    series = call(
        "generate_series",
        exp.Min(this=column(slot.name)),
        exp.Max(this=column(slot.name)),
        step(grain),
    )
    kind = "TIMESTAMP" if grain in (Grain.HOUR, Grain.MINUTE) else "DATE"
    value = cast(call("unnest", series), kind)
    return exp.select(value.as_(quote(slot.name), copy=False), copy=False).from_(
        seen.subquery("seen_buckets", copy=False), copy=False
    )


def _all(parts: list[exp.Query]) -> exp.Query:
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.Union(this=whole, expression=part, distinct=False)
    return whole


def _ends(build: Build, period: Period, grain: Grain) -> tuple[date | datetime, date | datetime]:
    """First and last bucket of a period; buckets that haven't begun are not empty but unknown."""
    assert period.start is not None and period.end is not None
    until = build.catalog.until
    clip = until + timedelta(days=1) if until is not None else build.today
    start, end = _moment(period.start), _moment(period.end)
    last = min(end, _moment(clip)) if _moment(clip) > start else end
    return floor_date(period.start, grain), floor_date(last - timedelta(microseconds=1), grain)


def _moment(day: date | datetime) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)


def _series(name: str, grain: Grain, first: date | datetime, last: date | datetime) -> exp.Select:
    kind = "TIMESTAMP" if grain in (Grain.HOUR, Grain.MINUTE) else "DATE"
    series = call("generate_series", literal(first), literal(last), step(grain))
    return exp.select(cast(call("unnest", series), kind).as_(quote(name), copy=False), copy=False)


def _cycle(name: str, grain: Grain, periods: tuple[Period, ...]) -> exp.Select:
    """The members of a cycle that the period contains; all of them when it is open."""
    bounded = [p for p in periods if p.start is not None and p.end is not None]
    if grain is Grain.HOUR_OF_DAY or not bounded:
        values = [literal(v) for v in CYCLES[grain]]
        return exp.select(
            call("unnest", exp.Array(expressions=values)).as_(quote(name), copy=False), copy=False
        )
    days = _all(
        [
            _series(
                "day",
                Grain.DAY,
                floor_date(p.start, Grain.DAY),
                floor_date(_moment(p.end) - timedelta(microseconds=1), Grain.DAY),
            )
            for p in bounded
            if p.start is not None and p.end is not None
        ]
    )
    value = bucket(column("day", "days"), grain)
    return (
        exp.select(value.as_(quote(name), copy=False), copy=False)
        .distinct(copy=False)
        .from_(days.subquery("days", copy=False), copy=False)
    )


def running_spine(build: Build, grid: Grid, wanted: list[Leaf]) -> str:
    """Bucket starts for running totals, as a CTE: those of the period, else of the data."""
    slot = next(s for s in grid.slots if isinstance(s.group, ByTime))
    assert isinstance(slot.group, ByTime)
    grain = slot.group.grain
    bounded = [p for p in grid.periods if p.start is not None and p.end is not None]
    if is_cyclic(grain) or (bounded and len(bounded) == len(grid.periods)):
        return build.add("running", spine(build, grid, slot, []))
    leaf = next(each for each in wanted if each.running)
    frame = Frame(build.catalog, leaf.base)
    time = frame.dimension(leaf.time or "")
    low, high = exp.Min(this=time), exp.Max(this=time.copy())
    series = call("generate_series", bucket(low, grain), bucket(high, grain), step(grain))
    value = cast(call("unnest", series), "DATE")
    return build.add(
        "running", frame.source().select(value.as_(quote(slot.name), copy=False), copy=False)
    )
