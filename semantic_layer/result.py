"""Rows that came back, with what each column means. Knows nothing of SQL text, language or drawing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from semantic_layer.catalog import Direction, Format, Kind


class ColumnRole(StrEnum):
    DIMENSION = "dimension"
    TIME = "time"
    MEASURE = "measure"
    SHARE = "share"
    CHANGE = "change"  # a difference or a rate against another period or group
    PREVIOUS = "previous"  # the value of the compared period
    RANK = "rank"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Column:
    """``of`` names the measure column that a share, change, previous or rank column belongs to.

    Rates and shares are fractions. ``source`` is the dimension or metric it came from, if one.
    """

    name: str
    label: str
    kind: Kind
    role: ColumnRole
    unit: str = ""
    format: Format = Format.NUMBER
    of: str = ""
    source: str = ""
    direction: Direction = Direction.NEITHER


@dataclass(frozen=True, slots=True)
class Result:
    """``rows`` hold str, int, float, bool, date, datetime or None; ``truncated``: the row limit cut it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False
    total: int | None = None  # rows before the limit, where known
    run_ms: float = 0.0
    notes: tuple[str, ...] = ()  # what the plan decided that a reader must know (商品销售额 …)

    def index(self, name: str) -> int:
        return next(i for i, c in enumerate(self.columns) if c.name == name)

    def column(self, name: str) -> list[Any]:
        i = self.index(name)
        return [row[i] for row in self.rows]
