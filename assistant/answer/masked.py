"""Columns that a model marks as sensitive, with their middle hidden before anybody sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from semantic_layer.catalog import Catalog
from semantic_layer.result import Column, Result

ENDS = 4  # characters shown at the end of a long value, and three at its start


def masked(result: Result, catalog: Catalog) -> Result:
    """Figures stay; only values that tell who somebody is are hidden, and a note says so."""
    hidden = [i for i, c in enumerate(result.columns) if _sensitive(c, catalog)]
    if not hidden:
        return result
    rows = tuple(
        tuple(hide(v) if i in hidden else v for i, v in enumerate(row)) for row in result.rows
    )
    labels = "、".join(result.columns[i].label for i in hidden)
    return replace(result, rows=rows, notes=(*result.notes, f"{labels}已遮盖中间几位"))


def hide(value: Any) -> Any:
    """
    >>> hide("13900005998"), hide("张小三"), hide(None)
    ('139****5998', '张**', None)
    """
    if value is None:
        return None
    text = str(value)
    if len(text) > 3 + ENDS:
        return f"{text[:3]}{'*' * (len(text) - 3 - ENDS)}{text[-ENDS:]}"
    return text[:1] + "*" * (len(text) - 1)


def _sensitive(column: Column, catalog: Catalog) -> bool:
    source = catalog.dimensions.get(column.source) if column.source else None
    return source is not None and source.sensitive
