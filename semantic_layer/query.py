"""The logical query: what is asked, in the catalog's own names.

No Chinese and no SQL on purpose: language ends here and the database starts here. Everything is
frozen and hashable, so a query can be a cache key, a test expectation and the memory of a
conversation at once. ``serialise.py`` turns any of these values into JSON and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from semantic_layer.kinds import Agg as Agg
from semantic_layer.kinds import CompareKind as CompareKind
from semantic_layer.kinds import Form as Form
from semantic_layer.kinds import Grain as Grain
from semantic_layer.kinds import Op as Op
from semantic_layer.kinds import WindowKind as WindowKind
from semantic_layer.shaping import By as By
from semantic_layer.shaping import ByBucket as ByBucket
from semantic_layer.shaping import ByPeriod as ByPeriod
from semantic_layer.shaping import ByTime as ByTime
from semantic_layer.shaping import Comparison as Comparison
from semantic_layer.shaping import Contrast as Contrast
from semantic_layer.shaping import Group as Group
from semantic_layer.shaping import Order as Order
from semantic_layer.shaping import Rollup as Rollup
from semantic_layer.shaping import Streak as Streak
from semantic_layer.shaping import Top as Top
from semantic_layer.shaping import Window as Window

Scalar = str | int | float | bool | date | datetime


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open [start, end). ``partial`` is true when it was cut at yesterday (本月至今).

    ``start`` and ``end`` are dates, or datetimes when hours matter (过去72小时).
    ``label`` is how the person said it; ``grain`` the calendar unit it is whole in, if any.
    """

    start: date | datetime | None
    end: date | datetime | None
    label: str = ""
    grain: Grain | None = None
    partial: bool = False
    lunar: str = ""  # 春节 …: the same festival in other years, not the same dates


# ── measures ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class MetricRef:
    """A metric of the catalog; ``where`` narrows this one column only (iOS 的销售额和安卓的销售额)."""

    metric: str
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class ColumnAggregate:
    """An aggregate that no metric names: 订单金额的 P90. ``column`` None counts rows of ``table``."""

    agg: Agg
    column: str | None = None  # a dimension name
    table: str | None = None
    at: float | None = None  # PERCENTILE: 0.9
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class PerUnit:
    """日均, 店均, 人均: ``measure`` divided by the number of ``unit`` in the period.

    ``unit`` is a Grain value (calendar units in the period) or a key dimension (distinct members
    with facts).
    """

    measure: Measure
    unit: str


@dataclass(frozen=True, slots=True)
class Formula:
    """``left op right`` with op one of + - * /, evaluated on the aggregated columns."""

    op: str
    left: Measure
    right: Measure


Measure = MetricRef | ColumnAggregate | PerUnit | Formula


# ── conditions ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ref:
    """Another dimension as the right-hand side of a comparison."""

    dimension: str


@dataclass(frozen=True, slots=True)
class Where:
    """A test on one row."""

    dimension: str
    op: Op
    values: tuple[Scalar | Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class WhereTime:
    """Rows whose time falls on these units of a cyclic grain: 周末, 每周一, 晚上8点到10点.

    WEEKEND 1 is Saturday and Sunday, 0 Monday to Friday; DAY_OF_WEEK 1 (Monday) to 7; DAY_OF_MONTH
    1 to 31; HOUR_OF_DAY 0 to 23; MONTH_OF_YEAR 1 to 12. ``dimension`` None: each metric's own time.
    """

    grain: Grain
    values: tuple[int, ...]
    dimension: str | None = None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A number the data must tell: the mean over the groups, over everything, or of another period.

    kind: ``group_average`` (mean of the groups' values), ``group_median``, ``overall`` (the metric
    over all rows in scope), ``previous`` and ``last_year`` (the same group, other period),
    ``measure`` (another measure of the same group: 超过目标).
    ``factor`` scales it (两倍 → 2).
    """

    kind: str
    measure: Measure | None = None
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Having:
    """A test on an aggregated measure, per group."""

    measure: Measure
    op: Op
    values: tuple[float | Benchmark, ...]


@dataclass(frozen=True, slots=True)
class HavingChange:
    """A test on the change of a measure: 同比下滑超过10%. ``show`` is ``rate`` or ``difference``."""

    measure: Measure
    compare: Comparison
    op: Op
    values: tuple[float, ...]
    show: str = "rate"


@dataclass(frozen=True, slots=True)
class Listed:
    """Members that were computed elsewhere: a SELECT whose first column has them. ``label`` says who."""

    sql: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Members:
    """``dimension`` is (not) among the first column of ``query``: 前10的城市里, 买过A没买过B.

    People of an analysis (重要挽留客户) are an ``AnalysisQuery`` with ``people``; whoever may run
    analyses turns it into ``Listed`` before planning.
    """

    dimension: str
    query: MetricQuery | DetailQuery | AnalysisQuery | Listed
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A condition that the catalog names: 核心用户, 线上."""

    term: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Where | WhereTime | Having | HavingChange | Members | Term | And | Or | Not


# ── queries ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Scope:
    """Which facts a question is about; survives a change of metric or analysis.

    Several ``periods`` mean their union; ``time`` overrides the time dimension (按注册时间).
    """

    where: Condition | None = None
    periods: tuple[Period, ...] = ()
    time: str | None = None


@dataclass(frozen=True, slots=True)
class MetricQuery:
    measures: tuple[Measure, ...]
    group_by: tuple[Group, ...] = ()
    scope: Scope = Scope()
    compare: tuple[Comparison, ...] = ()
    contrast: Contrast | None = None
    having: Condition | None = None
    windows: tuple[Window, ...] = ()
    top: Top | None = None
    order: tuple[Order, ...] = ()
    rollup: Rollup | None = None
    streak: Streak | None = None
    keep: Condition | None = None  # shown rows only, after windows: 广东在各省里排第几
    claim: Condition | None = None  # what a yes/no question asserts of the result
    form: Form = Form.VALUE


@dataclass(frozen=True, slots=True)
class DetailQuery:
    """Rows of one table. ``columns`` are dimension names; empty means the table's display columns."""

    table: str
    columns: tuple[str, ...] = ()
    scope: Scope = Scope()
    order: tuple[Order, ...] = ()
    top: Top | None = None
    distinct: bool = False
    contrast: Contrast | None = None  # difference of one numeric column between two members
    form: Form = Form.LIST


@dataclass(frozen=True, slots=True)
class AnalysisQuery:
    """``params`` and ``by`` are what the analysis declares; ``measure`` where it is about a metric."""

    analysis: str
    params: tuple[tuple[str, Scalar | tuple[Scalar, ...]], ...] = ()
    scope: Scope = Scope()
    by: tuple[str, ...] = ()
    measure: Measure | None = None
    people: str | None = None  # a group of the result whose members are listed
    compare: tuple[Comparison, ...] = ()  # what a change is against: 同比为什么跌了
    others: tuple[Measure, ...] = ()  # further metrics, where it relates several


@dataclass(frozen=True, slots=True)
class CatalogQuery:
    """A question about the model itself: 口径, 血缘, 数据更新到哪天, 有哪些指标.

    about: ``definition``, ``sql``, ``freshness``, ``metrics``, ``dimensions``, ``values``, ``tables``, ``help``.
    """

    about: str
    names: tuple[str, ...] = ()


Query = MetricQuery | DetailQuery | AnalysisQuery | CatalogQuery
