"""Rows that belong to no member of an entity: bookings without a guest are no guest.

A list of members leaves them out and says how much it left out; a breakdown keeps them, because the
parts must add up to the whole, and ``Shape.members`` keeps them from being ranked or counted.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.answer.numbers import beside
from assistant.answer.shape import additive, shape_of
from assistant.answer.things import thing_of
from semantic_layer.catalog import Catalog
from semantic_layer.query import DetailQuery, Form, MetricQuery
from semantic_layer.result import Result


def listed_members(query: MetricQuery | DetailQuery, result: Result, catalog: Catalog) -> Result:
    """``result`` without the rows of nobody where members are asked for, with a note about them."""
    if not isinstance(query, MetricQuery) or not _asks_for_members(query):
        return result
    shape = shape_of(query, result)
    kept = tuple(shape.members(catalog))
    if len(kept) == len(result.rows):
        return result
    column = next(iter(shape.measures), None)
    lost = [r for r in result.rows if shape.nobody(r, catalog)]
    much = f"{len(lost)} 行"
    if column is not None and len(lost) == 1 and additive(column, catalog):
        much = f"{column.label} {shape.text(lost[0], column)}"
    note = beside(
        f"另有{' ' if much[0].isdigit() else ''}{much}", f"没有{thing_of(query, catalog)}，未列入"
    )
    total = None if result.total is None else result.total - len(lost)
    return replace(result, rows=kept, total=total, notes=(*result.notes, note))


def _asks_for_members(query: MetricQuery) -> bool:
    asked = query.having or query.streak or query.keep or query.claim
    return bool(query.group_by) and (
        bool(asked) or query.form in (Form.WHICH, Form.LIST, Form.COUNT, Form.YES_NO)
    )
