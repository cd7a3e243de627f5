"""Ranges of numbers: their relations, their round widths when nobody gave any, and their labels."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from sqlglot import exp

from semantic_layer.blueprint import Build, Grid
from semantic_layer.catalog import Format
from semantic_layer.columns import measure_column
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import (
    call,
    cast,
    column,
    is_known,
    is_unknown,
    literal,
    number,
    table,
)
from semantic_layer.frames import Frame
from semantic_layer.grids import cells
from semantic_layer.plan import Plan
from semantic_layer.query import By, ByBucket, ByPeriod
from semantic_layer.resolve import Resolver
from semantic_layer.rows import Slot, place, scale
from semantic_layer.spines import period_label

RANGES = 8  # about how many ranges, when nobody says
TAIL = 0.95  # the quantile behind which an automatic scale stops
SMALL = 20  # counts that spread less get a range each


def prepare(build: Build, plan: Plan, slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Add the CTEs that ranges need: widths, and for a computed measure each member's range."""
    return tuple(_prepare(build, plan, s) if isinstance(s.group, ByBucket) else s for s in slots)


def _prepare(build: Build, plan: Plan, slot: Slot) -> Slot:
    group = slot.group
    assert isinstance(group, ByBucket)
    if group.measure is None or group.per is None:
        if group.dimension is None:
            raise Unanswerable("mixed")
        found = build.catalog.dimensions[group.dimension]
        frame = Frame(build.catalog, found.table)
        value = frame.dimension(group.dimension)
        if found.format in (Format.NUMBER, Format.COUNT):
            _add_whole(build, slot, frame, value.copy())
        if not group.edges and not group.width:
            _add_width(
                build, slot, frame.source().select(value.as_("value", copy=False), copy=False)
            )
        return slot
    resolver = Resolver(
        build.catalog, (group.per,), plan.where, plan.query.scope.time, bool(plan.periods)
    )
    node = resolver.resolve(group.measure)
    member = Slot("member", By(group.per))
    grid = Grid((member,), (("value", node),), plan.where, plan.periods, fill=False)
    values = cells(build, grid, "per_member")
    if not group.edges and not group.width:
        _add_width(
            build, slot, exp.select(column("value"), copy=False).from_(table(values), copy=False)
        )
    query = (
        exp.select(
            column("member"), place(column("value"), slot).as_("place", copy=False), copy=False
        )
        .from_(values)
        .where(is_known(column("member")))
    )
    return replace(slot, mapping=build.add("ranges", query))


def _add_width(build: Build, slot: Slot, values: exp.Select) -> None:
    """A width of 1, 2 or 5 times a power of ten that cuts the bulk of the values into about eight,
    and the place from which on the tail is one range. Small counts get a range each."""
    value = column("value")
    bulk = call("quantile_cont", value, number(TAIL))
    low = exp.Min(this=value.copy())
    spread = exp.select(
        cast(bulk, "DOUBLE").as_("bulk", copy=False),
        cast(low, "DOUBLE").as_("low", copy=False),
        copy=False,
    ).from_(values.subquery("given", copy=False), copy=False)
    span = exp.Sub(this=column("bulk"), expression=column("low"))
    raw: exp.Expr = exp.Div(this=exp.paren(span, copy=False), expression=number(RANGES))
    small = exp.LTE(this=span.copy(), expression=number(SMALL if _counts(build, slot) else 0))
    raw = exp.Case(ifs=[exp.If(this=small, true=number(1))], default=raw)
    raws = exp.select(column("bulk"), raw.as_("raw", copy=False), copy=False)
    raws = raws.from_(spread.subquery("spread", copy=False), copy=False)
    scale = call("pow", number(10), exp.Floor(this=call("log10", column("raw"))))
    scales = exp.select(exp.Star(), scale.as_("scale", copy=False), copy=False)
    scales = scales.from_(raws.subquery("raws", copy=False), copy=False)
    lead = exp.Div(this=column("raw"), expression=column("scale"))
    ifs = [
        exp.If(this=exp.LTE(this=lead.copy(), expression=number(n)), true=number(n))
        for n in (1, 2, 5)
    ]
    nice = exp.Mul(this=column("scale"), expression=exp.Case(ifs=ifs, default=number(10)))
    widths = exp.select(column("bulk"), nice.as_("width", copy=False), copy=False)
    widths = widths.from_(scales.subquery("scales", copy=False), copy=False)
    steps = exp.Floor(this=exp.Div(this=column("bulk"), expression=column("width")))
    tail = exp.Mul(
        this=exp.paren(exp.Add(this=steps, expression=number(1)), copy=False),
        expression=column("width"),
    )
    build.ctes[f"{slot.name}_width"] = exp.select(
        column("width"), tail.as_("tail", copy=False), copy=False
    ).from_(widths.subquery("widths", copy=False), copy=False)


