"""One consistent list of mentions → the slots it fills. First half: what stands where.

Mentions arrive with one meaning each. This pass goes from left to right and puts every mention into
its drawer, with its place; ``read.py`` then decides the roles that depend on neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.language import meaning as m
from assistant.language.grammar import Mention
from assistant.language.hours import each_day, inside, with_day
from assistant.language.phrases import (
    Asked,
    Condition_,
    Grouping,
    Measured,
    Ranked,
    Said,
    Tally,
    Threshold,
    Values,
    Verb,
)
from assistant.language.rules.number import Number
from assistant.language.times import (
    Clock,
    Cyclic,
    Date,
    Duration,
    PerGrain,
    Range,
    SamePeriod,
    TimeValue,
    Weekday,
)
from semantic_layer.query import (
    And,
    ByTime,
    Condition,
    Grain,
    Having,
    HavingChange,
    Measure,
    MetricRef,
    Op,
    Or,
    Period,
    Where,
)

IMPLIES = {m.Cue.WHICH_ONES: m.Cue.LIST, m.Cue.TOGETHER_ADDED: m.Cue.TOTAL}
Resolve = Callable[[Any], tuple[Period, ...]]


@dataclass(slots=True)
class Drawers:
    """Everything said, by kind, each with its index in the list of mentions."""

    mentions: Sequence[Mention]
    measures: list[tuple[int, Measure]] = field(default_factory=list)
    dims: list[tuple[int, str]] = field(default_factory=list)
    entities: list[tuple[int, str]] = field(default_factory=list)
    groupings: list[tuple[int, Grouping]] = field(default_factory=list)
    grains: list[tuple[int, ByTime]] = field(default_factory=list)
    asked: list[tuple[int, Asked]] = field(default_factory=list)
    values: list[tuple[int, Values]] = field(default_factory=list)
    where: list[tuple[int, Condition]] = field(default_factory=list)
    having: list[tuple[int, Condition]] = field(default_factory=list)
    thresholds: list[tuple[int, Threshold]] = field(default_factory=list)
    texts: list[tuple[int, Said]] = field(default_factory=list)
    periods: list[tuple[int, tuple[Period, ...]]] = field(default_factory=list)
    same: list[tuple[int, SamePeriod]] = field(default_factory=list)
    cyclic: list[tuple[int, Cyclic]] = field(default_factory=list)
    durations: list[tuple[int, Duration]] = field(default_factory=list)
    numbers: list[tuple[int, Number]] = field(default_factory=list)
    compares: list[tuple[int, m.CompareCue]] = field(default_factory=list)
    changes: list[tuple[int, m.ChangeCue]] = field(default_factory=list)
    ranked: list[tuple[int, Ranked]] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)
    sorts: list[tuple[int, bool]] = field(default_factory=list)
    windows: list[tuple[int, m.WindowCue]] = field(default_factory=list)
    forms: list[tuple[int, m.FormCue]] = field(default_factory=list)
    aggs: list[tuple[int, m.AggWord]] = field(default_factory=list)
    pers: list[tuple[int, m.PerCue]] = field(default_factory=list)
    streaks: list[int] = field(default_factory=list)
    runs: list[tuple[int, m.RunCue]] = field(default_factory=list)
    verbs: list[tuple[int, Verb]] = field(default_factory=list)
    bare_verbs: list[tuple[int, m.VerbWord]] = field(default_factory=list)
    terms: list[tuple[int, str]] = field(default_factory=list)
    cues: list[tuple[int, m.Cue]] = field(default_factory=list)
    claim: bool = False
    chart: str | None = None
    about: str | None = None
    refuse: str | None = None
    analysis: str | None = None
    params: list[m.AnalysisParam] = field(default_factory=list)
    people: str | None = None
    people_of: str | None = None
    crowds: list[tuple[str, str]] = field(default_factory=list)
    unresolved: list[int] = field(default_factory=list)

    def cue(self, *wanted: m.Cue) -> bool:
        return any(c in wanted for _, c in self.cues)

    def at(self, i: int) -> Any:
        return self.mentions[i].value if 0 <= i < len(self.mentions) else None

    def places(self, *wanted: m.Cue) -> list[int]:
        return [i for i, c in self.cues if c in wanted]


def scan(mentions: Sequence[Mention], resolve: Resolve) -> Drawers:
    """Put every mention into its drawer; times are resolved to periods on the way."""
    out = Drawers(mentions)
    for i, mention in enumerate(mentions):
        _put(out, i, mention.value, resolve)
    for i, mention in enumerate(mentions):
        if isinstance(mention.value, (Clock, Range)):
            _recurring(out, i)
    asked = {out.analysis, out.people_of} - {None}
    for i, mention in enumerate(mentions):
        said = mention.value
        if not isinstance(said, m.AnalysisParam):
            continue
        if asked and said.name and said.analysis not in asked:
            out.unresolved.append(i)  # 翻一倍 means nothing to a forecast
        if not asked and not said.name:
            out.unresolved.append(i)  # what says nothing beside an analysis may say something here
    return out


def _put(out: Drawers, i: int, value: Any, resolve: Resolve) -> None:
    match value:
        case m.Filler() | m.UnitWord() | Tally():
            return
        case m.MetricWord(names, _):
            out.measures.append((i, MetricRef(names[0])))
        case Measured(options):
            out.measures.append((i, options[0]))
        case m.DimensionWord(names, _, True):
            out.where.append((i, Where(names[0], Op.EQ, (True,))))
        case m.DimensionWord(names):
            out.dims.append((i, names[0]))
        case m.TableWord(names):
            out.entities.append((i, names[0]))
        case m.TermWord(names):
            out.terms.append((i, names[0]))
        case m.AnalysisWord(names):
            if out.analysis not in (None, names[0]):
                out.unresolved.append(i)  # two methods at once: one of the words found no role
            out.analysis = out.analysis or names[0]
        case m.AnalysisGroup(groups):
            if out.people is not None:
                out.crowds.append((out.people_of or "", out.people))
            out.people_of, out.people = groups[0]
        case m.AnalysisParam(_, name) if not name:
            return
        case m.AnalysisParam():
            out.params.append(value)
            if value.asks:
                out.analysis = out.analysis or value.analysis
        case Grouping():
            out.groupings.append((i, value))
        case Asked():
            out.asked.append((i, value))
        case Values():
            out.values.append((i, value))
        case Condition_(options, claim):
            out.claim = out.claim or claim
            drawer = out.having if _tests_measure(options[0]) else out.where
            drawer.append((i, options[0]))
        case Threshold():
            out.thresholds.append((i, value))
        case Said():
            out.texts.append((i, value))
        case Ranked():
            out.ranked.append((i, value))
        case Verb():
            out.verbs.append((i, value))
        case m.VerbWord():
            out.bare_verbs.append((i, value))
        case _:
            _put_cue(out, i, value, resolve)


def _tests_measure(condition: Condition) -> bool:
    if isinstance(condition, And | Or):
        return _tests_measure(condition.parts[0])
    return isinstance(condition, (Having, HavingChange))


def _backwards(value: Any) -> bool:
    """6月20号到6月10号"""
    if (
        not isinstance(value, Range)
        or not isinstance(value.first, Date)
        or not isinstance(value.last, Date)
    ):
        return False
    a, b = value.first, value.last
    same = a.month == b.month and a.year == b.year
    return bool(same and a.day and b.day and a.day > b.day)


def _recurring(out: Drawers, place: int) -> None:
    """晚上9点以后的单子，上个月: hours said apart from several days recur on each of them."""
    cyclic = each_day(out.at(place))
    spans = [p for j, ps in out.periods if j != place for p in ps]
    if cyclic is None or not any(p.start and p.end and (p.end - p.start).days > 1 for p in spans):
        return
    out.periods[:] = [x for x in out.periods if x[0] != place]
    out.cyclic.append((place, cyclic))


def _same_days(out: Drawers, i: int) -> tuple[int, Cyclic] | None:
    """上个月周五周六: the weekday before, where it recurs."""
    before = out.cyclic[-1] if out.cyclic else None
    days = before is not None and before[0] == i - 1 and before[1].grain is Grain.DAY_OF_WEEK
    return before if days else None


def _put_cue(out: Drawers, i: int, value: Any, resolve: Resolve) -> None:
    match value:
        case m.Cue():
            out.cues.append((i, value))
            if value in IMPLIES:
                out.cues.append((i, IMPLIES[value]))
        case m.CompareCue():
            out.compares.append((i, value))
        case m.ChangeCue():
            out.changes.append((i, value))
        case m.WindowCue():
            out.windows.append((i, value))
        case m.FormCue():
            out.forms.append((i, value))
        case m.AggWord():
            out.aggs.append((i, value))
        case m.PerCue():
            out.pers.append((i, value))
        case m.SortCue(descending):
            out.sorts.append((i, descending))
        case m.RankCue():
            out.ranks.append(i)
        case m.RunCue():
            out.runs.append((i, value))
        case m.StreakCue():
            out.streaks.append(i)
        case m.ChartCue(mark):
            out.chart = mark
        case m.AboutCue(about):
            out.about = about
        case m.RefuseCue(code):
            out.refuse = code
        case PerGrain(grain):
            out.grains.append((i, ByTime(grain)))
            if value.which:
                out.cues.append((i, m.Cue.WHICH_UNIT))
        case Duration():
            out.durations.append((i, value))
        case Cyclic():
            out.cyclic.append((i, value))
        case Number():
            out.numbers.append((i, value))
        case SamePeriod():
            out.same.append((i, value))
        case _ if isinstance(value, TimeValue):
            _put_time(out, i, value, resolve)
        case m.OpWord() | m.Quoted():
            return
        case _:
            out.unresolved.append(i)


def _put_time(out: Drawers, i: int, value: Any, resolve: Resolve) -> None:
    """A period, and the days or hours of it that recur."""
    if isinstance(value, Weekday) and (last := _same_days(out, i)) is not None:
        out.cyclic[-1] = (last[0], with_day(last[1], value))
        return
    if _backwards(value):
        out.unresolved.append(i)
        return
    hours = inside(value, resolve)
    if hours is not None:
        value, cyclic = hours
        out.cyclic.append((i, cyclic))
    periods = resolve(value)
    if periods:
        out.periods.append((i, periods))
    else:
        out.unresolved.append(i)
