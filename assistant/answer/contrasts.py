"""Headlines of two members side by side: both values, and how far they are apart."""

from __future__ import annotations

from assistant.answer.nouns import value_text
from assistant.answer.numbers import amount, beside, difference, rate
from assistant.answer.phrases import Row, with_scope
from assistant.answer.shape import Shape
from assistant.answer.terms import format_of
from semantic_layer.catalog import Catalog, Format
from semantic_layer.query import MetricQuery
from semantic_layer.result import Column

Side = tuple[Column, Column]  # left and right of one measure
SHOWN = 3  # groups that are read out


def contrasted(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    """新客客单价 120 元，老客 180 元，新客低 60 元（-33.3%）; of several groups those furthest apart."""
    assert query.contrast is not None
    columns, rows = shape.result.columns, shape.result.rows
    lefts = [c for c in columns if c.name == "left" or c.name.endswith("_left")]
    rights = [c for c in columns if c.name == "right" or c.name.endswith("_right")]
    sides = list(zip(lefts, rights, strict=True))
    if len(rows) > 1:
        return with_scope(query, _furthest(query, shape, sides[0], catalog), catalog)
    told = [
        _apart(query, i, shape, rows[0], side, catalog, named=len(sides) > 1)
        for i, side in enumerate(sides)
    ]
    text = "；".join(told)
    if shape.groups:
        text = f"{shape.name(rows[0])}，{text}"
    return with_scope(query, text, catalog)


def _furthest(query: MetricQuery, shape: Shape, side: Side, catalog: Catalog) -> str:
    """差得最多的是 广州：APP 300 元，门店 100 元，APP 高 200 元（+200.0%）."""
    left, right = side
    known = [
        (abs(shape.value(r, left) - shape.value(r, right)), r)
        for r in shape.result.rows
        if shape.value(r, left) is not None and shape.value(r, right) is not None
    ]
    if not known:
        return f"{len(shape.result.rows)} 组都不能两边都有数，无法比较"
    ranked = [r for _, r in sorted(known, key=lambda p: -p[0])]
    said = [
        f"{shape.name(r)}（{_apart(query, 0, shape, r, side, catalog, named=False)}）"
        for r in ranked[:SHOWN]
    ]
    return f"{beside(left.label.rpartition('·')[2], '差得最多的是')} {'，其次 '.join(said)}"


def _apart(
    query: MetricQuery,
    index: int,
    shape: Shape,
    row: Row,
    side: Side,
    catalog: Catalog,
    *,
    named: bool,
) -> str:
    assert query.contrast is not None
    names = (value_text(query.contrast.left), value_text(query.contrast.right))
    format, unit = format_of(query.measures[index], catalog)
    a, b = (shape.value(row, column) for column in side)
    prefix = f"{side[0].label.rpartition('·')[2]}：" if named else ""
    both = tuple(zip(names, (a, b), strict=True))
    if a is None or b is None:
        missing = "、".join(n for n, v in both if v is None)
        there = [f"{n} {amount(v, format, unit)}" for n, v in both if v is not None]
        return prefix + "，".join([*there, f"{missing}没有数据，无法比较"])
    text = prefix + "，".join(f"{n} {amount(v, format, unit)}" for n, v in both)
    gap = a - b
    if gap == 0:
        return f"{text}，两者相同"
    more = beside(names[0], "高" if gap > 0 else "低")
    text += f"，{more} {difference(abs(gap), format, unit).lstrip('+')}"
    if b and format is not Format.PERCENT:
        text += f"（{rate(gap / abs(b))}）"
    return text
