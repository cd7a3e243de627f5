"""Conditions on rows and on measures: values, alternatives, thresholds that stand apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.language.meaning import (
    AnalysisGroup,
    AnalysisWord,
    DimensionWord,
    MetricWord,
    OpWord,
    TableWord,
    TermWord,
)
from assistant.language.phrases import Measured, Values
from assistant.language.scales import (
    texts_of,
)
from assistant.language.slots.base import C, condition_of
from assistant.language.slots.limits import Limits
from semantic_layer.query import (
    And,
    ByTime,
    Comparison,
    Condition,
    Form,
    Grain,
    HavingChange,
    MetricRef,
    Op,
    Or,
    Term,
    Where,
    WhereTime,
    WindowKind,
)


class Filters(Limits):
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
        if said.cue(C.VERSUS, C.RESPECTIVELY) and len(cycles) == 1 and len(cycles[0].values) > 1:
            said.grains.append((said.cyclic[0][0], ByTime(cycles[0].grain)))  # 周五和周六对比
        out += [WhereTime(c.grain, c.values) for c in cycles]
        return out

    def _denied(self) -> None:
        """没挂账的: what a word says to be so is not."""
        said = self.said
        for k, (i, c) in enumerate(said.where):
            if not isinstance(said.at(i), DimensionWord) or not isinstance(c, Where):
                continue
            if said.at(i - 1) is C.NOT and self._touching(i - 1, i):
                said.where[k] = (i, replace(c, values=(False,)))
                self.used.add(i - 1)

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

    def _either(self, conditions: list[tuple[int, Condition]]) -> list[Condition]:
        """毛利率低于20%或者退款率高于8%"""
        places = self.said.places(C.OR)
        if len(conditions) == 2 and any(conditions[0][0] < j < conditions[1][0] for j in places):
            return [Or((conditions[0][1], conditions[1][1]))]
        return [c for _, c in conditions]