def shown_label(build: Build, plan: Plan, slot: Slot, value: exp.Expr) -> exp.Expr:
    """What a reader sees instead of the place: ``20–30``, ``<20``, ``≥60``; 5月, 6月."""
    match slot.group:
        case ByPeriod():
            labels = [p.label or period_label(p) for p in plan.periods]
            return _chosen(value, labels)
        case ByBucket(edges=edges) if edges:
            exact, shared = (_edge_labels(edges, _unit(build, slot), w) for w in (True, False))
            return _by_kind(build, slot, _chosen(value, exact), _chosen(value.copy(), shared))
        case ByBucket() as group:
            return _range(build, slot, group, value)
        case _:
            return value


def _chosen(value: exp.Expr, labels: list[str]) -> exp.Expr:
    ifs = [
        exp.If(this=exp.EQ(this=value.copy(), expression=number(i)), true=literal(label))
        for i, label in enumerate(labels)
    ]
    return exp.Case(ifs=ifs)


def _edge_labels(edges: tuple[float, ...], unit: str, whole: bool) -> list[str]:
    """[2, 5) is 2–5; of whole numbers it is 2–4, so that no number stands in two ranges."""
    texts = [f"{e:g}" if abs(e) < 1e6 else f"{e:.0f}" for e in edges]
    last = [e - 1 if whole and e == int(e) and a == int(a) else e for a, e in pairwise(edges)]
    inner = [
        a if e == float(a) else f"{a}–{e:g}" if abs(e) < 1e6 else f"{a}–{e:.0f}"
        for a, e in zip(texts, last, strict=False)
    ]
    return [f"{text}{unit}" for text in (f"<{texts[0]}", *inner, f"≥{texts[-1]}")]


def _by_kind(build: Build, slot: Slot, exact: exp.Expr, shared: exp.Expr) -> exp.Expr:
    """Labels for whole numbers or for any; where only the data know, they say."""
    if _counts(build, slot):
        return exact
    if (name := f"{slot.name}_whole") not in build.ctes:
        return shared
    whole = exp.select(column("whole"), copy=False).from_(table(name), copy=False)
    test = exp.Subquery(this=whole)
    return exp.Case(ifs=[exp.If(this=test, true=exact)], default=shared)


def _add_whole(build: Build, slot: Slot, frame: Frame, value: exp.Expr) -> None:
    """Whether every value is a whole number: ages and days are, though no column type says so."""
    same = exp.EQ(this=value, expression=exp.Floor(this=value.copy()))
    test = exp.LogicalAnd(this=same).as_("whole", copy=False)
    build.ctes[f"{slot.name}_whole"] = frame.source().select(test, copy=False)


def _unit(build: Build, slot: Slot) -> str:
    """The unit behind a label, with its blank."""
    group = slot.group
    assert isinstance(group, ByBucket)
    if group.measure is not None:
        unit = measure_column(group.measure, build.catalog).unit
    else:
        unit = build.catalog.dimensions[group.dimension].unit if group.dimension else ""
    return f" {unit}" if unit else ""


def _range(build: Build, slot: Slot, group: ByBucket, value: exp.Expr) -> exp.Expr:
    """``20–30`` is [20, 30); of whole numbers it is written 20–29, and 3 alone as 3."""
    unit = _unit(build, slot)

    def said(*parts: exp.Expr) -> exp.Expr:
        return call("concat", *parts, *((literal(unit),) if unit else ()))

    width = number(group.width) if group.width else scale(slot, "width")
    upper: exp.Expr = exp.Add(this=value.copy(), expression=width.copy())
    below = exp.Sub(this=upper.copy(), expression=number(1))
    alone = said(_text(value.copy()))
    exact: exp.Expr = said(_text(value.copy()), literal("–"), _text(below))
    shared = said(_text(value.copy()), literal("–"), _text(upper))
    if group.width == 1:
        exact = alone
    elif not group.width:
        one = exp.EQ(this=width.copy(), expression=number(1))
        exact = exp.Case(ifs=[exp.If(this=one, true=alone)], default=exact)
    elif group.width != int(group.width):
        exact = shared.copy()
    cases = [exp.If(this=is_unknown(value), true=exp.null())]
    if not group.width:
        tail = exp.GTE(this=value.copy(), expression=scale(slot, "tail"))
        cases.append(exp.If(this=tail, true=said(literal("≥"), _text(value.copy()))))
    return exp.Case(ifs=cases, default=_by_kind(build, slot, exact, shared))


def _counts(build: Build, slot: Slot) -> bool:
    group = slot.group
    if not isinstance(group, ByBucket) or group.measure is None:
        return False
    return measure_column(group.measure, build.catalog).format is Format.COUNT


def _text(value: exp.Expr) -> exp.Expr:
    """A number without a trailing .0"""
    exact = cast(exp.Round(this=cast(value, "DOUBLE"), decimals=number(4)), "VARCHAR")
    return call("regexp_replace", exact, literal(r"\.0+$"), literal(""))
