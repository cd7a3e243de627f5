"""Headlines that answer 是否, 有没有 and 有几个: the verdict or the number first, then the evidence."""

from __future__ import annotations

from assistant.answer.conditions import condition_text
from assistant.answer.nouns import DIRECTIONS
from assistant.answer.numbers import amount, beside, bucket
from assistant.answer.phrases import listed, values, with_scope
from assistant.answer.picks import rollup_text, top_text
from assistant.answer.shape import CLAIM, Shape
from assistant.answer.terms import format_of, streak_text
from assistant.answer.things import members_text, noun_of, thing_of
from semantic_layer.catalog import Catalog, Format
from semantic_layer.measures import conjuncts
from semantic_layer.query import Agg, Form, MetricQuery
from semantic_layer.result import ColumnRole


def verdict(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    """是：… / 否：…, then the evidence."""
    rows = shape.result.rows
    held = [r for r, v in zip(rows, shape.result.column(CLAIM), strict=True) if v]
    if not rows:
        return "没有数据，无法判断"
    if not shape.groups:
        return f"{'是' if held else '否'}，{values(query, shape, rows[0], catalog)}"
    if not held:
        return f"否，没有符合「{condition_text(query.claim, catalog) if query.claim else ''}」的"
    if len(rows) == 1:
        return f"是，{beside(shape.name(rows[0]), '的', values(query, shape, rows[0], catalog))}"
    members = members_text(query, catalog, len(held))
    return f"是，{members}符合：{listed([shape.name(r) for r in held])}"


def whether(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    rows = shape.result.rows
    thing = thing_of(query, catalog)
    if not rows:
        return f"没有，没有符合条件的{thing}"
    names = _members(query, shape)
    members = _counted(query, shape, catalog, len(names))
    return f"有，{members}：{listed(names)}"


def side_by_side(shape: Shape) -> str:
    """抖音比天猫高吗: both values and which is higher; the reader sees whether it is so."""
    measure = shape.measures[0]
    sides = [
        (shape.name(r), shape.value(r, measure), shape.text(r, measure)) for r in shape.result.rows
    ]
    told = "，".join(f"{name} {text}" for name, _, text in sides)
    (a, x, _), (b, y, _) = sides
    if x is None or y is None or x == y:
        return f"{measure.label}：{told}"
    return f"{measure.label}：{told}，{beside(a if x > y else b, '更高')}"


def nobody_met(query: MetricQuery, catalog: Catalog) -> str:
    """没有退款率高于 5% 的品类."""
    said = [condition_text(p, catalog) for p in (*conjuncts(query.having), *conjuncts(query.keep))]
    if query.streak:
        said.append(streak_text(query.streak, query.measures, catalog))
    return with_scope(query, f"没有{thing_of(query, catalog)}符合「{'，'.join(said)}」", catalog)


def rolled_up(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    assert query.rollup is not None
    value = shape.value(shape.result.rows[0], shape.measures[0])
    if query.rollup.agg in (Agg.COUNT, Agg.COUNT_DISTINCT):
        said = [condition_text(p, catalog) for p in conjuncts(query.having)]
        if query.streak:
            unit = DIRECTIONS.get(query.streak.direction, "")
            said.append(f"连续 {query.streak.n} 期{unit}")
        what = f"（{'，'.join(said)}）" if said else ""
        return with_scope(query, f"共 {members_text(query, catalog, value or 0)}{what}", catalog)
    of = query.measures[query.rollup.of] if query.measures else None
    format, unit = format_of(of, catalog) if of is not None else (Format.COUNT, "")
    noun = noun_of(query, catalog)
    what = rollup_text(query.rollup, query.measures, noun[0], catalog).removeprefix("再求")
    if query.top is not None and query.rollup.agg is Agg.SUM:
        what = f"{top_text(query.top, query.measures, catalog, *noun)}合计"
    share = next((c for c in shape.result.columns if c.role is ColumnRole.SHARE), None)
    part = f"，占全部的 {shape.text(shape.result.rows[0], share)}" if share is not None else ""
    return with_scope(query, f"{what}为 {amount(value, format, unit)}{part}", catalog)


def how_many(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    names = _members(query, shape)
    members = _counted(query, shape, catalog, len(names))
    text = members if shape.result.truncated else f"共 {members}"
    return with_scope(query, f"{text}：{listed(names)}", catalog)


def longest(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    """销售额连续 4 个月下降（2026-01-01 至 2026-04-01）: a streak that nothing is grouped by."""
    assert query.streak is not None
    row, result = shape.result.rows[0], shape.result
    by_name = {c.name: c for c in result.columns}
    length, start, end = (by_name[n] for n in ("streak", "streak_start", "streak_end"))
    measure = result.columns[0].label
    grain = query.streak.grain
    since, until = (bucket(shape.value(row, c), grain) for c in (start, end))
    moved = DIRECTIONS.get(query.streak.direction, "")
    text = beside(measure, f"连续 {shape.text(row, length)}{moved}")
    text += f"（{since}）" if since == until else f"（{since} 至 {until}）"
    if len(result.rows) > 1:
        text = f"共 {len(result.rows)} 段，最长的一段：{text}"
    return f"有，{text}" if query.form is Form.YES_NO else text


def _members(query: MetricQuery, shape: Shape) -> list[str]:
    """Everybody once, however many rows they have; rows of nobody, and rows that only another period
    has, count for nothing."""
    keys = [c for c in shape.groups if c.role is ColumnRole.KEY] or shape.groups
    known = [r for r in shape.result.rows if all(shape.value(r, c) is not None for c in keys)]
    if query.compare and not query.having:
        known = [r for r in known if any(shape.value(r, c) for c in shape.measures)]
    return list(dict.fromkeys(shape.name(r) for r in known))


def _counted(query: MetricQuery, shape: Shape, catalog: Catalog, number: int) -> str:
    text = members_text(query, catalog, number)
    return f"超过 {text}" if shape.result.truncated else text
