"""Words that two roles lay claim to, where the neighbours tell which: who did it or how many, best or most."""

from __future__ import annotations

from dataclasses import replace

from assistant.language import meaning as m
from assistant.language.phrases import Asked, Ranked, Values, Verb
from assistant.language.slots.base import Base, C
from semantic_layer.query import Agg, ColumnAggregate, MetricRef

OPPOSITE = {Agg.MAX: Agg.MIN, Agg.MIN: Agg.MAX}
AMOUNTS = ("年", "月", "日", "天", "周", "个月", "元", "块", "块钱", "钱", "岁", "点", "倍")


class Twofold(Base):
    """Mixed into the reader."""

    def _told(self) -> None:
        """Settle the words that can be two things before anything else takes them."""
        said = self.said
        self._doers()
        self._both_ends()
        self._asked_deed()
        self._set_aside()
        self._so_many()
        for i, x in said.measures:  # 平均多大岁数: one column in two words
            if isinstance(x, ColumnAggregate):
                self.used |= {j for j, d in said.dims if j == i + 1 and d == x.column}
        self._ranked_better()

    def _doers(self) -> None:
        """新客买得最多的, 甲的新客或者乙的老客: a kind of people that is a metric too says who, not how many."""
        said = self.said
        others = [x for x in said.measures if not self._kind(x[0])] or said.having
        for i, _ in tuple(said.measures):
            word = said.at(i)
            if not isinstance(word, m.MetricWord) or not word.values:
                continue
            doing = isinstance(said.at(i + 1), m.VerbWord) or self._done_much(i + 1)
            idle = bool(said.streaks) and isinstance(said.at(i - 1), (Verb, m.VerbWord))
            if idle and (people := self._people()) is not None:
                doing = True
                said.entities.append((i, people))
            joined = C.OR in (said.at(i - 1), said.at(i + 1), said.at(i - 2))
            if not doing and not (joined and others):
                continue
            said.measures[:] = [x for x in said.measures if x[0] != i]
            dimension, value = word.values[0]
            said.values.append((i, Values(((dimension, (value,)),))))
            said.bare_verbs[:] = [x for x in said.bare_verbs if not self._repeats(i, *x)]
        said.values.sort(key=lambda x: x[0])

    def _repeats(self, place: int, at: int, verb: m.VerbWord) -> bool:
        """新客买得最多的…按件数: the deed is what the measure behind it is a part of."""
        own = self.graph.tables_of_metric(verb.names[0])
        tables = [t for _, x in self.said.measures for t in self.graph.tables_of(x)]
        parts = all(self.graph.reaches(t, home) for t in tables for home in own)
        return at == place + 1 and bool(tables) and parts

    def _people(self) -> str | None:
        key = self.graph.people_key()
        return None if key is None else self.graph.catalog.dimensions[key].table

    def _set_aside(self) -> None:
        """平均年龄先不看，看性别构成: what is put aside in the same breath is not asked for."""
        said = self.said
        for i, x in tuple(said.measures):
            away = said.at(i + 1) in (C.EXCEPT, C.REMOVE) and said.at(i + 2) is C.AND
            away = away and any(j > i + 2 for j, _ in said.dims)
            if away and said.mentions[i + 2].start == said.mentions[i + 1].end:
                said.measures.remove((i, x))
                self.served.add(i + 1)
                said.cues[:] = [c for c in said.cues if c[0] != i + 1]

    def _so_many(self) -> None:
        """给我看10条评论: so many rows of the thing, in no order that was said."""
        said = self.said
        if said.ranked or said.measures or said.durations or said.asked or said.verbs:
            return
        for i, n in tuple(said.numbers):
            unit = said.at(i + 1)
            if isinstance(unit, m.UnitWord) and unit.text in AMOUNTS:
                continue  # 13月的订单
            after = i + 1 + isinstance(unit, m.UnitWord)
            whole = float(n.value).is_integer() and 0 < n.value <= 1000
            if (
                whole
                and isinstance(said.at(after), m.TableWord)
                and after == len(said.mentions) - 1
            ):
                said.ranked.append((i, Ranked(int(n.value))))
                self.used.add(i)

    def _done_much(self, place: int) -> bool:
        mentions = self.said.mentions
        return place < len(mentions) and mentions[place].rule == "done_how_much"

    def _kind(self, place: int) -> bool:
        word = self.said.at(place)
        return isinstance(word, m.MetricWord) and bool(word.values)

    def _both_ends(self) -> None:
        """标价最高是多少，最低又是多少: the other end of the same column, not a rank."""
        said = self.said
        if said.asked or said.groupings or said.grains or len(said.measures) != 1:
            return
        i, first = said.measures[0]
        if not isinstance(first, ColumnAggregate) or first.agg not in OPPOSITE:
            return
        for j, r in tuple(said.ranked):
            more = first.agg is Agg.MIN
            if j > i and not r.explicit and r.descending is more and not (r.quality or r.change):
                said.ranked.remove((j, r))
                said.measures.append((j, replace(first, agg=OPPOSITE[first.agg])))

    def _asked_deed(self) -> None:
        """各来源带来多少注册: a deed behind 多少 is what is counted, unless it says who."""
        said = self.said
        if said.measures or said.verbs or said.asked:
            return
        for i, verb in tuple(said.bare_verbs):
            who = isinstance(said.at(i + 1), (m.TableWord, Asked, m.DimensionWord))
            if said.at(i - 1) is C.HOW_MANY and not who:
                said.bare_verbs.remove((i, verb))
                said.measures.append((i, MetricRef(verb.names[0])))

    def _ranked_better(self) -> None:
        """生意最好的是哪个季度，按毛利: what 好 means is said behind."""
        said = self.said
        if len(said.measures) < 2:
            return
        i, _ = said.measures[-1]
        vague = [(j, r) for j, r in said.ranked if isinstance(r, Ranked) and r.quality and j < i]
        if len(vague) == 1 and said.at(i - 1) is C.EACH and i == len(said.mentions) - 1:
            said.measures[:] = said.measures[-1:]
