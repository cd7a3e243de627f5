"""Periods of an utterance: which is the scope, which is compared with, which only points back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from assistant.language import meaning as m
from assistant.language.slots.base import Base, C
from assistant.language.times import Shift
from semantic_layer.query import (
    Agg,
    And,
    ByTime,
    CompareKind,
    Comparison,
    Condition,
    Grain,
    Having,
    Op,
    Period,
    Where,
)

DAYS_IN = {Grain.DAY: 1.0, Grain.WEEK: 7.0, Grain.MONTH: 30.44, Grain.QUARTER: 91.3}
WHOLE_YEAR = ((4, Grain.QUARTER), (12, Grain.MONTH))


class Times(Base):
    """Mixed into the reader."""

    def _times(self) -> tuple[tuple[Comparison, ...], tuple[Period, ...]]:
        said = self.said
        compare: list[Comparison] = []
        for _, cue in said.compares:
            shows = cue.shows or ("value", "rate")
            compare.extend(Comparison(kind, shows=shows) for kind in cue.kinds)
        for i, same in said.same:
            kind = (
                CompareKind.YEAR_OVER_YEAR
                if same.grain is Grain.YEAR
                else CompareKind.PREVIOUS_PERIOD
            )
            held = self._beyond(i) or said.periods or said.cue(C.THAN, C.VERSUS, C.GAP)
            if held and not compare:
                compare.append(Comparison(kind))
        self._pointers()
        main: list[Period] = []
        against: list[Period] = []
        for i, periods in said.periods:
            if i in self.used:
                continue
            before, after = said.at(i - 1), said.at(i + 1)
            first = not main
            compared = (
                before in (C.THAN, C.VERSUS)
                or self._beyond(i)
                or (
                    before is C.AND and after in (C.THAN, C.VERSUS) and (not first or self._alone())
                )
            )
            if (compared and len(said.periods) + len(main) > 1 and not first) or (
                compared and first and len(said.periods) == len(periods) == 1 and not self._rivals()
            ):
                against += periods
            else:
                main += periods
        versus = said.cue(C.VERSUS, C.GAP, C.THAN) and not said.values
        if not against and versus and len(main) == 2:
            main.sort(key=lambda p: str(p.start), reverse=True)
            against, main = main[1:], main[:1]
        shows = ("value", "difference", "rate") if said.cue(C.GAP) else ("value", "rate")
        compare += [Comparison(CompareKind.PERIOD, p, shows) for p in against]
        periods = narrowest(main)
        if self._added() and not said.cue(C.RESPECTIVELY):
            periods = joined(periods)
        return tuple(dict.fromkeys(compare)), periods

    def _added(self) -> bool:
        """加起来, 合计; not 总, which may belong to a name."""
        sums = [self.said.mentions[i] for i, a in self.said.aggs if a.agg is Agg.SUM]
        sums += [x.children[0] for x in self.said.mentions if x.rule == "aggregate_metric"]
        return self.said.cue(C.TOGETHER_ADDED) or any(x.end - x.start > 1 for x in sums)

    def _again(self, compare: tuple[Comparison, ...]) -> CompareKind | None:
        """那去年同期呢: neither a period of its own nor a comparison; the last one's, moved."""
        said = self.said
        if compare or said.periods or len(said.same) != 1:
            return None
        yearly = said.same[0][1].grain is Grain.YEAR
        return CompareKind.YEAR_OVER_YEAR if yearly else CompareKind.PREVIOUS_PERIOD

    def _alone(self) -> bool:
        """跟前天比呢: nothing but the other period is said."""
        said = self.said
        return len(said.periods) == 1 and not (said.measures or said.values or said.dims)

    def _beyond(self, place: int) -> bool:
        """退款率高于4月: an operator before a period compares with it."""
        op = self.said.at(place - 1)
        if not isinstance(op, m.OpWord) or op.after:
            return False
        self.served.add(place - 1)
        self.asserts = 1 if op.op in (Op.GT, Op.GE) else -1
        return True

    def _parts(self) -> None:
        """去年四个季度, 本周七天, 四个季度里每个季度: the number only says how many parts there are."""
        said = self.said
        for i, d in said.durations:
            told = any(g.grain is d.grain for _, g in said.grains)
            before = [ps for j, ps in said.periods if j < i and i - j <= 2]
            spans = [p.end - p.start for p in (before[-1] if before else ()) if p.start and p.end]
            days = DAYS_IN.get(d.grain)
            whole = len(spans) == 1 and days and abs(spans[0].days / days - d.n) < 0.2
            listed = [p for j, ps in said.periods if j < i for p in ps if p.grain is d.grain]
            if len(listed) == d.n > 1:  # 昨天前天两天
                self.used.add(i)
                continue
            if not (whole or (told and (d.n, d.grain) in WHOLE_YEAR)):
                continue
            self.used.add(i)
            if not told:
                said.grains.append((i, ByTime(d.grain)))

    def _pointers(self) -> None:
        """618当天, 各月占当月: a current unit beside another time only points back at it."""
        said = self.said
        grains = {g.grain for _, g in said.grains}
        for i, _ in said.periods:
            value = said.at(i)
            if not isinstance(value, Shift) or value.by:
                continue
            others = [j for j, _ in said.periods if j < i and j not in self.used]
            if (value.grain is Grain.DAY and others) or (value.grain in grains and said.windows):
                self.used.add(i)
                if value.grain in grains and said.windows:
                    self.enclosed = value.grain

    def _change(self) -> str | None:
        for _, cue in self.said.changes:
            if cue.show:
                return cue.show
        if any(cue.direction for _, cue in self.said.changes):
            return "rate"
        return None

    def _clash(self) -> bool:
        """广东的北京市, 昨天上个月: two that exclude each other, with nothing between them."""
        said = self.said
        if any(empty_range(c) for _, c in (*said.where, *said.having)):
            return True
        for (i, a), (j, b) in pairwise(said.values):
            same = a.options[0][0] == b.options[0][0] and not (a.negated or b.negated)
            apart = said.mentions[j].start > said.mentions[i].end
            if same and apart and j == i + 1 and not set(a.options[0][1]) & set(b.options[0][1]):
                return True
        if any(i in self.used and d.n == len(said.periods) for i, d in said.durations):
            return False  # 昨天前天两天: as many as were said
        joins = (C.AND, C.OR, C.VERSUS, C.THAN, C.RESPECTIVELY, C.GAP, C.BUT, C.ALSO)
        loose = [(i, p) for i, p in said.periods if i not in self.used]
        joined = said.cue(*joins) or said.verbs or self.asserts
        if len(loose) > 1 and not joined and len(narrowest([x for _, p in loose for x in p])) > 1:
            return True
        for (i, p), (j, q) in pairwise(said.periods):
            if (
                j == i + 1
                and not {i, j} & self.used
                and not any(overlap(x, y) for x in p for y in q)
            ):
                return True
        return False


