"""A change in rows: of each dimension parts that add up to it, or its factors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analytics import words
from analytics.contributions import Part, settled
from analytics.drill import merged
from analytics.why_told import Told, item
from semantic_layer.catalog import Direction
from semantic_layer.result import Column, ColumnRole

PARTS = 6  # of one dimension in the table


def by_dimension(told: Told) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:
    """Of each dimension the largest parts, the rest and what is counted twice: they add up to the change."""
    rows: list[tuple[Any, ...]] = []
    for split in told.ranked:
        label = told.labels[split.dimension]
        kept, rest = merged(split, PARTS)
        listed = [(item(told, split, p), p) for p in kept]
        if rest is not None:
            listed.append((f"其余{label}", rest))
        if split.overlap:
            listed.append((f"{label}间重复计数", Part(None, None, None, split.overlap, 0.0, 0.0)))
        for name, p in listed:
            share = p.delta / split.delta if settled(split) else None
            ratio = (*p.weights, p.mix, p.rate) if told.ratio else ()
            rows.append((label, name, p.before, p.after, *ratio, p.delta, share, p.surprise))
    return _columns(told), tuple(rows)


def _columns(told: Told) -> tuple[Column, ...]:
    first, last = told.names
    own = replace(told.column, role=ColumnRole.MEASURE, of="")
    ratio: tuple[Column, ...] = ()
    if told.ratio:
        ratio = (
            words.share("weight_before", f"占比（{first}）"),
            words.share("weight_after", f"占比（{last}）"),
            replace(own, name="mix", label="结构变化"),
            replace(own, name="rate", label="自身变化"),
        )
    return (
        words.dimension("dimension", "维度"),
        words.dimension("item", "取值"),
        replace(own, name="before", label=first),
        replace(own, name="after", label=last),
        *ratio,
        replace(own, name="delta", label="对变化的贡献"),
        words.share("share", "占变化"),
        words.measure("surprise", "意外度", direction=Direction.NEITHER),
    )


def by_factor(told: Told) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:
    first, last = told.names
    own = replace(told.column, role=ColumnRole.MEASURE, of="", name="delta", label="对变化的贡献")
    columns = (
        words.dimension("factor", "因子"),
        words.measure("before", first),
        words.measure("after", last),
        words.share("rate", "变化率"),
        own,
        words.share("share", "占变化"),
    )
    rows = tuple(
        (
            f.label,
            f.before,
            f.after,
            f.after / f.before - 1,
            f.effect,
            f.effect / told.delta if told.moved else None,
        )
        for f in told.factors
    )
    return columns, rows


def sides_alone(told: Told) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:
    """Nothing to split by: the two sides alone."""
    own = replace(told.column, role=ColumnRole.MEASURE, of="", name="value")
    return (words.dimension("side", "时期"), own), tuple(
        zip(told.names, (told.before, told.after), strict=True)
    )
