"""Conditions on rows and on measures: values, alternatives, thresholds that stand apart."""

from __future__ import annotations

from functools import partial
from typing import Any

from assistant.language.meaning import (
    AnalysisGroup,
    AnalysisWord,
    MetricWord,
    OpWord,
    TableWord,
    TermWord,
    UnitWord,
)
from assistant.language.phrases import Asked, Measured, Threshold, Values
from assistant.language.scales import (
    BORN,
    MONEY,
    amount_of,
    column_by_unit,
    counted_table,
    measured_in,
    plain_unit,
    texts_of,
)
from assistant.language.slots.base import FLIP, Base, C, condition_of
from semantic_layer.query import (
    And,
    ByTime,
    CompareKind,
    Comparison,
    Condition,
    Form,
    Grain,
    Having,
    HavingChange,
    MetricRef,
    Op,
    Or,
    Term,
    Where,
    WhereTime,
    WindowKind,
)


class Filters(Base):
    """Mixed into the reader."""

    def _where(self) -> list[Condition]:
        said = self.said
        out: list[Condition] = [c for i, c in said.where if i not in self.used]
        rest = [(i, v) for i, v in said.values if i not in self.used]
        out += self._values(rest)
        for i, name in said.terms:
            negated = said.at(i - 1) in (C.NOT, C.EXCEPT) and self._touching(i - 1, i)
            if negated:
                self.used.add(i - 1)
            if self._beside_a_group(i):
                self.lost.append(i)
            out.append(Term(name, negated))
        for i, x in said.texts:
            columns = dict.fromkeys(c for t in self._tables() for c in texts_of(self.graph, t))
            if len(columns) == 1:
                out.append(Where(next(iter(columns)), x.op, (x.content,)))
            else:
                self.lost.append(i)
        cycles = [c for _, c in said.cyclic]
        grains = {c.grain for c in cycles}
        if len(cycles) == 2 and len(grains) == 1 and cycles[0].values != cycles[1].values:
            said.grains.append((said.cyclic[0][0], ByTime(cycles[0].grain)))  # 周末跟工作日比
            if cycles[0].grain is not Grain.WEEKEND:
                both = tuple(sorted({*cycles[0].values, *cycles[1].values}))
                out.append(WhereTime(cycles[0].grain, both))
            return out
        out += [WhereTime(c.grain, c.values) for c in cycles]
        return out

    def _beside_a_group(self, place: int) -> bool:
        """沉默用户、回流用户各多少: two of a kind, the one no filter of the other."""
        said = self.said
        after = said.at(place + 2) if said.at(place + 1) is C.AND else said.at(place + 1)
        counted = said.cue(C.RESPECTIVELY, C.HOW_MANY) or any(
            a.form is Form.COUNT for _, a in said.asked
        )
        return counted and isinstance(after, (AnalysisGroup, AnalysisWord))

    def _surpassing(self) -> None:
        """甲店的单量是不是已经超过乙店了: an operator before a member holds the two against each other."""
        said = self.said
        last = said.at(len(said.mentions) - 1)
        if not said.cue(C.ASK, C.WHETHER, C.EXISTS) and last is not C.NOT:
            return
        for i, mention in enumerate(said.mentions):
            op, after = mention.value, said.at(i + 1)
            if after is C.EVER:
                after = said.at(i + 2)
            if not isinstance(op, OpWord) or op.after or not isinstance(after, Values):
                continue
            kind = after.options[0][0]
            rivals = [v for j, v in said.values if j < i and v.options[0][0] == kind]
            if len(rivals) == 1 and len(rivals[0].options[0][1]) == 1 and not after.negated:
                more = op.op in (Op.GT, Op.GE)
                said.cues += [(i, C.THAN), (i, C.MORE if more else C.LESS)]
                self.served.add(i)

    def _touching(self, left: int, right: int) -> bool:
        """没来的慢病患者: what is negated follows at once."""
        mentions = self.said.mentions
        return mentions[right].start - mentions[left].end <= 1

    def _values(self, values: list[tuple[int, Values]]) -> list[Condition]:
        """Same dimension named twice: one list; joined by 或 across dimensions: an Or."""
        if (apart := self._alternatives(values)) is not None:
            return [apart]
        clusters: list[list[Condition]] = [[]]
        merged: dict[tuple[str, bool], list[Any]] = {}
        order: list[tuple[int, tuple[str, bool]]] = []
        for i, v in values:
            key = (v.options[0][0], v.negated)
            if key not in merged:
                order.append((i, key))
            merged.setdefault(key, []).extend(v.options[0][1])
        either = set(self.said.places(C.OR))
        previous = -9
        order = [o for o in order if not (o[1][1] and (o[1][0], False) in merged)]  # 不是A，是B
        for i, (dimension, negated) in order:
            condition = condition_of(
                Values(((dimension, tuple(dict.fromkeys(merged[dimension, negated]))),), negated)
            )
            if clusters[-1] and any(previous < j < i for j in either):
                clusters.append([])
            clusters[-1].append(condition)
            previous = i
        parts = [c for c in clusters if c]
        if len(parts) < 2:
            return [c for part in parts for c in part]
        return [Or(tuple(p[0] if len(p) == 1 else And(tuple(p)) for p in parts))]

    def _alternatives(self, values: list[tuple[int, Values]]) -> Condition | None:
        """天猫的美妆或者京东的数码: the same dimensions on both sides of 或, pair by pair."""
        splits = self.said.places(C.OR, C.ALSO, C.AND)
        for at in splits:
            left = [v for i, v in values if i < at]
            right = [v for i, v in values if i > at]
            names = [{v.options[0][0] for v in side} for side in (left, right)]
            if len(left) == len(right) == len(names[0]) >= 2 and names[0] == names[1]:
                return Or(
                    tuple(And(tuple(condition_of(v) for v in side)) for side in (left, right))
                )
        return None

    def _part(self, where: list[Condition]) -> Condition | None:
        """四星以上的评论占比, 自费的占比: the condition right before the share, a thing between at most."""
        said = self.said
        for i, cue in said.windows:
            if cue.kind is not WindowKind.SHARE:
                continue
            place = i - 1
            if isinstance(said.at(place), TableWord) or (
                isinstance(said.at(place), (MetricWord, Measured)) and not (said.asked or said.dims)
            ):
                place -= 1
            match said.at(place):
                case Values() as values:
                    found: Condition | None = condition_of(values)
                    if len(values.options[0][1]) > 1 and (said.groupings or said.grains):
                        continue  # 每个大区里甲和乙的占比: between the two
                case TermWord(names):
                    found = Term(names[0])
                case _:
                    found = next((c for j, c in said.where if j == place), None)
            if found is not None and found in where:
                return found
        return None

    def _movers(self) -> list[Condition]:
        """同比，找出负增长的: the ones that moved so."""
        said = self.said
        if not said.compares or said.ranked or said.having or not said.cue(C.LIST):
            return []
        for i, cue in said.changes:
            last = all(x.value in (C.LIST, C.WHICH_ONES) for x in said.mentions[i + 1 :])
            if cue.direction and not cue.show and last and i > said.compares[0][0] + 1:
                op = Op.GT if cue.direction > 0 else Op.LT
                return [
                    HavingChange(
                        MetricRef(""), Comparison(said.compares[0][1].kinds[0]), op, (0.0,)
                    )
                ]
        return []

    def _edges(self) -> tuple[float, ...] | None:
        """按0-50、50-100、100以上分段: several ranges in a row are the edges of buckets."""
        ranges = [t.values for _, t in self.said.thresholds]
        ranges += [(x.value,) for _, x in self.said.numbers]
        taken = self._first_range(ranges)
        if taken is not None:
            ranges.insert(
                0, tuple(float(v) for v in taken[1].values if isinstance(v, (int, float)))
            )
        low = [v[0] for v in ranges[1:]]
        in_a_row = len(ranges) > 2 and low == [v[-1] for v in ranges[:-1]]  # 0-10、10-50、50以上
        if len(ranges) < 2 or not (in_a_row or self.said.cue(C.DISTRIBUTION)):
            return None
        if taken is not None:
            self.said.where.remove(taken)
            self.said.dims.append((taken[0], taken[1].dimension))
        self.used |= {i for i, _ in self.said.numbers}
        points = sorted({v for values in ranges for v in values})
        return tuple(p for p in points if p > 0)

    def _first_range(self, rest: list[tuple[float, ...]]) -> tuple[int, Where] | None:
        """成本价0-10、10-50、50以上: the range that already took the column, where the others go on from it."""
        for i, c in self.said.where:
            if isinstance(c, Where) and rest and self.graph.numeric(c.dimension):
                on = self.said.thresholds[:1] and self.said.thresholds[0][0] - i <= 2
                if on and c.values and c.values[-1] == rest[0][0]:
                    return i, c
        return None

    def _either(self, conditions: list[tuple[int, Condition]]) -> list[Condition]:
        """毛利率低于20%或者退款率高于8%"""
        places = self.said.places(C.OR)
        if len(conditions) == 2 and any(conditions[0][0] < j < conditions[1][0] for j in places):
            return [Or((conditions[0][1], conditions[1][1]))]
        return [c for _, c in conditions]

    def _loose_thresholds(self) -> list[Condition]:
        """超过1万 with its measure or column elsewhere in the sentence."""
        said = self.said
        out: list[Condition] = []
        if (edges := self._edges()) is not None:
            self.edges = edges
            return out
        for i, t in said.thresholds:
            if t.bare:
                self.lost.append(i)
                continue
            near_measures = sorted(said.measures, key=lambda x: (x[0] > i, abs(x[0] - i)))
            near_dims = sorted(
                ((j, d) for j, d in said.dims if self.graph.numeric(d)),
                key=lambda x: (x[0] > i, abs(x[0] - i)),
            )
            changed = [c for j, c in said.changes if 0 < i - j <= 2]
            if changed and (said.compares or t.percent):
                compare = (
                    said.compares[0][1].kinds[0] if said.compares else CompareKind.PREVIOUS_PERIOD
                )
                measure = near_measures[0][1] if near_measures else MetricRef("")
                sign = -1 if changed[0].direction < 0 else 1
                op = FLIP.get(t.op, t.op) if sign < 0 else t.op
                values = tuple(sorted(sign * v for v in t.values))
                out.append(HavingChange(measure, Comparison(compare), op, values))
            elif near_dims and (
                not near_measures or abs(near_dims[0][0] - i) <= abs(near_measures[0][0] - i)
            ):
                j, dimension = near_dims[0]
                self.used.add(j)
                said.where.append((i, Where(dimension, t.op, t.values)))
            elif (column := self._meant_by(i, t)) is not None:
                values = tuple(int(v) if v.is_integer() else v for v in t.values)
                said.where.append((i, Where(column, t.op, values)))
            elif t.op in (Op.EQ, Op.IN) or t.unit == BORN:
                self.lost.append(i)
            elif near_measures:
                out.append(Having(near_measures[0][1], t.op, t.values))
            else:
                out.append(Having(MetricRef(""), t.op, t.values))
        return out

    def _meant_by(self, place: int, t: Threshold) -> str | None:
        """35岁以上的用户, 打五分的评论, 5千以上的订单: the column that the unit or the thing tells."""
        said, graph = self.said, self.graph
        unit = plain_unit(t.unit)
        if t.percent or any(j < place and measured_in(graph, x) == unit for j, x in said.measures):
            return None
        beside = place + 1
        while isinstance(said.at(beside), UnitWord):
            beside += 1
        after = said.at(beside)
        things = after.tables if isinstance(after, Asked) else ()
        things = after.names if isinstance(after, TableWord) else things
        counts = [x for j, x in said.measures if j == beside]
        if not things and counts and not (said.groupings or said.asked):
            things = tuple(filter(None, map(partial(counted_table, graph), counts)))
        if unit in ("", MONEY):
            alone = not any(j < place for j, _ in said.measures)
            return amount_of(graph, things[0]) if things and alone else None
        return column_by_unit(graph, unit, (*things, *self._tables()))

    def _tables(self) -> tuple[str, ...]:
        """The tables that the things and measures of the question are about."""
        said, graph = self.said, self.graph
        tables = [e for _, e in said.entities]
        tables += [x for _, a in said.asked for x in a.tables]
        tables += [x for _, v in said.measures for x in graph.tables_of(v)]
        tables += [graph.catalog.terms[t].table for _, t in said.terms]
        return tuple(dict.fromkeys(tables))