def narrowest(periods: list[Period]) -> tuple[Period, ...]:
    """双十一期间（11.1-11.11）: a period inside another says it more exactly."""
    kept: list[Period] = []
    periods = bounded(periods)
    for p in dict.fromkeys(periods):
        inside = [q for q in periods if q is not p and contains(p, q) and not contains(q, p)]
        same = [q for q in kept if contains(p, q) and contains(q, p)]
        if not inside and not same:
            kept.append(p)
    return tuple(kept)


def joined(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    """昨天前天合起来: the one period that they make up, where they follow each other."""
    ordered = sorted(periods, key=lambda p: str(p.start))
    touching = all(a.end is not None and a.end == b.start for a, b in pairwise(ordered))
    if len(ordered) < 2 or not touching:
        return periods
    first, last = ordered[0], ordered[-1]
    return (replace(last, start=first.start, grain=None),)


def empty_range(condition: Condition) -> bool:
    """大于500且小于100"""
    if not isinstance(condition, And):
        return False
    low: list[float] = []
    high: list[float] = []
    tested = {
        p.measure if isinstance(p, Having) else p.dimension
        for p in condition.parts
        if isinstance(p, (Having, Where))
    }
    if len(tested) > 1:
        return False
    for part in condition.parts:
        if not isinstance(part, (Where, Having)) or not part.values:
            continue
        bound = part.values[0]
        if isinstance(bound, (int, float)):
            if part.op in (Op.GT, Op.GE):
                low.append(bound)
            elif part.op in (Op.LT, Op.LE):
                high.append(bound)
    return bool(low and high) and max(low) >= min(high)


def overlap(a: Period, b: Period) -> bool:
    if None in (a.start, a.end, b.start, b.end):
        return True
    return bool(day(a.start) < day(b.end) and day(b.start) < day(a.end))


def bounded(periods: list[Period]) -> list[Period]:
    """今年截至目前: an end without a start cuts the period it stands beside."""
    open_ended = [p for p in periods if p.start is None and p.end is not None]
    whole = [p for p in periods if p.start is not None and p.end is not None]
    if len(open_ended) != 1 or len(whole) != 1:
        return periods
    until, p = open_ended[0], whole[0]
    if day(until.end) <= day(p.start):
        return periods
    return [replace(p, end=until.end) if day(until.end) < day(p.end) else p]


def contains(outer: Period, inner: Period) -> bool:
    if None in (outer.start, outer.end, inner.start, inner.end):
        return False
    return bool(day(outer.start) <= day(inner.start) and day(inner.end) <= day(outer.end))


def day(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else f"{value.isoformat()}T00:00:00"
