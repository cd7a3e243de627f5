"""What a model says, checked and frozen: the only view of a business that the other rooms have.

A ``Catalog`` comes from YAML (``load.py``) or from tables nobody modelled (``infer.py``); nobody
downstream can tell which. It knows SQL expressions as text in DuckDB's dialect; it runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from semantic_layer.query import Agg, Condition, Grain, Members


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    BOOL = "bool"
    KEY = "key"  # identifies rows; counted, never summed


class Format(StrEnum):
    """How a measure is printed: 1,234.5 万元, 12.3%, 45 天."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    COUNT = "count"


class Direction(StrEnum):
    UP = "up"  # more is better
    DOWN = "down"  # less is better
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Join:
    """Many rows of ``left`` to one row of ``right``: column pairs that must be equal."""

    left: str
    right: str
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """``source`` is a physical table name; ``sql`` instead is a SELECT (a derived table).

    ``entity`` is what one row is (订单); ``classifier`` the word it is counted with (单, 位, 家).
    ``time`` is the dimension that a period applies to; ``display`` the columns of a listing;
    ``where`` a condition that every question about the table keeps (paid orders only).
    """

    name: str
    label: str
    source: str = ""
    sql: str = ""
    key: tuple[str, ...] = ()
    entity: str = ""
    classifier: str = "条"
    synonyms: tuple[str, ...] = ()
    time: str | None = None
    display: tuple[str, ...] = ()
    where: str = ""
    description: str = ""
    names: str | None = None  # the dimension that shows a person which row it is
    rows: int | None = None  # how many there are, where somebody has counted


@dataclass(frozen=True, slots=True)
class Dimension:
    """One column that people may filter, group or list by. ``expr`` is SQL over its table's columns."""

    name: str
    label: str
    table: str
    expr: str
    kind: Kind = Kind.TEXT
    synonyms: tuple[str, ...] = ()
    unit: str = ""
    format: Format = Format.NUMBER
    lexicon: bool = False  # are its values words of the language?
    value_synonyms: tuple[tuple[str, tuple[str, ...]], ...] = ()  # value → other names
    order: tuple[str, ...] = ()  # values in their natural order
    scale: str | None = None  # "rising" or "falling" where that order is one of rank: 金卡以上
    parent: str | None = None  # city → province
    names: str | None = None  # for a key: the dimension that shows a person who it is
    agg: Agg | None = None  # how a number is aggregated when nobody says
    sensitive: bool = False
    description: str = ""
    instead: tuple[str, ...] = ()  # dimensions that answer where no join leads to this one
    grain: Grain | None = None  # of a time: the unit it is stored in (a year as 2019-01-01)
    explains: bool = True  # may it be named as what is behind a change? A state that passes may not


# ── metrics ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate over one table. ``{start}`` and ``{end}`` in ``where`` stand for the bounds of
    the period, or of the time bucket when the query groups by time (新客: first_pay_time >= {start}).

    ``snapshot``: semi-additive over time, the last snapshot inside the period or bucket counts.
    """

    agg: Agg
    table: str
    expr: str = ""
    where: str = ""
    time: str | None = None  # a time dimension; None: the table's own
    snapshot: bool = False
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ratio of sums: both sides are metrics, aggregated apart at the asked grain, then divided."""

    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class Derived:
    """SQL arithmetic over metric names: ``gmv - refund_amount``."""

    expr: str
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountGroups:
    """How many ``per`` have ``agg(expr) op value``: buyers with at least two orders."""

    table: str
    per: str
    agg: Agg
    expr: str
    op: str
    value: float
    where: str = ""
    time: str | None = None


@dataclass(frozen=True, slots=True)
class RunningTotal:
    """``metric`` summed from the beginning of data to the end of the period or bucket (累计用户数)."""

    metric: str


Calc = Aggregate | Ratio | Derived | CountGroups | RunningTotal


