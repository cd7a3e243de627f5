"""Deeds with their objects and periods: 买过A没买过B."""

from __future__ import annotations

from dataclasses import replace

from assistant.language import meaning as m
from assistant.language.phrases import Asked, Values, Verb
from assistant.language.slots.base import Base, C, condition_of
from semantic_layer.query import (
    Condition,
    Period,
)


class Verbs(Base):
    """Mixed into the reader."""

    def _verbs(self) -> tuple[tuple[Verb, tuple[Condition, ...], tuple[Period, ...]], ...]:
        """买过A没买过B, 上个月买过但这个月没买: each verb keeps its own object and period."""
        said = self.said
        verbs = list(said.verbs)
        if not verbs and said.measures:
            self._redundant_verbs()
        if verbs or said.entities or said.asked or said.cue(C.PERSON):
            bare = [(i, Verb(v.names)) for i, v in said.bare_verbs]
            if any(v.negated for _, v in verbs) or (bare and not said.measures and not verbs):
                verbs = sorted([*verbs, *bare], key=lambda x: x[0])
        if not verbs:
            return ()
        out = []
        several = len(verbs) > 1
        for k, (i, verb) in enumerate(verbs):
            end = verbs[k + 1][0] if k + 1 < len(verbs) else len(said.mentions)
            start = verbs[k - 1][0] + 1 if k else 0
            objects = [
                (j, v)
                for j, v in said.values
                if i < j < end and not self._starts_anew(i, j) and not self._describes(j)
            ]
            before = said.at(i - 1)
            if isinstance(before, Values) and before.negated and not verb.negated:
                verb = replace(verb, negated=True)  # 从没在线下门店买过
                objects = [(i - 1, replace(before, negated=False))]
            if not objects and said.cue(C.TOGETHER):
                objects = [(j, v) for j, v in said.values if start <= j < i and v.both]
            conditions: list[Condition] = [condition_of(v) for _, v in objects]
            rows = [(j, c) for j, c in said.where if i < j < end]
            conditions += [c for _, c in rows]
            times = [(j, p) for j, p in said.periods if start <= j < i]
            if several or verb.negated:
                self.used |= {j for j, _ in objects} | {j for j, _ in rows}
                owned = times if several or k or verb.negated else []
                self.used |= {j for j, _ in owned}
                out.append((verb, tuple(conditions), tuple(q for _, p in owned for q in p)))
            else:
                self.used |= {j for j, _ in objects}
                out.append((verb, tuple(conditions), ()))
        return tuple(out)

    def _redundant_verbs(self) -> None:
        """下单 in 下单的订单数 repeats the measure; 加购 in 加购的访客数 would change it and is lost."""
        for i, verb in self.said.bare_verbs:
            tables = {t for _, measure in self.said.measures for t in self.graph.tables_of(measure)}
            if not tables & set(self.graph.tables_of_metric(verb.names[0])):
                self.lost.append(i)

    def _describes(self, place: int) -> bool:
        """没下单的黑金会员: a value of the entity right before it says who, not what was done."""
        after, value = self.said.at(place + 1), self.said.at(place)
        if not isinstance(after, (m.TableWord, Asked)) or not isinstance(value, Values):
            return False
        tables = after.names if isinstance(after, m.TableWord) else after.tables
        there = self.graph.catalog.dimensions[value.options[0][0]].table
        return any(self.graph.reaches(t, there) for t in tables)

    def _starts_anew(self, verb: int, place: int) -> bool:
        """True when 的 + entity or a clause break lies between a verb and a later value."""
        return any(verb < j < place for j, _ in (*self.said.entities, *self.said.asked))
