"""A compiled question: one checked SELECT, its text, and what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.result import Column


@dataclass(frozen=True, slots=True)
class Statement:
    """``sql`` is ``ast`` in ``dialect``. ``limit`` rows are wanted; the SQL asks for one more, so
    that the engine can say whether rows were cut."""

    ast: exp.Query
    sql: str
    columns: tuple[Column, ...]
    limit: int
    dialect: str = "duckdb"
    notes: tuple[str, ...] = ()
