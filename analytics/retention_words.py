"""Retention told: the whole curve as a table of cohorts, or only the days and brackets that were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from analytics import calendar, words
from analytics.cohorts import Line
from analytics.contract import Facts, Params, Suggestion, View
from analytics.returns import Span, named
from semantic_layer.result import Column

MEAN = "加权平均"
KEPT, GONE = "留存", "未留存"
BEGINS = {"register": "注册", "order": "首次购买"}
ACTIVITIES = {"order": "购买", "event": "任何行为"}
MIN_BEST = 30  # people, to be called the best or the worst
SHOWN = {"day": 31, "week": 26, "month": 24}  # cohorts
PEOPLE_COLUMNS = (words.measure("furthest", "最远回到第几期"), words.moment("start", "起始"))

Row = tuple[Any, ...]
Cells = tuple[str, Sequence[Span], Sequence[Line], Line]  # grain, spans, lines and their mean


@dataclass(frozen=True, slots=True)
class Shape:
    """``focus`` is the span that is talked about first; ``united`` the periods that cohorts are of."""

    grain: str
    focus: int
    money: bool
    united: str

    @property
    def cohorts(self) -> str:
        return self.united or self.grain


@dataclass(frozen=True, slots=True)
class Answer:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    view: View
    findings: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]


def curve(facts: Facts, lines: Sequence[Line], mean: Line, shape: Shape) -> Answer:
    """Every period for a while: a triangle of cohorts, or one line a group."""
    listed = lines if facts.by or len(lines) == 1 else (mean, *lines)
    rows = tuple(
        (x.name, x.base[n], n, x.cells[n], x.rate(n), _ended(x, n))
        for x in listed
        for n in range(len(x.cells))
        if x.base[n]
    )
    name = _name(shape.focus, shape.grain)
    title = f"{name}留存 {words.percent(mean.rate(shape.focus))}"
    flat = bool(facts.by) or len(listed) == 1
    mark, color = ("line", "cohort" if facts.by else "") if flat else ("heatmap", "cohort")
    nth = words.measure("n", f"第几{calendar.UNITS[shape.grain]}")
    return Answer(
        _columns(facts, shape, nth),
        rows,
        View(mark, "n", ("rate",), color, title=title),
        _of_the_curve(lines, mean, shape),
        _steepest(mean, shape.grain),
    )


def points(facts: Facts, cells: Sequence[Cells], shape: Shape) -> Answer:
    """One row a cohort and span asked for. Cohorts of different grains have no table in common."""
    apart = len(cells) > 1 and not (facts.by or shape.united)
    rows: list[Row] = []
    for grain, spans, lines, mean in cells:
        listed = (mean,) if apart else lines if facts.by or len(lines) == 1 else (mean, *lines)
        rows += [
            (x.name, x.base[n], named(spans[n], grain), x.cells[n], x.rate(n), _ended(x, n))
            for x in listed
            for n in range(1, len(x.cells))
            if x.base[n]
        ]
    means = [
        (named(span, grain), mean.rate(n), f"（{_began(mean, shape)}起始）" * (len(cells) > 1))
        for grain, spans, _, mean in cells
        for n, span in enumerate(spans)
        if n
    ]
    told = "，".join(
        f"{name} {words.percent(rate)}{began}" if rate is not None else f"{name}还没走完"
        for name, rate, began in means
    )
    one = len({row[0] for row in rows}) == 1
    view = View("bar", "point", ("rate",)) if one else View("heatmap", "point", ("rate",), "cohort")
    title = f"{means[0][0]}留存 {words.percent(means[0][1])}"
    began = f"{_began(cells[0][3], shape)}起始，" * (len(cells) == 1)
    return Answer(
        _columns(facts, shape, words.dimension("point", "留存时间")),
        tuple(rows),
        View(view.mark, view.x, view.y, view.color, title=title),
        (f"{began}{_what(shape)}：{told}", *_best(cells[0], shape)),
        (),
    )


def _columns(facts: Facts, shape: Shape, place: Column) -> tuple[Column, ...]:
    starts = "起始" + {"day": "日", "week": "周", "month": "月"}[shape.cohorts]
    label = facts.label(facts.by[0]) if facts.by else starts
    money = shape.money
    first = words.amount("size", "首期金额") if money else words.people("size", "起始人数")
    back = words.amount("back", "留存金额") if money else words.people("back", "留存人数")
    rate = words.share("rate", _what(shape))
    return (
        words.dimension("cohort", label),
        first,
        place,
        back,
        rate,
        words.dimension("done", "周期"),
    )


def _ended(line: Line, n: int) -> str:
    return "完整" if line.done[n] else "未走完"


def _name(n: int, grain: str) -> str:
    return named(Span(n, n), grain)


def _what(shape: Shape) -> str:
    return "金额留存率" if shape.money else "留存率"


def _began(mean: Line, shape: Shape) -> str:
    return words.money(mean.size) if shape.money else f"{words.count(mean.size)} 人"


def _of_the_curve(lines: Sequence[Line], mean: Line, shape: Shape) -> tuple[str, ...]:
    focus, grain = shape.focus, shape.grain
    rate = words.percent(mean.rate(focus))
    said = [f"{_began(mean, shape)}起始，{_name(focus, grain)}{_what(shape)} {rate}"]
    said += _extremes(lines, focus, "")
    last = len(mean.cells) - 1
    if last > focus:
        said.append(f"到{_name(last, grain)}还剩 {words.percent(mean.rate(last))}")
    return tuple(said)


def _best(cells: Cells, shape: Shape) -> list[str]:
    grain, spans, lines, _ = cells
    return _extremes(lines, shape.focus, named(spans[shape.focus], grain))


def _extremes(lines: Sequence[Line], focus: int, name: str) -> list[str]:
    rated = [(rate, x) for x in lines if _counts(x, focus) and (rate := x.rate(focus)) is not None]
    if len(rated) < 2:
        return []
    high, low = max(rated, key=lambda r: r[0]), min(rated, key=lambda r: r[0])
    return [
        f"{name}最高的是{high[1].name}，{words.percent(high[0])}；最低的是{low[1].name}，{words.percent(low[0])}"
    ]


def _counts(line: Line, focus: int) -> bool:
    """Large enough to be called the best or the worst, and finished."""
    return focus < len(line.cells) and line.done[focus] and line.base[focus] >= MIN_BEST


def _steepest(mean: Line, grain: str) -> tuple[Suggestion, ...]:
    rates = [mean.rate(n) for n in range(len(mean.cells))]
    drops = [(a - b, n + 1) for n, (a, b) in enumerate(pairwise(rates)) if a and b is not None]
    if not drops:
        return ()
    _, worst = max(drops)
    when = "首次之后" if worst == 1 else f"{_name(worst - 1, grain)}之后"
    return (
        Suggestion(
            f"把触达放在{when}、{_name(worst, grain)}之前：这一步掉得最多",
            f"留存从 {words.percent(rates[worst - 1])} 降到 {words.percent(rates[worst])}",
        ),
    )


def notes(facts: Facts, params: Params, shape: Shape, shown: date) -> tuple[str, ...]:
    said = [f"截至 {facts.last.isoformat()}，没有走完的周期标为未走完，不进加权平均"]
    if shown > facts.since:
        said.append(
            f"起始从 {shown.isoformat()} 算起，只列最近 {SHOWN[shape.cohorts]} {calendar.UNITS[shape.cohorts]}"
        )
    origin = params["origin"] or BEGINS.get(params["begin"], "")
    back = params["back"] or ACTIVITIES.get(params["activity"], "")
    if origin or params["back"]:
        said.append(
            f"起始行为是{origin or '同一行为'}，回来的行为是{back or _usual(facts, shape, bool(params['origin']))}"
        )
    if params["grain"] and params["grain"] not in (shape.grain, shape.united):
        said.append(f"问的是{_name(1, shape.grain)}以后的留存，起始不能分得更细")
    return tuple(said)


def _usual(facts: Facts, shape: Shape, apart: bool) -> str:
    """What counts as coming back where nothing is said of it."""
    events = facts.has("user", "event", "time") and not shape.money
    return ACTIVITIES["event" if events and (apart or shape.grain == "day") else "order"]


__all__ = [
    "GONE",
    "KEPT",
    "MEAN",
    "PEOPLE_COLUMNS",
    "SHOWN",
    "Answer",
    "Shape",
    "curve",
    "notes",
    "points",
]
