"""The rows of a result as a table: read as people write figures, sorted as numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from assistant.answer.numbers import cell
from assistant.answer.shape import shape_of
from assistant.reply import Answer
from semantic_layer.query import Grain
from semantic_layer.result import Column, ColumnRole

ROW_PIXELS, MOST_ROWS_HIGH = 32, 12
STYLED_CELLS = 200_000  # beyond this Streamlit refuses to format cell by cell
TEXTS = frozenset((ColumnRole.DIMENSION, ColumnRole.TIME, ColumnRole.KEY))


def draw_table(key: int, answer: Answer) -> None:
    """All rows that came back; a click on a head sorts by value."""
    result = answer.result
    grain = shape_of(answer.query, result).grain
    heads = told_apart(result.columns)
    columns = dict(zip(heads, result.columns, strict=True))
    shown = result.rows[: STYLED_CELLS // max(len(heads), 1)]
    frame = pd.DataFrame(
        {head: values(shown, i, column) for i, (head, column) in enumerate(columns.items())}
    )
    styled = frame.style.format({head: written(c, grain) for head, c in columns.items()})
    st.dataframe(
        styled,
        hide_index=True,
        column_config={
            head: st.column_config.Column(alignment="left" if c.role in TEXTS else "right")
            for head, c in columns.items()
        },
        height=(min(len(frame), MOST_ROWS_HIGH) + 1) * ROW_PIXELS + 3,
        row_height=ROW_PIXELS,
        key=f"rows-{key}",
    )
    if result.truncated or len(shown) < len(result.rows):
        total = f"，共 {result.total:,} 行" if result.total else ""
        st.html(f'<p class="quiet">显示前 {len(shown):,} 行{total}</p>')


def values(rows: tuple[tuple[Any, ...], ...], i: int, column: Column) -> pd.Series[Any]:
    """Names and times are written out, so that nothing in the browser changes them; numbers stay."""
    if column.role in TEXTS:
        return pd.Series([row[i] for row in rows], dtype="object")
    return pd.Series([row[i] for row in rows])


def written(column: Column, grain: Grain | None) -> Callable[[Any], str]:
    return partial(cell, column=column, grain=grain)


def told_apart(columns: tuple[Column, ...]) -> list[str]:
    """The columns' labels; equal ones get their technical name behind them."""
    labels = [column.label or column.name for column in columns]
    return [
        label if labels.count(label) == 1 else f"{label} {column.name}"
        for label, column in zip(labels, columns, strict=True)
    ]