@dataclass(frozen=True, slots=True)
class Metric:
    """``finer`` is the metric that answers instead where this one cannot be split (销售额 by 品类 →
    商品销售额); the answer says so. ``definition`` is the sentence people read under 口径."""

    name: str
    label: str
    calc: Calc
    unit: str = ""
    format: Format = Format.NUMBER
    synonyms: tuple[str, ...] = ()
    direction: Direction = Direction.UP
    definition: str = ""
    owner: str = ""
    finer: str | None = None
    default_period: str = ""  # 近30天: used when no time is said, and said back
    verbs: tuple[str, ...] = ()  # 下单, 买: "did it" means this metric > 0 (买过A没买过B)
    target: str | None = None  # the metric that says what this one should have come to
    factors: tuple[str, ...] = ()  # metrics whose product it is: 访客数 × 转化率 × 客单价
    drivers: tuple[str, ...] = ()  # metrics worth a look when it moves: 缺货商品数


@dataclass(frozen=True, slots=True)
class NamedCondition:
    """核心用户, 线上: words for a condition. ``sql`` is over ``table``'s columns."""

    name: str
    label: str
    table: str
    sql: str
    synonyms: tuple[str, ...] = ()
    definition: str = ""
    members: Members | None = None  # instead of ``sql``: a set that somebody saved by name
    spoken: bool = True  # is the label a word? Not for the rows behind a metric


def counted_by(metric: str) -> str:
    """The name of the condition that the rows of ``metric`` satisfy, where it has one."""
    return f"counted by {metric}"


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """A business's own calendar word: 年货节 → a list of spans."""

    label: str
    spans: tuple[tuple[date, date], ...]  # both ends included
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """What an analysis asks for, bound to this model: user, time, amount, order … → SQL over ``table``."""

    name: str
    table: str
    expr: str


@dataclass(frozen=True, slots=True)
class Tag:
    """Something that is said of people: 年龄段, 消费力. ``kind`` is attribute, behaviour or value.

    Its value comes from a ``dimension`` (of ``table``'s rows: every value that occurs there), from
    rules (the role ``tag_<name>``), from quantiles of a number (that role, ``cuts`` and one more of
    ``values``), or from the groups of an ``analysis``.
    """

    name: str
    label: str
    kind: str
    table: str = ""
    dimension: str = ""
    cuts: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    analysis: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """One business. Names are unique across dimensions, metrics, tables and terms, each in its kind."""

    name: str
    label: str
    tables: Mapping[str, Table]
    joins: tuple[Join, ...]
    dimensions: Mapping[str, Dimension]
    metrics: Mapping[str, Metric]
    terms: Mapping[str, NamedCondition] = field(default_factory=lambda: MappingProxyType({}))
    periods: tuple[NamedPeriod, ...] = ()
    roles: tuple[Role, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    value_synonyms: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    source: str = ""  # path of the database
    dialect: str = "duckdb"
    today: date | None = None  # pinned by a demo model
    until: date | None = None  # the last day with data
    # metric → the last day it holds, where that is after today: what is booked already
    ahead: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))
    since: date | None = None
    description: str = ""
    primary: tuple[str, ...] = ()  # the metrics a newcomer should see first
    fiscal_year_start: int = 1  # month
    examples: tuple[tuple[str, str], ...] = ()  # (group, question) for the empty page
    defaults: Condition | None = None
    steps: tuple[tuple[str, tuple[str, ...]], ...] = ()  # the usual way: event → its short words
    tags: tuple[Tag, ...] = ()
    aspects: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of reviews: name → its words
    unique: frozenset[str] = frozenset()  # tables whose key no two rows of the data share

    def member_of(self, dimension: str) -> Table | None:
        """The table whose rows ``dimension`` tells apart, by key or by name: store_name → stores."""
        found = self.dimensions.get(dimension)
        if found is None:
            return None
        spelled = {(dimension,), (found.expr.strip('"'),)}
        for table in (self.tables[found.table], *self.tables.values()):
            keyed = found.kind is Kind.KEY and table.key in spelled
            if table.entity and (table.names == dimension or keyed):
                return table
        return None

    def time_of(self, metric: str) -> str | None:
        """The time dimension that a period filters for ``metric``; None when it has none."""
        calc = self.metrics[metric].calc
        match calc:
            case Aggregate() | CountGroups():
                return calc.time or self.tables[calc.table].time
            case Ratio():
                return self.time_of(calc.numerator)
            case Derived():
                return self.time_of(calc.metrics[0])
            case RunningTotal():
                return self.time_of(calc.metric)
