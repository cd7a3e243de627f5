"""What a stretch of text may mean, before anything is assembled.

Two families of values live in mentions: *words* that point into a catalog (with every name they may
stand for, because a word is often claimed by several) and *cues*, the small closed vocabulary that
says what to do with them. What phrase rules build of them is in ``phrases.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.cues import Cue as Cue
from semantic_layer.query import Agg, CompareKind, Form, Grain, Op, Scalar, WindowKind

# ── words of the catalog ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class MetricWord:
    """``values``: what else the same word is a value of (新客: a metric and a kind of buyer)."""

    names: tuple[str, ...]
    values: tuple[tuple[str, Scalar], ...] = ()
    asks: bool = False  # the word is a question of number: 多少笔


@dataclass(frozen=True, slots=True)
class DimensionWord:
    """``numbers``: those of the names that can be compared with a number. ``holds``: the word says that
    it is so, rather than asks whether (挂账, not 是否挂账)."""

    names: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    holds: bool = False


@dataclass(frozen=True, slots=True)
class ValueWord:
    """A value of one of several dimensions: (dimension, value) pairs."""

    options: tuple[tuple[str, Scalar], ...]


@dataclass(frozen=True, slots=True)
class TableWord:
    """The entity that one row of a table is."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermWord:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerbWord:
    """Did it, in other words: one of these metrics is above zero."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StemWord:
    """来 of a model's 来过, 来了: only means something once it is denied."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TallyWord:
    """一单, 一件: one of what these metrics count. Only means something inside a phrase."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LengthWord:
    """住 of a model's 住几晚, 提前 of its 提前天数: a number in this unit follows. (dimension, unit) pairs.
    Only means something inside a phrase."""

    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TargetWord:
    """A metric that others are held to. Only means something inside a phrase."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnalysisWord:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnalysisGroup:
    """A group of people that an analysis makes: (analysis, group) pairs."""

    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AnalysisParam:
    """A parameter of one analysis with its value: 分5档, 7天窗口内. ``asks``: the words also ask for it.
    Without a ``name``, words that say nothing beside any analysis."""

    analysis: str
    name: str
    value: Scalar | tuple[Scalar, ...]
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Quoted:
    """Text between quotation marks, or a code: taken as it stands."""

    text: str


# ── cues ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AggWord:
    agg: Agg
    at: float | None = None


@dataclass(frozen=True, slots=True)
class OpWord:
    """A comparison before its number (超过, 不低于) or, ``after``, behind it (以上, 以内)."""

    op: Op
    after: bool = False


OFTEN = "often"  # 最常见: as often as there are rows of it
PICKED = "picked"  # 挑一家: how many, of what another word ranks
SPEED = "speed"  # 最慢: of a time that something takes, the longest
UNSAID = "unsaid"  # 最忙: a word that nobody knows, its measure said elsewhere


@dataclass(frozen=True, slots=True)
class Superlative:
    """``quality``: 好/差, whose direction depends on the metric; ``change``: 涨/跌得最多."""

    descending: bool
    quality: bool = False
    change: str | None = None
    hint: str = ""  # a word that says which kind of column: 早 晚 贵 长 大 …
    comparative: bool = False  # 更高: between the things named


@dataclass(frozen=True, slots=True)
class RankCue:
    """前 倒数 TOP 第: waits for a number."""

    descending: bool | None = None
    ordinal: bool = False


@dataclass(frozen=True, slots=True)
class CompareCue:
    """``direction`` -1 for 同比跌幅, 1 for 同比涨幅: which end of a ranking is meant by 最大."""

    kinds: tuple[CompareKind, ...]
    shows: tuple[str, ...] = ()
    direction: int = 0


@dataclass(frozen=True, slots=True)
class ChangeCue:
    """增长 下降: a change whose comparison is said elsewhere or is the previous period."""

    direction: int  # 1 up, -1 down, 0 either
    show: str = ""  # rate, difference, or unsaid


@dataclass(frozen=True, slots=True)
class WindowCue:
    """``grain``, ``of``: the unit of time, or the dimension, that the share is within (占当月, 占大区).
    ``running``: a sum that is watched growing (一路加上去), where 累计 alone may be a plain total."""

    kind: WindowKind
    within: bool = False
    n: int | None = None
    grain: Grain | None = None
    of: tuple[str, ...] = ()
    running: bool = False


@dataclass(frozen=True, slots=True)
class StreakCue:
    """连续"""


@dataclass(frozen=True, slots=True)
class RunCue:
    """三连跌: so many periods in a row, up (1) or down (-1); which periods is said elsewhere."""

    n: int
    direction: int


@dataclass(frozen=True, slots=True)
class FormCue:
    form: Form


@dataclass(frozen=True, slots=True)
class ChartCue:
    mark: str


@dataclass(frozen=True, slots=True)
class PerCue:
    """日均 店均: ``unit`` is a grain value, or empty with the entity said before 均."""

    unit: str


@dataclass(frozen=True, slots=True)
class SortCue:
    descending: bool


@dataclass(frozen=True, slots=True)
class AboutCue:
    """A question about the model: definition, sql, freshness, metrics, dimensions, values, help."""

    about: str


@dataclass(frozen=True, slots=True)
class RefuseCue:
    """What we never do or can't know: a problem code."""

    code: str


@dataclass(frozen=True, slots=True)
class UnitWord:
    """元, 次, 岁: may follow a number and says nothing else."""

    text: str


@dataclass(frozen=True, slots=True)
class Filler:
    """Says nothing: 请问 帮我 一下."""

    text: str
