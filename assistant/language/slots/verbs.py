"""Deeds with their objects and periods: 买过A没买过B."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.language import meaning as m
from assistant.language.phrases import Asked, Ranked, Values, Verb
from assistant.language.slots.base import Base, C, condition_of
from semantic_layer.query import (
    Condition,
    MetricRef,
    Op,
    Period,
    Term,
    Where,
    WindowKind,
)

Deed = tuple[Verb, tuple[Condition, ...], tuple[Period, ...]]

PEOPLE = (m.TableWord, Asked)


def merged(values: list[Values]) -> list[Values]:
    """Values of one dimension said one by one, as one list."""
    out: dict[tuple[str, bool], list[Any]] = {}
    for v in values:
        out.setdefault((v.options[0][0], v.negated), []).extend(v.options[0][1])
    return [Values(((d, tuple(dict.fromkeys(vs))),), negated) for (d, negated), vs in out.items()]


class Verbs(Base):
    """Mixed into the reader."""

    def _verbs(self) -> tuple[Deed, ...]:
        """买过A没买过B, 上个月买过但这个月没买: each verb keeps its own object and period."""
        said = self.said
        verbs = self._deeds()
        several = len(verbs) > 1
        claimed = {i - 1 for i, v in verbs if self._object_before(i)}
        out: list[Deed] = []
        for k, (i, verb) in enumerate(verbs):
            end = verbs[k + 1][0] if k + 1 < len(verbs) else len(said.mentions)
            start = verbs[k - 1][0] + 1 if k else 0
            objects = [
                (j, v)
                for j, v in said.values
                if i < j < end
                and j not in claimed
                and not self._starts_anew(i, j)
                and not self._describes(j)
            ]
            if before := self._object_before(i):
                verb = replace(verb, negated=verb.negated or before[-1][1].negated)
                objects = [(j, replace(v, negated=False)) for j, v in before]
            elif not objects and said.cue(C.TOGETHER):
                objects = [(j, v) for j, v in said.values if start <= j < i and v.both]
            rows = [(j, c) for j, c in said.where if i < j < end]
            conditions: list[Condition] = [condition_of(v) for v in merged([v for _, v in objects])]
            conditions += [c for _, c in rows]
            times = [(j, p) for j, p in said.periods if start <= j < i]
            apart = bool(times) and self._dated_anew(i)
            owned = times if several or verb.negated or apart else []
            self.used |= {j for j, _ in (*objects, *owned)}
            if several or verb.negated:
                self.used |= {j for j, _ in rows}
            after = self._afterwards(start, i, out)
            whose = 1 + max((j for j, _ in objects if j > i), default=i)
            shared = times if said.measures and isinstance(said.at(whose), PEOPLE) else []
            when = tuple(q for _, p in (owned or shared) for q in p) or after
            if not conditions and (terms := self._terms_together(start, i)):
                out += [(verb, (term,), when) for term in terms]
                continue
            out.append((verb, tuple(conditions), when))
            out += self._nothing_else(start, i, out[-1])
        return tuple(out)

    def _terms_together(self, start: int, verb: int) -> list[Condition]:
        """在线上和线下都买过: conditions that have names, each of them a deed of its own."""
        said = self.said
        named = [(j, name) for j, name in said.terms if start <= j < verb]
        if not said.cue(C.TOGETHER) or len(named) < 2:
            return []
        said.terms[:] = [x for x in said.terms if x not in named]
        return [Term(name) for _, name in named]

    def _nothing_else(self, start: int, verb: int, deed: Deed) -> list[Deed]:
        """只在天猫买过, 只买过面膜: there, and nowhere else."""
        said, (done, wheres, when) = self.said, deed
        alone = [
            i
            for i in said.places(C.ONLY)
            if start <= i < verb and said.mentions[i].end - said.mentions[i].start == 1
        ]
        if not alone or len(wheres) != 1 or not isinstance(wheres[0], Where) or done.negated:
            return []
        other = {Op.EQ: Op.NE, Op.IN: Op.NOT_IN}.get(wheres[0].op)
        if other is None:
            return []
        said.cues[:] = [x for x in said.cues if x[0] not in alone]
        return [(replace(done, negated=True), (replace(wheres[0], op=other),), when)]

    def _ranked_deed(self) -> None:
        """几点挂号最多: what is done most, where nothing else is measured, is measured by its own metric."""
        said = self.said
        plain = [r for _, r in said.ranked if not (r.hint or r.quality or r.change)]
        shares = [w for _, w in said.windows if w.kind is WindowKind.SHARE]
        if shares and said.values and not (said.ranked or said.entities or said.asked):
            plain = [Ranked(1)]  # 手机上课占多少
        things = (said.groupings, said.grains, said.asked, said.entities)
        measured = said.measures or said.having or any(self.graph.numeric(d) for _, d in said.dims)
        if (
            len(plain) != 1
            or len(said.ranked) > 1
            or measured
            or said.verbs
            or not (shares or any(things))
        ):
            return
        if len(said.bare_verbs) != 1 or said.streaks:
            return
        i, verb = said.bare_verbs.pop()
        said.measures.append((i, MetricRef(verb.names[0])))

    def _deeds(self) -> list[tuple[int, Verb]]:
        """The verbs that say who is meant, rather than repeat the measure."""
        said = self.said
        verbs = list(said.verbs)
        if verbs:
            verbs = sorted([*verbs, *self._people_of(verbs)], key=lambda x: x[0])
        if not verbs and said.measures:
            described = [i for i, _ in said.bare_verbs if self._describing(i)]
            if described:
                return [(i, Verb(v.names)) for i, v in said.bare_verbs if i in described]
            self._redundant_verbs()
        if verbs or said.entities or said.asked or said.cue(C.PERSON):
            bare = [(i, Verb(v.names)) for i, v in said.bare_verbs]
            if any(v.negated for _, v in verbs) or (bare and not said.measures and not verbs):
                return sorted([*verbs, *bare], key=lambda x: x[0])
            if verbs:
                verbs = sorted([*verbs, *self._who_did(bare, verbs)], key=lambda x: x[0])
        return verbs

    def _people_of(self, verbs: list[tuple[int, Verb]]) -> list[tuple[int, Verb]]:
        """新注册的用户有多少下单了: what counts the people themselves, said before them and before what
        they did, says which of them are meant."""
        said, out = self.said, []
        for i, measure in list(said.measures):
            after = said.at(i + 1)
            if not isinstance(measure, MetricRef) or not isinstance(after, PEOPLE):
                continue
            homes = after.names if isinstance(after, m.TableWord) else after.tables
            own = self.graph.tables_of_metric(measure.metric)
            if any(j > i for j, _ in verbs) and own == tuple(homes[:1]):
                said.measures.remove((i, measure))
                out.append((i, Verb((measure.metric,))))
        return out

    def _who_did(
        self, bare: list[tuple[int, Verb]], verbs: list[tuple[int, Verb]]
    ) -> list[tuple[int, Verb]]:
        """注册的用户下单了多少人: the deed before the people says who they are; one that says nothing
        of anybody, and that no other repeats, found no role."""
        done = {n for _, v in verbs for n in v.names}
        out = []
        for i, verb in bare:
            if isinstance(self.said.at(i + 1), PEOPLE):
                out.append((i, verb))
            elif not done & set(verb.names):
                self.lost.append(i)
        return out

    def _describing(self, place: int) -> bool:
        """甲和乙都买的客户, 下单的客户的平均年龄: a bare verb before its people says who they are."""
        if not isinstance(self.said.at(place + 1), PEOPLE):
            return False
        return self.said.at(place - 1) is C.TOGETHER or self._unlike_measures(place)

    def _unlike_measures(self, place: int) -> bool:
        """Is every measure about the people themselves, where the deed leaves no trace?"""
        after = self.said.at(place + 1)
        homes = set(after.names if isinstance(after, m.TableWord) else after.tables)
        found = [set(self.graph.tables_of(measure)) for _, measure in self.said.measures]
        return bool(found) and all(tables and tables <= homes for tables in found)

    def _object_before(self, place: int) -> list[tuple[int, Values]]:
        """在甲店买过, 既在甲店又在乙店买过, 从没在甲店买过: what stands right before the verb."""
        said = self.said
        found: list[tuple[int, Values]] = []
        at = place - 1
        while at >= 0:
            value = said.at(at)
            if isinstance(value, Values):
                if found and (value.negated or found[0][1].negated):
                    break
                same = {d for d, _ in value.options}
                if found and not said.cue(C.TOGETHER) and same == {found[0][1].options[0][0]}:
                    break
                found.insert(0, (at, value))
            elif value not in (C.AND, C.TOGETHER, C.IS, C.ALSO) or not (
                found or value in (C.TOGETHER, C.IS)
            ):
                break
            at -= 1
        after_deed = found and isinstance(said.at(found[0][0] - 1), (Verb, m.VerbWord))
        return [] if after_deed and not found[0][1].negated else found

    def _dated_anew(self, place: int) -> bool:
        """去年买过的人今年…: another time after the people."""
        people = [j for j, _ in (*self.said.entities, *self.said.asked) if j > place]
        return any(j > min(people) for j, _ in self.said.periods) if people else False

    def _afterwards(self, start: int, place: int, done: list[Deed]) -> tuple[Period, ...]:
        """1月买过，之后没再买: from where the deed before it ends."""
        words = [i for i in self.said.places(C.AFTERWARDS) if start <= i < place]
        if not words or not done:
            return ()
        ends = [p.end for p in done[-1][2] if p.end is not None]
        if not ends:
            return ()
        self.served |= set(words)
        return (Period(max(ends, key=str), None, "之后"),)

    def _redundant_verbs(self) -> None:
        """下单 in 下单的订单数 repeats the measure; 加购 in 加购的访客数 would change it and is lost."""
        for i, verb in self.said.bare_verbs:
            tables = {t for _, measure in self.said.measures for t in self.graph.tables_of(measure)}
            if not tables & set(self.graph.tables_of_metric(verb.names[0])):
                self.lost.append(i)

    def _describes(self, place: int) -> bool:
        """没下单的黑金会员: a value of the entity right before it says who, not what was done."""
        after, value = self.said.at(place + 1), self.said.at(place)
        if place in self.whom:
            return True
        if isinstance(after, m.MetricWord) and isinstance(value, Values):  # 没下单的黑金客户数
            home = self.graph.catalog.dimensions[value.options[0][0]].table
            return self.graph.tables_of_metric(after.names[0]) == (home,)
        if not isinstance(after, (m.TableWord, Asked)) or not isinstance(value, Values):
            return False
        tables = after.names if isinstance(after, m.TableWord) else after.tables
        there = self.graph.catalog.dimensions[value.options[0][0]].table
        return any(self.graph.reaches(t, there) for t in tables)

    def _whom(self) -> None:
        """去年买过今年没买的黑金会员: a kind of people with 的 before it, and no other thing named, is
        who did it."""
        said, key = self.said, self.graph.people_key()
        if key is None or said.entities or said.asked or said.measures:
            return
        home = self.graph.catalog.dimensions[key].table
        asking = (C.WHICH_ONES, C.LIST, C.HOW_MANY, C.WHAT, C.DETAIL)
        for i, v in said.values:
            own = self.graph.catalog.dimensions[v.options[0][0]].table == home
            done = isinstance(said.at(i - 1), (Verb, m.VerbWord))
            apart = done and said.mentions[i].start > said.mentions[i - 1].end
            last = all(x.value in asking for x in said.mentions[i + 1 :])
            if own and apart and last:
                self.whom.add(i)
                said.entities.append((i, home))
                return

    def _starts_anew(self, verb: int, place: int) -> bool:
        """True when 的 + entity or a clause break lies between a verb and a later value."""
        return any(verb < j < place for j, _ in (*self.said.entities, *self.said.asked))
