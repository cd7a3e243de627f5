"""What is done with the rows of a query: groups, comparisons, windows, ranks, streaks.

Part of the logical query, apart only for length: ``query.py`` offers all of it, and everything but
the archive takes it from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_layer.kinds import Agg, CompareKind, Grain, WindowKind

if TYPE_CHECKING:  # measures hold conditions, conditions hold comparisons: one knot in two files
    from semantic_layer.query import Measure, Period, Scalar


@dataclass(frozen=True, slots=True)
class By:
    """Group by a dimension."""

    dimension: str


@dataclass(frozen=True, slots=True)
class ByTime:
    """Group by time; empty buckets inside the period are filled. ``dimension`` None: each metric's own time.

    ``recorded``: only the buckets that have facts, where a bucket without is unknown rather than zero.
    """

    grain: Grain
    dimension: str | None = None
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class ByPeriod:
    """One row per period of the scope, in the order said: 5月和6月分别."""


@dataclass(frozen=True, slots=True)
class ByBucket:
    """Ranges of a numeric dimension, or of ``measure`` computed per ``per`` (用户购买次数分布).

    ``edges`` are the inner cut points, ``width`` equal steps; neither: the plan picks round edges.
    """

    dimension: str | None = None
    measure: Measure | None = None
    per: str | None = None
    edges: tuple[float, ...] = ()
    width: float | None = None


Group = By | ByTime | ByPeriod | ByBucket


@dataclass(frozen=True, slots=True)
class Comparison:
    """Beside each value, the value of another period. ``shows``: any of value, difference, rate."""

    kind: CompareKind
    period: Period | None = None
    shows: tuple[str, ...] = ("value", "rate")


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two groups side by side in one row: 新客和老客的客单价差多少, 华东比华南.

    Result columns: left, right, difference (left − right), rate (difference / right); ``absolute`` adds
    gap, the difference without its sign (A与B之间的差额).
    """

    dimension: str
    left: Scalar
    right: Scalar
    absolute: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A column computed after aggregation, over measure number ``of``.

    ``within`` are dimensions that enclose it (各省内各城市占比: within=("province",)).
    ``target`` keeps one row of a rank or share while computing over all (广东排第几).
    """

    kind: WindowKind
    of: int = 0
    n: int | None = None
    within: tuple[str, ...] = ()
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Top:
    """The first n rows. ``per``: n per group of these dimensions. ``fraction``: 前20%.

    ``by`` None means measure 0; ``by_change`` ranks by the change of the comparison (涨得最多),
    ``"rate"`` or ``"difference"``. ``ties`` keeps rows equal to the last (最高的是哪个).
    ``both`` asks for the first and the last n (最高和最低). ``offset`` skips rows (第三名: n=1, offset=2).
    """

    n: int
    descending: bool = True
    by: Measure | None = None
    per: tuple[str, ...] = ()
    fraction: float | None = None
    by_change: str | None = None
    ties: bool = False
    both: bool = False
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """``by`` is a dimension name, or None for measure number ``measure``."""

    by: str | None = None
    measure: int = 0
    descending: bool = True
    change: str | None = None  # order by the comparison's rate or difference


@dataclass(frozen=True, slots=True)
class Rollup:
    """One more aggregation over the grouped rows: how many groups, their mean, max …"""

    agg: Agg
    of: int = 0


@dataclass(frozen=True, slots=True)
class Streak:
    """Groups in which measure 0 keeps moving for ``n`` consecutive buckets of ``grain``.

    direction: ``down``, ``up``, ``zero`` (nothing happened), ``nonzero``, ``above``, ``below`` (``value``).
    ``latest``: the streak must end at the last complete bucket.
    """

    n: int
    grain: Grain
    direction: str
    value: float | None = None
    latest: bool = True
