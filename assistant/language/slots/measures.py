"""Measures of an utterance: aggregates, units they are divided by, windows over them."""

from __future__ import annotations

from typing import Any

from assistant.language import meaning as m
from assistant.language.phrases import Condition_, Grouping, Ranked, Threshold, Verb
from assistant.language.rules.number import Number
from assistant.language.slots.base import MOVING, NOT_SUMS, Base, C
from semantic_layer.query import (
    Agg,
    ColumnAggregate,
    Form,
    Having,
    Measure,
    MetricRef,
    PerUnit,
    Window,
    WindowKind,
)


class Measures(Base):
    """Mixed into the reader."""

    def _aggregates(self) -> None:
        """A loose 平均 or 日均 takes the nearest measure or number column after it, else before it."""
        said, graph = self.said, self.graph
        for i, agg in said.aggs:
            following = [(j, d) for j, d in said.dims if j > i and j - i <= 4 and graph.numeric(d)]
            if following and agg.agg is not Agg.COUNT_DISTINCT:
                j, d = following[0]
                said.measures.append((j, ColumnAggregate(agg.agg, d, at=agg.at)))
                self.used |= {i, j}
            elif (
                agg.agg in NOT_SUMS
                and (summed := self._summed(i + 2 if self._single(i) else i)) is not None
            ):
                j, column = summed
                said.measures[:] = [x for x in said.measures if x[0] != j]
                said.measures.append((j, ColumnAggregate(agg.agg, column, at=agg.at)))
                self.used.add(i)
            elif i not in self.used and (owner := self._same_column(i)) is not None:
                said.measures.append((i - 1, ColumnAggregate(agg.agg, owner, at=agg.at)))
                self.used.add(i)
            elif agg.agg is Agg.AVG and i not in self.used:
                self._averaged_over(i)
        for i, per in said.pers:
            if not per.unit:
                self._per_head(i)
                continue
            near = sorted(said.measures, key=lambda x: (x[0] < i, abs(x[0] - i)))
            if near:
                j, measure = near[0]
                said.measures.remove((j, measure))
                said.measures.append((j, PerUnit(measure, per.unit)))
                self.used.add(i)
        said.measures.sort(key=lambda x: x[0])

    def _asked_twice(self) -> None:
        """退货单多少笔: behind what is counted, a metric's word that asks for a number is the question."""
        said = self.said
        words = {i: said.at(i) for i, _ in said.measures}
        named = [i for i, w in words.items() if isinstance(w, m.MetricWord) and not w.asks]
        for i, w in words.items():
            joined = said.at(i - 1) is C.AND
            if isinstance(w, m.MetricWord) and w.asks and not joined and any(j < i for j in named):
                said.measures[:] = [x for x in said.measures if x[0] != i]

    def _averaged_over(self, place: int) -> None:
        """每位医生平均多少人次: the measure divided by the members, when nothing else is told apart."""
        said = self.said
        at = place - 1 if isinstance(said.at(place - 1), Grouping) else place + 1
        each = said.at(at)
        counted = [(j, a) for j, a in said.asked if a.form is Form.COUNT and a.tables]
        if not said.measures and len(counted) == 1 and counted[0][0] > max(at, place):
            j, a = counted[0]  # 平均每家店有多少员工
            said.asked.remove((j, a))
            said.measures.append((j, self.graph.counter_of(a.tables[0])))
        owned = [x for x in said.measures if self._averages(max(at, place), x[0])]
        if not isinstance(each, Grouping) or not each.each or len(owned) != 1:
            return
        j, measure = owned[0]
        said.measures[:] = [x for x in said.measures if x[0] != j]
        said.measures.append((j, PerUnit(measure, each.names[0])))
        said.groupings[:] = [g for g in said.groupings if g[0] != at]
        self.used.add(place)

    def _per_head(self, place: int) -> None:
        """人均消费: the measure after it divided by the people that the model is about."""
        said, key = self.said, self.graph.people_key()
        before = said.at(place - 1)
        after = [x for x in said.measures if x[0] == place + 1]
        if key is None or not isinstance(before, m.UnitWord) or before.text != "人" or not after:
            return
        j, measure = after[0]
        said.measures[:] = [x for x in said.measures if x[0] != j]
        said.measures.append((j, PerUnit(measure, key)))
        self.used.add(place)

    def _said_again(self) -> None:
        """接诊超过30人次的医生, 平均多大岁数: what a threshold or a mean is of already is said again."""
        said = self.said
        for j, dimension in said.dims:
            beside = (x for i, x in said.measures if abs(i - j) == 1)
            if any(isinstance(x, ColumnAggregate) and x.column == dimension for x in beside):
                self.used.add(j)  # 平均多大岁数
        for j, measure in said.measures:
            before = said.at(j - 1)
            if not isinstance(before, Condition_) or j in self.used:
                continue
            tested = before.options[0]
            touching = said.mentions[j - 1].end == said.mentions[j].start
            if touching and isinstance(tested, Having) and tested.measure == measure:
                self.used.add(j)

    def _averages(self, place: int, measured: int) -> bool:
        """平均收入, 收入平均, 平均接诊多少人次: nothing but the asking stands between."""
        between = (self.said.at(k) for k in range(place + 1, measured))
        asking = (m.VerbWord, Verb, m.Cue, m.UnitWord)
        near = 0 < measured - place <= 2 or measured == place - 1
        return near or (measured > place and all(isinstance(x, asking) for x in between))

    def _single(self, place: int) -> bool:
        """最大的一笔退款: the measure stands behind its extreme."""
        return self.said.mentions[place].rule == "single_extreme"

    def _summed(self, place: int) -> tuple[int, str] | None:
        """优惠金额的中位数: the column that the metric before it sums."""
        for j, measure in self.said.measures:
            if j == place - 1 and isinstance(measure, MetricRef):
                column = self.graph.column_of(measure.metric)
                return (j, column) if column else None
        return None

    def _stray_unit(self, place: int, value: Any) -> bool:
        """月 in 月销售额, 单笔 before a total: units with no number say how the measure is meant."""
        after = self.said.at(place + 1)
        if (
            isinstance(value, m.UnitWord)
            and value.text == "单"
            and (self.said.having or self.said.thresholds)
        ):
            single = isinstance(after, m.UnitWord) and after.text in ("笔", "次")
            return single and self.said.mentions[place].end == self.said.mentions[place + 1].start
        if isinstance(value, m.UnitWord) and value.text == "期":
            before = self.said.at(place - 1)  # 去年同期 of what? A number of 期 is counted
            return not (isinstance(before, Number) or before is C.HOW_MANY)
        if not isinstance(value, m.UnitWord) or value.text not in ("月", "年", "日", "周"):
            return False
        before = self.said.at(place - 1)
        if before is C.EACH:
            return True  # a split by time that found no rule
        if isinstance(before, (Condition_, Threshold)):  # 是否高于4月: the number was a month's
            mentions = self.said.mentions
            return mentions[place - 1].end == mentions[place].start
        return isinstance(after, (m.MetricWord, m.DimensionWord))

    def _inside_each(self) -> bool:
        """每个品类里二级品类的占比: what stands behind 里 is part of each member."""
        groups = [self.said.at(i - 1) for i in self.said.places(C.WITHIN)]
        return any(isinstance(g, Grouping) and g.each for g in groups)

    def _same_column(self, place: int) -> str | None:
        """运费的均值和方差: an aggregate joined to another takes its column."""
        if self.said.at(place - 1) is not C.AND:
            return None
        for j, measure in self.said.measures:
            if j < place and isinstance(measure, ColumnAggregate) and measure.column:
                return measure.column
        return None

    def _measures(self) -> list[Measure]:
        return [measure for i, measure in self.said.measures if i not in self.used]

    def _windows(self) -> tuple[Window, ...]:
        said = self.said
        out = []
        grains = {g.grain for _, g in said.grains}
        shared = [c.grain for _, c in said.windows if c.kind is WindowKind.SHARE and c.grain]
        if shared and shared[0] in grains:
            self.enclosed = shared[0]
        of = next((c.of[0] for _, c in said.windows if c.of), None)
        for i, cue in said.windows:
            after_sort = isinstance(said.at(i - 1), m.SortCue)
            if cue.kind is WindowKind.RANK and (after_sort or isinstance(said.at(i + 1), Ranked)):
                continue  # 排名最低的三个, 由低到高排名: the rank is what is ranked by
            n = cue.n
            if cue.kind in (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM):
                lengths = [int(d.n) for _, d in said.durations]
                numbers = [int(x.value) for j, x in said.numbers if abs(j - i) <= 2]
                n = (lengths or numbers or [7])[0]
            within: tuple[str, ...] = ("*",) if cue.within or self._inside_each() else ()
            if self.enclosed is not None and cue.kind is WindowKind.SHARE:
                within = (self.enclosed.value,)
            if of is not None and cue.kind is WindowKind.SHARE:
                within = (of,)
            if said.durations and cue.kind in MOVING:
                self.grain = said.durations[0][1].grain
            out.append(Window(cue.kind, n=n, within=within))
        return tuple(dict.fromkeys(out))
