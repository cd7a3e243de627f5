"""What one utterance says, slot by slot. ``None`` and ``()`` mean that it said nothing about that.

A draft is not yet a query: it may lack its measure (那广东呢) or name things whose role only the
catalog or the previous question can settle. ``settle.py`` and ``dialogue.py`` make queries of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.meaning import AnalysisParam, Cue
from assistant.language.phrases import Asked, Ranked, Values, Verb
from semantic_layer.query import (
    ByBucket,
    CompareKind,
    Comparison,
    Condition,
    Contrast,
    Form,
    Grain,
    Group,
    Measure,
    Period,
    Query,
    Rollup,
    Streak,
    Window,
)


@dataclass(frozen=True, slots=True)
class Draft:
    measures: tuple[Measure, ...] = ()
    columns: tuple[str, ...] = ()  # dimensions named with no role of their own
    groups: tuple[Group, ...] = ()
    each: tuple[str, ...] = ()  # of the groups, those said with 各/每 (they may enclose a top-n)
    bucket: ByBucket | None = None
    asked: tuple[Asked, ...] = ()
    entities: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    values: tuple[Values, ...] = ()  # the value filters as said, one option each, for comparisons
    having: tuple[Condition, ...] = ()
    verbs: tuple[tuple[Verb, tuple[Condition, ...], tuple[Period, ...]], ...] = ()
    periods: tuple[Period, ...] = ()
    compare: tuple[Comparison, ...] = ()
    change: str | None = None  # a change asked for: rate or difference
    windows: tuple[Window, ...] = ()
    ranked: Ranked | None = None
    rank_by: Measure | str | None = None
    pointed: int | None = None  # a row of the last answer, from 0 (第二名); from its end below 0
    again: CompareKind | None = None  # 那去年同期呢: the last period, moved
    sort: bool | None = None  # descending?
    sort_by: Measure | str | None = None
    streak: Streak | None = None
    contrast: Contrast | None = None
    claim: Condition | None = None
    form: Form | None = None
    cues: frozenset[Cue] = frozenset()
    chart: str | None = None
    about: str | None = None
    refuse: str | None = None
    analysis: str | None = None
    params: tuple[AnalysisParam, ...] = ()
    people: str | None = None  # a group that an analysis makes
    people_of: str | None = None  # that analysis
    crowds: tuple[tuple[str, str], ...] = ()  # further ones, each with its analysis
    part: Condition | None = None  # the condition said right before a share: its part is asked for
    inner: Query | None = None  # the set that this question is inside of (前10的城市里…)
    inner_dimension: str | None = None
    rollup: Rollup | None = None  # one number over the rows: what the ten best make up together
    time_dimension: str | None = None
    grain: Grain | None = None
    distinct: bool = False
    assumptions: tuple[str, ...] = ()
    asserted: int = 0  # 1: more is asserted, -1: less (比上月高吗)
    joined: bool = False  # its periods are when the people became people: 5月注册的
    clash: bool = False  # two conditions that exclude each other
    unused: tuple[int, ...] = ()  # places of mentions that found no role
    penalty: float = 0.0  # what the reading lost while its slots were filled

    @property
    def empty(self) -> bool:
        return not (
            self.measures
            or self.columns
            or self.groups
            or self.asked
            or self.entities
            or self.where
            or self.having
            or self.verbs
            or self.periods
            or self.compare
            or self.again
            or self.windows
            or self.ranked
            or self.sort is not None
            or self.streak
            or self.form
            or self.chart
            or self.about
            or self.analysis
            or self.params
            or self.people
            or self.bucket
            or self.inner
        )
