"""What one sentence says over rows: columns, entities, filters, a ranking, an order, what it points at.

Every word keeps all the names it may stand for; ``choose.py`` picks one of each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.language import meaning as m
from assistant.language.phrases import Threshold
from assistant.language.rows.tokens import Token
from assistant.language.rules.number import Number
from semantic_layer.query import Agg, Condition, Op, Period, Where

COUNTS = ("数量", "数", "人数", "总数", "个数", "次数")


@dataclass(frozen=True, slots=True)
class Column:
    """``names`` are dimensions it may be, ``price`` how far-fetched that is, ``group`` when 各/每 is said."""

    names: tuple[str, ...]
    start: int
    end: int
    clause: int
    price: float = 0.0
    every: bool = False  # all of ``names`` in the chosen table, not the best one
    grouped: bool = False
    denied: bool = False  # 不是985


@dataclass(frozen=True, slots=True)
class Entity:
    tables: tuple[str, ...]
    start: int
    end: int
    clause: int
    asked: bool = False
    counted: bool = False
    pointed: bool = False  # 该省
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    options: tuple[Condition, ...]
    start: int
    end: int
    clause: int
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranking:
    n: int
    descending: bool
    ties: bool
    both: bool
    offset: int
    text: str
    start: int
    end: int
    clause: int


@dataclass(slots=True)
class Said:
    text: str = ""
    columns: list[Column] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    ranking: Ranking | None = None
    nearest: Ranking | None = None  # 最近: the nearest, the latest, or lately
    others: bool = False  # 其他的, 哪些不是
    sort: bool | None = None  # descending?
    sort_at: int = -1
    periods: tuple[Period, ...] = ()
    aggregate: Agg | None = None
    aggregate_at: int = -1
    how_many: bool = False  # 多少 with nothing beside it
    counts: bool = False  # 几个, 多少家
    total: bool = False  # 一共
    vague: bool = False  # 怎么样, 情况, and words that nobody understood
    detail: bool = False
    distinct: bool = False
    points: bool = False  # 它 这些 该
    inside: bool = False  # 其中
    narrows: bool = False  # 只列出
    adds: bool = False
    then: bool = False  # …呢
    respectively: bool = False
    everything: bool = False  # 所有 列出
    thresholds: list[tuple[Threshold, int, int]] = field(default_factory=list)
    unused: list[tuple[int, int]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (
            self.columns
            or self.entities
            or self.filters
            or self.ranking
            or self.sort is not None
            or self.periods
            or self.how_many
            or self.detail
            or self.distinct
            or self.thresholds
        )


def light(token: Token) -> bool:
    value = token.value
    return type(value) is str or isinstance(value, (m.Filler, m.UnitWord, Number))


def where_of(dimension: str, values: tuple[Any, ...], negated: bool) -> Where:
    if len(values) == 1:
        return Where(dimension, Op.NE if negated else Op.EQ, values)
    return Where(dimension, Op.NOT_IN if negated else Op.IN, values)
