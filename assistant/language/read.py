"""One consistent list of mentions → a draft. Second half: the roles that depend on neighbours.

Order carries little in these questions; where it does (what a threshold or a rank belongs to, which
period is compared with which, what a verb has for object) the nearest fitting neighbour decides."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language import meaning as m
from assistant.language.draft import Draft
from assistant.language.grammar import Mention
from assistant.language.graph import Graph
from assistant.language.phrases import Condition_, Ranked
from assistant.language.scan import Resolve, scan
from assistant.language.slots.base import MOVING, MUST_SERVE, C, condition_of
from assistant.language.slots.filters import Filters
from assistant.language.slots.measures import Measures
from assistant.language.slots.ranks import Ranks
from assistant.language.slots.rowwise import Rowwise
from assistant.language.slots.streaks import Streaks
from assistant.language.slots.tallies import Tallies
from assistant.language.slots.times import Times, empty_range
from assistant.language.slots.twofold import Twofold
from assistant.language.slots.verbs import Verbs
from semantic_layer.query import (
    Agg,
    And,
    ByBucket,
    Form,
    Op,
)

MEAN = (Condition_,)


def read(mentions: Sequence[Mention], graph: Graph, resolve: Resolve) -> Draft:
    """The draft that these mentions fill. Mentions carry exactly one meaning each."""
    return _Reader(scan(mentions, resolve), graph).draft()


class _Reader(Twofold, Measures, Times, Verbs, Filters, Ranks, Streaks, Rowwise, Tallies):
    """All families together, and what needs several of them."""

    def draft(self) -> Draft:
        said = self.said
        self._claims()
        verbs = self._verbs()
        compare, periods = self._times()
        streak = self.streak = self._streak()
        having = [*self._either(said.having), *self._loose_thresholds(), *self._movers()]
        where = self._where()
        ranked, rank_by = self._rank()
        groups, each, bucket = self._groups()
        groups = self._without_streak(groups)
        groups = [*self._enclosing(groups), *groups]
        sort, sort_by = self._sort()
        measures = self._measures()
        windows = self._windows()
        return Draft(
            measures=tuple(dict.fromkeys(measures)),
            columns=tuple(dict.fromkeys(d for i, d in said.dims if i not in self.used)),
            groups=tuple(dict.fromkeys(groups)),
            each=each,
            bucket=ByBucket(edges=self.edges) if self.edges else bucket,
            asked=tuple(a for i, a in said.asked if i not in self.used),
            entities=tuple(dict.fromkeys(e for i, e in said.entities if i not in self.used)),
            where=tuple(where),
            values=tuple(v for i, v in said.values if i not in self.used),
            having=tuple(having),
            verbs=verbs,
            periods=periods,
            compare=compare,
            change=self._change(),
            windows=windows,
            part=self._part(where),
            grain=self.grain,
            ranked=ranked,
            pointed=self._pointed(),
            again=self._again(compare),
            rank_by=rank_by,
            sort=sort,
            sort_by=sort_by,
            streak=streak,
            form=self._form(),
            asserted=self._direction(),
            cues=self._cues(),
            chart=said.chart,
            about=said.about,
            refuse=said.refuse,
            analysis=said.analysis,
            params=tuple(said.params),
            people=said.people,
            people_of=said.people_of,
            crowds=tuple(said.crowds),
            time_dimension=self.time_dimension,
            distinct=said.cue(C.DISTINCT),
            unused=self._unused(),
            penalty=self.penalty + self._doubts(),
            clash=self._clash() or empty_range(And(tuple(having))),
            assumptions=tuple(self.notes),
        )

    def _claims(self) -> None:
        """Words whose role only their neighbours decide, taken before any slot reads its own."""
        self._told()
        self._each_row()
        self._asked_twice()
        self._aggregates()
        self._topmost()
        self._pick()
        self._held()
        self._tallied()
        self._surpassing()
        self._said_again()
        self._ranked_deed()
        self._whom()
        self._denied()
        self._parts()

    def _cues(self) -> frozenset[m.Cue]:
        last = len(self.said.mentions) - 1
        cues = {c for i, c in self.said.cues if c is not C.ALSO or i <= 1 or i == last}
        if self._money():
            cues = (cues - {C.HOW_MANY}) | {C.HOW_MUCH}
        if any(a.agg is Agg.SUM for _, a in self.said.aggs):
            cues.add(C.TOTAL)
        if self._added():
            cues.add(C.TOGETHER_ADDED)
        if any(a.plural and a.form is Form.COUNT for _, a in self.said.asked):
            cues.add(C.RESPECTIVELY)  # 甲和乙的用户各有多少
        if C.EXCEPT in cues:  # 不要按月: with no value behind it, it takes something away
            cues.add(C.REMOVE)
        return frozenset(cues)

    def _money(self) -> bool:
        """多少钱 asks for an amount, whatever else is counted."""
        units = ("钱", "块钱", "元", "块", "人民币", "美元")
        return any(
            isinstance(after := self.said.at(i + 1), m.UnitWord) and after.text in units
            for i in self.said.places(C.HOW_MANY)
        )

    def _doubts(self) -> float:
        """新客 beside another measure, or after 只看, is a value rather than a metric."""
        said = self.said
        words = [
            (i, x.value) for i, x in enumerate(said.mentions) if isinstance(x.value, m.MetricWord)
        ]
        both = [i for i, w in words if w.values]
        dangling = (
            0.3 if said.cue(C.EACH) else 0.0
        )  # 各 with nothing behind it: each of those named
        if both and (len(words) > len(both) or any(said.at(i - 1) is C.ONLY for i in both)):
            return 0.4 * len(both) + dangling
        return dangling

    def _unused(self) -> tuple[int, ...]:
        """Places of words that carry meaning and found no role: they count as unread."""
        said = self.said
        out = [*said.unresolved, *self.lost]
        out += [i for i, a in said.aggs if i not in self.used and a.agg is not Agg.SUM]
        out += [i for i, _ in said.pers if i not in self.used]
        out += [i for i in said.ranks if i not in self.used]
        if not said.streaks and not any(w.kind in MOVING for _, w in said.windows):
            out += [i for i, _ in said.durations if i not in self.used]
            out += [i for i, _ in said.numbers if i not in self.used]
        out += [i for i in said.streaks if not said.durations]
        for i, mention in enumerate(said.mentions):
            if (
                isinstance(mention.value, m.OpWord)
                and i not in self.served
                and not self._reached(i)
            ):
                out.append(i)
        out += [i for i, c in said.cues if c in MUST_SERVE and i not in self.served]
        apart = [i for i in said.places(C.AVERAGE_LEVEL) if not isinstance(said.at(i + 1), MEAN)]
        out += apart  # 平均单价在4万以上: a price is a mean already
        out += [i for i in said.places(C.TOGETHER) if any(j == i + 1 for j, _ in said.measures)]
        if not any(v.negated for _, v in said.values):
            out += said.places(C.OTHERS)
        out += [i for i, x in enumerate(said.mentions) if self._stray_unit(i, x.value)]
        if said.streaks and self.streak is None:
            out += said.streaks
        if not (said.measures or said.dims or said.analysis or said.params):
            out += said.places(C.HOW_LONG)  # a time is asked for and nothing measures one
        if not said.streaks:
            last = len(said.mentions) - 1
            out += [i for i in said.places(C.NOT) if i < last and i not in self.used]
        if not (
            said.cue(C.ASK, C.WHETHER, C.EXISTS, C.THAN, C.VERSUS, C.GAP)
            or said.compares
            or said.same
            or any(v.versus for _, v in said.values)
        ):
            out += said.places(C.MORE, C.LESS)
        return tuple(sorted(set(out)))

    def _reached(self, place: int) -> bool:
        """达到了多少, 达到了最高: the operator is only the verb of the question."""
        after = self.said.at(place + 1)
        asks = after is None or after in (C.WHAT, C.HOW_MANY) or isinstance(after, Ranked)
        return asks and self.said.at(place) == m.OpWord(Op.GE)

    def _asserted(self) -> bool:
        """Is there something that can be true or false: 涨了吗, 比上月高吗?"""
        said = self.said
        compared = bool(self.asserts or said.compares or said.same or said.cue(C.THAN, C.VERSUS))
        moved = any(c.direction and not c.show for _, c in said.changes)
        return bool(self.asserts) or moved or (compared and said.cue(C.MORE, C.LESS))

    def _done_by_some(self) -> bool:
        """昨天有人买帐篷吗: whether anybody did it, where no list and no number is asked for."""
        said = self.said
        listed = said.cue(C.LIST, C.DETAIL, C.WHICH, C.PERSON, C.HOW_MANY, C.HOW_MUCH)
        deeds = [v for _, v in said.verbs] + [v for _, v in said.bare_verbs]
        return bool(deeds and said.entities) and not (listed or said.asked or said.measures)

    def _direction(self) -> int:
        """1 when more is asserted, -1 when less, 0 when nothing is."""
        if self.asserts:
            return self.asserts
        for _, c in self.said.changes:
            if c.direction:
                return c.direction
        if self.said.cue(C.MORE):
            return 1
        return -1 if self.said.cue(C.LESS) else 0

    def _form(self) -> Form | None:
        said = self.said
        if said.claim:
            return Form.YES_NO
        if said.forms:
            return said.forms[0][1].form
        if said.cue(C.EXISTS, C.WHETHER):
            return Form.YES_NO
        if any(w.running for _, w in said.windows):
            return Form.TREND
        asked = said.cue(C.ASK) or (bool(said.mentions) and said.mentions[-1].value is C.NOT)
        if asked and (self._asserted() or self._done_by_some()):
            return Form.YES_NO
        for _, a in said.asked:
            return a.form
        if said.cue(C.LIST, C.DETAIL):
            return Form.LIST
        if said.cue(C.WHICH, C.PERSON):
            return Form.WHICH
        return None


__all__ = ["condition_of", "read"]
