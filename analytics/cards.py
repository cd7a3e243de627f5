"""A story as a card: one sentence with its numbers, a small chart, why, what to do, how to go on.

Texts and values only; the reasons are fetched inside the story's own part of the data. Every number
in a sentence is kept in ``figures``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analytics import words
from analytics.card_words import query_of, sentence_of, shown, suggestion_of, title_of
from analytics.companions import Companion, companions
from analytics.contract import Facts, Suggestion, View
from analytics.drill import Step, concentrated, condition, split_each
from analytics.jobs import FEW, as_of_now
from analytics.signals import Kind, Signal
from analytics.stories import SHARES, Story, sides_of
from analytics.sweep import Clock
from semantic_layer.catalog import Direction
from semantic_layer.catalog import Kind as Type
from semantic_layer.errors import Unanswerable
from semantic_layer.query import (
    By,
    MetricQuery,
    MetricRef,
    Query,
    Scope,
)
from semantic_layer.result import Column, ColumnRole

NEARLY = 0.95  # of the change: to be called all of it
MOSTLY = 0.4  # of the change: a smaller part is no reason
DEPTH, WIDE, NEXT = 3, 9, 5  # levels of a reason, dimensions tried first and further down


@dataclass(frozen=True, slots=True)
class Card:
    """``query`` goes on with the same scope; ``suggestion.ask_next`` says the same in words."""

    kind: Kind
    title: str
    sentence: str
    why: tuple[str, ...]
    suggestion: Suggestion
    query: Query | None
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    view: View
    signal: Signal
    worth: float
    figures: Mapping[str, Any]


def card(facts: Facts, story: Story, clock: Clock, until: float) -> Card:
    """Everything that is said about one story; without reasons where the time is gone."""
    clock.at("找原因")
    s = story.head
    figures: dict[str, Any] = {
        "before": s.before, "after": s.after, "change": s.change, **s.facts,
    }  # fmt: skip
    reasons = tuple(_why(facts, story, clock.spent < until, figures))
    columns, rows, view = _chart(s)
    sentence = sentence_of(s, figures)
    return Card(
        s.kind,
        title_of(s),
        sentence,
        reasons,
        suggestion_of(facts, s, figures),
        query_of(facts, s),
        columns,
        rows,
        view,
        s,
        story.worth,
        figures,
    )


# ── why ───────────────────────────────────────────────────────────────────────────────────────


def _why(facts: Facts, story: Story, timely: bool, figures: dict[str, Any]) -> Iterator[str]:
    s = story.head
    match s.kind:
        case Kind.STEP:
            if s.facts["rest"] is not None:
                yield f"同一步同期其余合计 {words.percent(s.facts['rest'])}"
        case Kind.SEGMENT:
            yield (
                f"其他客户从 {words.percent(s.facts['rest_before'])} 到 {words.percent(s.facts['rest_after'])}，"
                f"这些沉默客户累计消费 {words.money(s.facts['money'])}，占这群人的 {words.percent(s.facts['money_share'])}"
            )
        case Kind.CONCENTRATION:
            if "who" in s.facts:
                yield (
                    f"升得最多的是{s.facts['who']}，从 {words.percent(s.facts['who_before'])} 到 "
                    f"{words.percent(s.facts['who_after'])}"
                )
            yield f"HHI（各自份额的平方和）从 {s.facts['index_before']:.4f} 到 {s.facts['index']:.4f}"
        case Kind.TARGET:
            yield from _behind_target(facts, s, figures)
        case Kind.LEVEL:
            yield f"整体从 {shown(s, s.facts['rest_before'])} 到 {shown(s, s.facts['rest_after'])}，变化集中在这里"
            if timely:
                yield from _below(facts, s, figures)
    if s.kind in SHARES and s.kind is not Kind.MIX and s.measure is not None and timely:
        yield from _drilled(facts, s, figures)
    yield from _also(story, figures)


def _also(story: Story, figures: dict[str, Any]) -> Iterator[str]:
    """Other metrics of the same member that show it too."""
    s, said, texts = story.head, {story.head.column.label}, list[str]()
    for other in story.others:
        alike = other.kind is s.kind and other.place == s.place
        if not alike or other.column.label in said:
            continue
        said.add(other.column.label)
        figures[f"also_{len(texts)}"] = (other.before, other.after)
        texts.append(
            f"{other.column.label} {shown(other, other.before)} → {shown(other, other.after)}"
        )
    if texts:
        yield "同一处还有 " + "，".join(texts[:2])


def _drilled(facts: Facts, s: Signal, figures: dict[str, Any]) -> Iterator[str]:
    """Where inside the member the change sits, and which drivers moved there."""
    assert s.measure is not None
    inside = facts.narrowed(*s.cell)
    try:
        path = descend(inside, s)
    except Unanswerable:
        return
    if path:
        first, last = path[0], path[-1]
        power = last.part.delta / first.split.delta if first.split.delta else 0.0
        chain = " × ".join(str(step.part.value) for step in path)
        if power >= MOSTLY:
            figures["power"] = power
            part = "几乎是全部变化" if power >= NEARLY else words.part_of_change(power)
            yield f"主要在 {chain}，{part}"
    better = s.up == (s.column.direction is not Direction.DOWN)
    for c in companions(inside, s.measure, sides_of(s), path, better)[:1]:
        figures["driver"] = (c.before, c.after)
        figures["repair"] = _repair(c)
        yield _moved(c)


def _behind_target(facts: Facts, s: Signal, figures: dict[str, Any]) -> Iterator[str]:
    """Where the most is missing, by the first dimension that the target knows."""
    metric = facts.anatomy.metric(s.measure) if s.measure is not None else None
    if metric is None or metric.target is None or s.measure is None:
        return
    target = MetricRef(metric.target)
    for name in facts.anatomy.splits(target)[:1]:
        query = MetricQuery((s.measure, target), (By(name),), Scope(periods=(s.period,)))
        rows = [(r[0], float(r[1] or 0), float(r[2])) for r in facts.compute(query).rows if r[2]]
        if len(rows) > 1:
            who, value, of = min(rows, key=lambda r: (r[1] - r[2], str(r[0])))
            figures["worst"] = (value / of, of - value)
            yield f"差得最多的是{who}，完成 {words.percent(value / of)}，差 {words.money(of - value)}"


def _below(facts: Facts, s: Signal, figures: dict[str, Any]) -> Iterator[str]:
    """Which of what is below the member (the product of a kind) has most of it."""
    assert s.measure is not None
    inside = facts.narrowed(*s.cell)
    names = inside.anatomy.splits(s.measure)
    below = [n for n in names if s.cell[0].dimension in facts.anatomy.ancestors(n)]
    for split in split_each(inside, s.measure, sides_of(s), below):
        part = concentrated(split) if len(split.parts) > 1 else None
        if part is not None:
            figures["below"] = (part.before, part.after)
            figures["culprit"] = str(part.value)
            yield f"主要是 {part.value}，从 {shown(s, part.before)} 到 {shown(s, part.after)}"


def _moved(c: Companion) -> str:
    column = Column("", "", Type.NUMBER, ColumnRole.MEASURE, c.metric.unit, c.metric.format)
    place = "".join(str(v) for v in c.inside)
    where = f"，集中在{c.part.value}" if c.part is not None else ""
    unit = c.metric.unit if c.metric.format == "count" else ""
    return (
        f"同期{place}的{c.metric.label}从 {words.figure(column, c.before)} 到 "
        f"{words.figure(column, c.after)} {unit}".rstrip()
        + where
    )


def _repair(c: Companion) -> str:
    """Who looks at the driver, and where."""
    where = str(c.part.value) if c.part is not None else ""
    place = "".join(str(v) for v in c.inside)
    return f"请{c.metric.owner or '负责人'}先处理{where}{place}的{c.metric.label}"


def descend(facts: Facts, s: Signal) -> tuple[Step, ...]:
    """The way down inside the member, by dimensions with few values (see ``drill``)."""
    assert s.measure is not None
    sides, path, measure = sides_of(s), list[Step](), s.measure
    names = [
        n
        for n in facts.anatomy.splits(measure)
        if facts.anatomy.values(n) <= FEW and not as_of_now(facts, n)
    ]
    tried = sorted(names, key=facts.anatomy.values)[:WIDE]
    for _ in range(DEPTH):
        found = split_each(facts, measure, sides, tried, condition(path))
        known = sorted(
            (x for x in found if len(x.parts) > 1), key=lambda x: (-x.worth, x.dimension)
        )
        best = next(
            ((x, p) for x in known if (p := concentrated(x)) is not None and p.before and p.after),
            None,
        )
        if best is None or best[0].delta * s.change <= 0:
            break
        path.append(Step(*best, measure))
        measure = facts.anatomy.finest(measure, (best[0].dimension,), condition(path))
        ranked = [x.dimension for x in known if x.dimension != best[0].dimension][:NEXT]
        above = {a for step in path for a in facts.anatomy.ancestors(step.split.dimension)}
        tried = [n for n in ranked if n not in above]
    return tuple(path)


# ── the chart ──────────────────────────────────────────────────────────────────────────────────


def _chart(s: Signal) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...], View]:
    """The series of the member; for customers, both groups then and now."""
    if s.kind is Kind.SEGMENT:
        back = Column(
            "before",
            f"{s.facts['back']} 天前",
            Type.NUMBER,
            ColumnRole.PREVIOUS,
            "",
            s.column.format,
            of=s.column.name,
        )
        both = (words.dimension("group", "客户"), s.column, back)
        cells = (
            ("消费最高的", s.after, s.before),
            ("其他", s.facts["rest_after"], s.facts["rest_before"]),
        )
        return both, cells, View("bar", "group", (s.column.name,))
    if "beside" in s.facts:
        return _two(s)
    mix = s.kind is Kind.MIX
    column = words.share("share", f"占{s.column.label}", s.column.name) if mix else s.column
    points = [(d, v) for d, v in s.points]
    monthly = len(points) < 2 or (points[1][0] - points[0][0]).days > 7
    weekly = len(points) > 1 and (points[1][0] - points[0][0]).days == 7
    grain = "month" if monthly else "week" if weekly else "day"
    columns = (words.moment("at", "时间"), column)
    rows = tuple((d, v) for d, v in points)
    return columns, rows, View("line", "at", (column.name,), options=(("grain", grain),))


def _two(s: Signal) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...], View]:
    """Week by week beside what it belongs with."""
    columns = (words.moment("at", "时间"), words.dimension("part", "范围"), s.column)
    rows = [(d, s.place, v) for d, v in s.points]
    rows += [(d, str(s.facts["beside_name"]), v) for d, v in s.facts["beside"]]
    return (
        columns,
        tuple(rows),
        View("line", "at", (s.column.name,), "part", options=(("grain", "week"),)),
    )
