"""Headlines of listings: how many rows, in which order, and the first of them."""

from __future__ import annotations

from assistant.answer.nouns import value_text
from assistant.answer.phrases import listed
from assistant.answer.shape import Shape
from assistant.answer.terms import order_text
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.query import DetailQuery, Form
from semantic_layer.result import ColumnRole

MOST = 5  # columns of a single row that are read out


def listing_headline(query: DetailQuery, shape: Shape, catalog: Catalog) -> str:
    result = shape.result
    table = catalog.tables.get(query.table)
    thing = (table.entity or table.label) if table else query.table
    unit = table.classifier if table else "条"
    by_name = {c.name: c for c in result.columns}
    if query.contrast and {"left", "right"} <= by_name.keys() and result.rows:
        row = result.rows[0]
        a, b = (shape.text(row, by_name[n]) for n in ("left", "right"))
        text = f"{value_text(query.contrast.left)} {a}，{value_text(query.contrast.right)} {b}"
        gap = by_name.get("difference")
        return f"{text}，相差 {shape.text(row, gap).lstrip('+-')}" if gap else text
    count = result.total if result.total is not None else len(result.rows)
    if not result.rows:
        return f"没有符合条件的{thing}"
    if query.form is Form.YES_NO:
        return f"有，共 {count:,} {unit}{thing}"
    if len(result.rows) == 1 and not result.truncated:
        row, shown = result.rows[0], result.columns[:MOST]
        return "，".join(f"{c.label} {shape.text(row, c)}" for c in shown)
    if len(result.columns) == 1 and not result.truncated:
        values = [shape.text(r, result.columns[0]) for r in result.rows]
        return f"共 {count:,} 个{result.columns[0].label}：{listed(values)}"
    if result.truncated and result.total is None:
        return f"超过 {count:,} {unit}{thing}，先列出这些"
    text = f"共 {count:,} {unit}{thing}"
    if query.top is not None and query.top.offset:
        text = f"第 {query.top.offset + 1} 至 {query.top.offset + count} {unit}{thing}"
    elif query.top is not None and query.top.n == len(result.rows):
        text = f"前 {count:,} {unit}{thing}"
    first = result.columns[0]
    named = first.role is ColumnRole.DIMENSION and first.kind is Kind.TEXT
    leading = by_name.get(query.order[0].by or "") if query.order else None
    if leading is None:
        names = list(dict.fromkeys(shape.text(r, first) for r in result.rows))
        return f"{text}：{listed(names)}" if named else text
    value = shape.text(result.rows[0], leading)
    best = f"{shape.text(result.rows[0], first)}（{value}）" if named else value
    return f"{text}，{order_text(query.order[0], (), catalog)}，第一{unit}是 {best}"
