"""One consistent list of mentions → a draft. Second half: the roles that depend on neighbours.

Order carries little in these questions; where it does (what a threshold or a rank belongs to, which
period is compared with which, what a verb has for object) the nearest fitting neighbour decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from assistant.language import meaning as m
from assistant.language.draft import Draft
from assistant.language.grammar import Mention
from assistant.language.graph import Graph
from assistant.language.phrases import Asked, Ranked, Values, Verb
from assistant.language.scan import Drawers, Resolve, scan
from assistant.language.times import Shift
from semantic_layer.catalog import Kind
from semantic_layer.query import (
    Agg,
    And,
    By,
    ByBucket,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    Form,
    Grain,
    Group,
    Having,
    HavingChange,
    Measure,
    MetricRef,
    Op,
    Or,
    Period,
    PerUnit,
    Streak,
    Term,
    Where,
    WhereTime,
    Window,
    WindowKind,
)

C = m.Cue


def read(mentions: Sequence[Mention], graph: Graph, resolve: Resolve) -> Draft:
    """The draft that these mentions fill. Mentions carry exactly one meaning each."""
    return _Reader(scan(mentions, resolve), graph).draft()


class _Reader:
    def __init__(self, said: Drawers, graph: Graph) -> None:
        self.said, self.graph = said, graph
        self.used: set[int] = set()  # places whose mention has found its role
        self.penalty = 0.0
        self.enclosed: Grain | None = None  # the time group that a share is within
        self.time_dimension: str | None = None
        self.grain: Grain | None = None
        self.edges: tuple[float, ...] = ()
        self.served: set[int] = set()  # operators that found their place without a phrase
        self.asserts = 0
        self.streak: Streak | None = None
        self.lost: list[int] = []  # places that found no role

    def draft(self) -> Draft:
        said = self.said
        self._aggregates()
        self._pick()
        self._held()
        self._tallied()
        verbs = self._verbs()
        compare, periods = self._times()
        where = self._where()
        having = [*self._either(said.having), *self._loose_thresholds(), *self._movers()]
        ranked, rank_by = self._rank()
        streak = self.streak = self._streak()
        groups, each, bucket = self._groups()
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
            grain=self.grain,
            ranked=ranked,
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
            time_dimension=self.time_dimension,
            distinct=said.cue(C.DISTINCT),
            unused=self._unused(),
            penalty=self.penalty + self._doubts(),
            clash=self._clash(),
        )

    def _cues(self) -> frozenset[m.Cue]:
        cues = {c for i, c in self.said.cues if c is not C.ALSO or i <= 1}
        if any(a.agg is Agg.SUM for _, a in self.said.aggs):
            cues.add(C.TOTAL)
        if C.EXCEPT in cues:  # 不要按月: with no value behind it, it takes something away
            cues.add(C.REMOVE)
        return frozenset(cues)

    def _doubts(self) -> float:
        """新客 beside another measure, or after 只看, is a value rather than a metric."""
        said = self.said
        words = [(i, x.value) for i, x in enumerate(said.mentions) if isinstance(x.value, m.MetricWord)]
        both = [i for i, w in words if w.values]
        if both and (len(words) > len(both) or any(said.at(i - 1) is C.ONLY for i in both)):
            return 0.4 * len(both)
        return 0.0

    def _clash(self) -> bool:
        """广东的北京市, 昨天上个月: two that exclude each other, with nothing between them."""
        said = self.said
        if any(_empty_range(c) for _, c in (*said.where, *said.having)):
            return True
        for (i, a), (j, b) in pairwise(said.values):
            same = a.options[0][0] == b.options[0][0] and not (a.negated or b.negated)
            apart = said.mentions[j].start > said.mentions[i].end
            if same and apart and j == i + 1 and not set(a.options[0][1]) & set(b.options[0][1]):
                return True
        joins = (C.AND, C.OR, C.VERSUS, C.THAN, C.RESPECTIVELY, C.GAP, C.BUT, C.ALSO)
        loose = [(i, p) for i, p in said.periods if i not in self.used]
        if len(loose) > 1 and not said.cue(*joins) and not said.verbs and not self.asserts:
            if len(_narrowest([x for _, p in loose for x in p])) > 1:
                return True
        for (i, p), (j, q) in pairwise(said.periods):
            if j == i + 1 and not {i, j} & self.used and not any(_overlap(x, y) for x in p for y in q):
                return True
        return False

    def _unused(self) -> tuple[int, ...]:
        """Places of words that carry meaning and found no role: they count as unread."""
        said = self.said
        out = [*said.unresolved, *self.lost]
        out += [i for i, a in said.aggs if i not in self.used and a.agg is not Agg.SUM]
        out += [i for i, _ in said.pers if i not in self.used]
        out += [i for i in said.ranks if i not in self.used]
        if not said.streaks and not any(w.kind in _MOVING for _, w in said.windows):
            out += [i for i, _ in said.durations if i not in self.used]
            out += [i for i, _ in said.numbers if i not in self.used]
        out += [i for i in said.streaks if not said.durations]
        for i, mention in enumerate(said.mentions):
            if isinstance(mention.value, m.OpWord) and i not in self.served and not self._reached(i):
                out.append(i)
        out += [i for i, c in said.cues if c in _MUST_SERVE]
        if not any(v.negated for _, v in said.values):
            out += said.places(C.OTHERS)
        out += [i for i, x in enumerate(said.mentions) if self._stray_unit(i, x.value)]
        if said.streaks and self.streak is None:
            out += said.streaks
        if not said.streaks:
            out += [i for i in said.places(C.NOT) if i < len(said.mentions) - 1]
        if not (said.cue(C.ASK, C.WHETHER, C.EXISTS, C.THAN, C.VERSUS, C.GAP) or said.compares or said.same):
            out += said.places(C.MORE, C.LESS)
        return tuple(sorted(set(out)))

    def _reached(self, place: int) -> bool:
        """达到了多少, 达到了最高: the operator is only the verb of the question."""
        after = self.said.at(place + 1)
        asks = after is None or after in (C.WHAT, C.HOW_MANY) or isinstance(after, Ranked)
        return asks and self.said.at(place) == m.OpWord(Op.GE)

    # ── measures ──────────────────────────────────────────────────────────────────────────────

    def _aggregates(self) -> None:
        """A loose 平均 or 日均 takes the nearest measure or number column after it, else before it."""
        said, graph = self.said, self.graph
        for i, agg in said.aggs:
            following = [(j, d) for j, d in said.dims if j > i and j - i <= 4 and graph.numeric(d)]
            if following and agg.agg is not Agg.COUNT_DISTINCT:
                j, d = following[0]
                said.measures.append((j, ColumnAggregate(agg.agg, d, at=agg.at)))
                self.used |= {i, j}
            elif agg.agg in _NOT_SUMS and (summed := self._summed(i)) is not None:
                j, column = summed
                said.measures[:] = [x for x in said.measures if x[0] != j]
                said.measures.append((j, ColumnAggregate(agg.agg, column, at=agg.at)))
                self.used.add(i)
            elif i not in self.used and (owner := self._same_column(i)) is not None:
                said.measures.append((i - 1, ColumnAggregate(agg.agg, owner, at=agg.at)))
                self.used.add(i)
        for i, per in said.pers:
            if not per.unit:
                continue
            near = sorted(said.measures, key=lambda x: (x[0] < i, abs(x[0] - i)))
            if near:
                j, measure = near[0]
                said.measures.remove((j, measure))
                said.measures.append((j, PerUnit(measure, per.unit)))
                self.used.add(i)
        said.measures.sort(key=lambda x: x[0])

    def _summed(self, place: int) -> tuple[int, str] | None:
        """优惠金额的中位数: the column that the metric before it sums."""
        for j, measure in self.said.measures:
            if j == place - 1 and isinstance(measure, MetricRef):
                column = self.graph.column_of(measure.metric)
                return (j, column) if column else None
        return None

    def _stray_unit(self, place: int, value: Any) -> bool:
        """月 in 月销售额: a unit of time with no number says how the measure is meant."""
        if not isinstance(value, m.UnitWord) or value.text not in ("月", "年", "日", "周"):
            return False
        after = self.said.at(place + 1)
        return isinstance(after, (m.MetricWord, m.DimensionWord))

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

    # ── times ─────────────────────────────────────────────────────────────────────────────────

    def _times(self) -> tuple[tuple[Comparison, ...], tuple[Period, ...]]:
        said = self.said
        compare: list[Comparison] = []
        for _, cue in said.compares:
            for kind in cue.kinds:
                compare.append(Comparison(kind, shows=cue.shows or ("value", "rate")))
        for _, same in said.same:
            kind = CompareKind.YEAR_OVER_YEAR if same.grain is Grain.YEAR else CompareKind.PREVIOUS_PERIOD
            if (said.periods or said.cue(C.THAN, C.VERSUS, C.GAP)) and not compare:
                compare.append(Comparison(kind))
        self._pointers()
        main: list[Period] = []
        against: list[Period] = []
        for i, periods in said.periods:
            if i in self.used:
                continue
            before, after = said.at(i - 1), said.at(i + 1)
            first = not main
            compared = before in (C.THAN, C.VERSUS) or self._beyond(i) or (
                before is C.AND and after in (C.THAN, C.VERSUS) and not first
            )
            if compared and len(said.periods) + len(main) > 1 and not first:
                against += periods
            elif compared and first and len(said.periods) == len(periods) == 1 and not self._rivals():
                against += periods
            else:
                main += periods
        versus = said.cue(C.VERSUS, C.GAP, C.THAN) and not said.values
        if not against and versus and len(main) == 2:
            main.sort(key=lambda p: str(p.start), reverse=True)
            against, main = main[1:], main[:1]
        shows = ("value", "difference", "rate") if said.cue(C.GAP) else ("value", "rate")
        compare += [Comparison(CompareKind.PERIOD, p, shows) for p in against]
        return tuple(dict.fromkeys(compare)), _narrowest(main)

    def _beyond(self, place: int) -> bool:
        """退款率高于4月: an operator before a period compares with it."""
        op = self.said.at(place - 1)
        if not isinstance(op, m.OpWord) or op.after:
            return False
        self.served.add(place - 1)
        self.asserts = 1 if op.op in (Op.GT, Op.GE) else -1
        return True

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

    # ── verbs with their objects ──────────────────────────────────────────────────────────────

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
                if i < j < end
                and not self._starts_anew(i, j)
                and not self._describes(j)
            ]
            before = said.at(i - 1)
            if isinstance(before, Values) and before.negated and not verb.negated:
                verb = replace(verb, negated=True)  # 从没在线下门店买过
                objects = [(i - 1, replace(before, negated=False))]
            if not objects and said.cue(C.TOGETHER):
                objects = [(j, v) for j, v in said.values if start <= j < i and v.both]
            conditions = [c for j, v in objects for c in (condition_of(v),)]
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

    # ── filters ───────────────────────────────────────────────────────────────────────────────

    def _where(self) -> list[Condition]:
        said = self.said
        out: list[Condition] = [c for i, c in said.where if i not in self.used]
        rest = [(i, v) for i, v in said.values if i not in self.used]
        out += self._values(rest)
        for i, name in said.terms:
            negated = said.at(i - 1) in (C.NOT, C.EXCEPT)
            out.append(Term(name, negated))
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
                return Or(tuple(And(tuple(condition_of(v) for v in side)) for side in (left, right)))
        return None

    def _movers(self) -> list[Condition]:
        """同比，找出负增长的: the ones that moved so."""
        said = self.said
        if not said.compares or said.ranked or said.having or not said.cue(C.LIST):
            return []
        for i, cue in said.changes:
            last = i == len(said.mentions) - 1
            if cue.direction and not cue.show and last and i > said.compares[0][0] + 1:
                op = Op.GT if cue.direction > 0 else Op.LT
                return [HavingChange(MetricRef(""), Comparison(said.compares[0][1].kinds[0]), op, (0.0,))]
        return []

    def _edges(self) -> tuple[float, ...] | None:
        """按0-50、50-100、100以上分段: several ranges in a row are the edges of buckets."""
        ranges = [t.values for _, t in self.said.thresholds]
        ranges += [(x.value,) for _, x in self.said.numbers]
        if len(ranges) < 2 or not self.said.cue(C.DISTRIBUTION):
            return None
        self.used |= {i for i, _ in self.said.numbers}
        points = sorted({v for values in ranges for v in values})
        return tuple(p for p in points if p > 0)

    def _either(self, conditions: list[tuple[int, Condition]]) -> list[Condition]:
        """毛利率低于20%或者退款率高于8%"""
        places = self.said.places(C.OR)
        if len(conditions) == 2 and any(conditions[0][0] < j < conditions[1][0] for j in places):
            return [Or((conditions[0][1], conditions[1][1]))]
        return [c for _, c in conditions]

    def _loose_thresholds(self) -> list[Condition]:
        """超过1万 with its measure or column elsewhere in the sentence."""
        said, out = self.said, []
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
                compare = said.compares[0][1].kinds[0] if said.compares else CompareKind.PREVIOUS_PERIOD
                measure = near_measures[0][1] if near_measures else MetricRef("")
                sign = -1 if changed[0].direction < 0 else 1
                op = _FLIP.get(t.op, t.op) if sign < 0 else t.op
                values = tuple(sorted(sign * v for v in t.values))
                out.append(HavingChange(measure, Comparison(compare), op, values))
            elif near_dims and (not near_measures or abs(near_dims[0][0] - i) <= abs(near_measures[0][0] - i)):
                j, dimension = near_dims[0]
                self.used.add(j)
                said.where.append((i, Where(dimension, t.op, t.values)))
            elif near_measures:
                out.append(Having(near_measures[0][1], t.op, t.values))
            else:
                out.append(Having(MetricRef(""), t.op, t.values))
        return out

    # ── ranks, sorts ──────────────────────────────────────────────────────────────────────────

    def _rivals(self) -> bool:
        """A还是B, A和B哪个: are several members of one dimension held against each other?"""
        named: dict[str, int] = {}
        for _, v in self.said.values:
            dimension, items = v.options[0]
            named[dimension] = named.get(dimension, 0) + len(items)
        return max(named.values(), default=0) > 1 and any(r.comparative for _, r in self.said.ranked)

    def _tallied(self) -> None:
        """甲区的A与乙区的B两个小区: the number only counts what was named."""
        said = self.said
        for i, number in said.numbers:
            things = [(j, d) for j, d in said.dims if 0 < j - i <= 2]
            for j, dimension in things[:1]:
                named = [v for _, v in said.values if v.options[0][0] == dimension]
                if sum(len(v.options[0][1]) for v in named) == number.value:
                    self.used |= {i, j}

    def _held(self) -> None:
        """哪个的容积率更低: the number after 哪个 is what the things are ranked by."""
        said = self.said
        if not said.ranked:
            return
        for i, a in [x for x in said.asked if x[1].names and self.graph.numeric(x[1].names[0])]:
            if a.form is Form.WHICH:
                said.asked.remove((i, a))
                said.dims.append((i, a.names[0]))
                said.cues.append((i, C.WHICH))
        said.dims.sort(key=lambda x: x[0])

    def _pick(self) -> None:
        """是A的X低，还是B的X低: the bare 高 or 低 ranks the two."""
        said = self.said
        words = {c for _, c in said.cues if c in (C.MORE, C.LESS)}
        if len(words) != 1 or not said.cue(C.OR):
            return
        if said.ranked:  # 是A的X多，还是B的X更多: said twice
            if self._rivals() and all(r.descending is (C.MORE in words) for _, r in said.ranked):
                said.cues[:] = [x for x in said.cues if x[1] not in words]
            return
        place = said.places(C.MORE, C.LESS)[0]
        more = C.MORE in words
        said.ranked.append((place, Ranked(1, more, ties=True, explicit=False, comparative=True)))
        if self._rivals():
            said.cues[:] = [x for x in said.cues if x[1] not in words]
        else:
            said.ranked.pop()

    def _rank(self) -> tuple[Ranked | None, Measure | str | None]:
        said = self.said
        if not said.ranked:
            return None, None
        explicit = [r for r in said.ranked if r[1].explicit]
        place, ranked = (explicit or said.ranked)[0]
        for j, other in said.ranked:
            if other is ranked:
                continue
            if ranked.explicit and not other.explicit and ranked.descending is None:
                ranked = replace(ranked, descending=other.descending, quality=other.quality, change=other.change, hint=other.hint)
            elif not ranked.explicit and not other.explicit and other.descending is not ranked.descending:
                ranked = replace(ranked, both=True, descending=True)
            elif ranked.explicit and not other.explicit:
                ranked = replace(ranked, descending=other.descending)
            self.used.add(j)
        cue = said.at(place - 1)
        if isinstance(cue, (m.CompareCue, m.ChangeCue)) and ranked.change is None and cue.direction:
            up = ranked.descending is not False
            ranked = replace(ranked, change="rate", descending=up if cue.direction > 0 else not up)
        if len(said.sorts) and ranked.descending is None:
            ranked = replace(ranked, descending=said.sorts[0][1])
        wanted = [a.n for _, a in said.asked if a.n]
        if wanted and not ranked.explicit:
            ranked = replace(ranked, n=wanted[0], ties=False, explicit=True)
        return ranked, self._ranked_by(place)

    def _ranked_by(self, place: int) -> Measure | str | None:
        """The measure or column just before the rank word; else just after it."""
        said = self.said
        before = [(j, x) for j, x in (*said.measures, *self._numeric_dims()) if j < place]
        after = [(j, x) for j, x in (*said.measures, *self._numeric_dims()) if j > place]
        if before:
            return max(before, key=lambda x: x[0])[1]
        if after:
            return min(after, key=lambda x: x[0])[1]
        return None

    def _numeric_dims(self) -> list[tuple[int, str]]:
        kinds = (Kind.NUMBER, Kind.TIME)
        return [(j, d) for j, d in self.said.dims if self.graph.kind(d) in kinds]

    def _sort(self) -> tuple[bool | None, Measure | str | None]:
        said = self.said
        places = [i for i, _ in said.sorts] + said.places(C.SORT)
        if not places:
            return None, None
        descending = said.sorts[0][1] if said.sorts else True
        start = said.places(C.EACH)
        things: list[tuple[int, Any]] = [*said.measures, *said.dims]
        things += [(j, g.names[0]) for j, g in said.groupings if g.names and not g.names[0].startswith("@")]
        before = [x for x in things if x[0] < max(places)]
        if not before:
            return descending, None
        by = max(before, key=lambda x: x[0])
        if isinstance(by[1], str) and (said.sorts or start):
            self.used.add(by[0])
            said.groupings[:] = [g for g in said.groupings if g[0] != by[0]]
        return descending, by[1]

    # ── groups ────────────────────────────────────────────────────────────────────────────────

    def _groups(self) -> tuple[list[Group], tuple[str, ...], Any]:
        said = self.said
        placed: list[tuple[int, Group]] = [(i, self._calendar(g)) for i, g in said.grains]
        each: list[str] = []
        bucket = None
        for i, g in said.groupings:
            if g.bucket:
                bucket = g.bucket
                continue
            for name in g.names[:1]:
                dimension = self._member(name)
                if dimension is None:
                    continue
                if self.graph.kind(dimension) is Kind.TIME:
                    self.time_dimension = dimension
                    if not said.grains:
                        placed.append((i, ByTime(Grain.DAY, dimension)))
                    continue
                placed.append((i, By(dimension)))
                if g.each:
                    each.append(dimension)
        if any(g.each for _, g in said.groupings):
            placed += self._coordinated(placed)
        placed.sort(key=lambda x: x[0])
        return [g for _, g in placed], tuple(each), bucket

    def _calendar(self, group: ByTime) -> ByTime:
        """今年各月份 are the months of one year, not the month of every year."""
        spans = [p for _, ps in self.said.periods for p in ps if p.start and p.end]
        if group.grain is Grain.MONTH_OF_YEAR and spans and all((p.end - p.start).days <= 366 for p in spans):  # type: ignore[operator]
            return ByTime(Grain.MONTH, group.dimension)
        return group

    def _member(self, name: str) -> str | None:
        return self.graph.member_of(name[1:]) if name.startswith("@") else name

    def _coordinated(self, placed: list[tuple[int, Group]]) -> list[tuple[int, Group]]:
        """各渠道和品类: what 和 joins to a group is a group."""
        out: list[tuple[int, Group]] = []
        for i, d in self.said.dims:
            joined = self.said.at(i - 1) is C.AND and any(j == i - 2 for j, _ in (*placed, *out))
            if joined and not self.graph.numeric(d) and i not in self.used:
                out.append((i, By(d)))
                self.used.add(i)
        return out

    # ── the rest ──────────────────────────────────────────────────────────────────────────────

    def _streak(self) -> Streak | None:
        said = self.said
        if not said.streaks or not said.durations:
            return None
        i = said.streaks[0]
        lengths = [d for j, d in said.durations if j > i]
        if not lengths:
            return None
        duration = lengths[0]
        direction, value = "down", None
        negative: list[Any] = [v for j, v in said.verbs if v.negated and j > i]
        negative += [x for j, x in said.measures if said.at(j - 1) is C.NOT]
        change = [c for j, c in said.changes if j > i and c.direction]
        if negative:
            direction = "zero"
        elif change:
            direction = "up" if change[0].direction > 0 else "down"
        elif said.thresholds or said.having:
            direction, value = self._streak_level()
        elif said.verbs or said.bare_verbs:
            direction = "nonzero"
        else:
            return None
        return Streak(int(duration.n), duration.grain, direction, value)

    def _streak_level(self) -> tuple[str, float | None]:
        said = self.said
        if said.thresholds:
            _, t = said.thresholds.pop(0)
            return ("above" if t.op in (Op.GT, Op.GE) else "below"), float(t.values[0])
        i, having = said.having[0]
        if isinstance(having, Having) and isinstance(having.values[0], (int, float)):
            said.having.pop(0)
            said.measures.append((i, having.measure))
            return ("above" if having.op in (Op.GT, Op.GE) else "below"), float(having.values[0])
        return "down", None

    def _asserted(self) -> bool:
        """Is there something that can be true or false: 涨了吗, 比上月高吗?"""
        said = self.said
        compared = bool(self.asserts or said.compares or said.same or said.cue(C.THAN, C.VERSUS))
        return any(c.direction and not c.show for _, c in said.changes) or (
            compared and said.cue(C.MORE, C.LESS)
        )

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

    def _windows(self) -> tuple[Window, ...]:
        said = self.said
        out = []
        for i, cue in said.windows:
            after_sort = isinstance(said.at(i - 1), m.SortCue)
            if cue.kind is WindowKind.RANK and (after_sort or isinstance(said.at(i + 1), Ranked)):
                continue  # 排名最低的三个, 由低到高排名: the rank is what is ranked by
            n = cue.n
            if cue.kind in (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM):
                lengths = [int(d.n) for _, d in said.durations]
                numbers = [int(x.value) for j, x in said.numbers if abs(j - i) <= 2]
                n = (lengths or numbers or [7])[0]
            within: tuple[str, ...] = ("*",) if cue.within else ()
            if self.enclosed is not None and cue.kind is WindowKind.SHARE:
                within = (self.enclosed.value,)
            if said.durations and cue.kind in _MOVING:
                self.grain = said.durations[0][1].grain
            out.append(Window(cue.kind, n=n, within=within))
        return tuple(dict.fromkeys(out))

    def _form(self) -> Form | None:
        said = self.said
        if said.claim:
            return Form.YES_NO
        if said.forms:
            return said.forms[0][1].form
        if said.cue(C.EXISTS, C.WHETHER):
            return Form.YES_NO
        asked = said.cue(C.ASK) or (bool(said.mentions) and said.mentions[-1].value is C.NOT)
        if asked and self._asserted():
            return Form.YES_NO
        for _, a in said.asked:
            return a.form
        if said.cue(C.LIST, C.DETAIL):
            return Form.LIST
        if said.cue(C.WHICH, C.PERSON):
            return Form.WHICH
        return None


def _narrowest(periods: list[Period]) -> tuple[Period, ...]:
    """双十一期间（11.1-11.11）: a period inside another says it more exactly."""
    kept: list[Period] = []
    periods = _bounded(periods)
    for p in dict.fromkeys(periods):
        inside = [q for q in periods if q is not p and _contains(p, q) and not _contains(q, p)]
        same = [q for q in kept if _contains(p, q) and _contains(q, p)]
        if not inside and not same:
            kept.append(p)
    return tuple(kept)


def _empty_range(condition: Condition) -> bool:
    """大于500且小于100"""
    if not isinstance(condition, And):
        return False
    low = [c.values[0] for c in condition.parts if getattr(c, "op", None) in (Op.GT, Op.GE)]  # type: ignore[union-attr]
    high = [c.values[0] for c in condition.parts if getattr(c, "op", None) in (Op.LT, Op.LE)]  # type: ignore[union-attr]
    numbers = all(isinstance(v, (int, float)) for v in (*low, *high))
    return bool(low and high and numbers and max(low) >= min(high))


def _overlap(a: Period, b: Period) -> bool:
    if None in (a.start, a.end, b.start, b.end):
        return True
    return bool(_day(a.start) < _day(b.end) and _day(b.start) < _day(a.end))


def _bounded(periods: list[Period]) -> list[Period]:
    """今年截至目前: an end without a start cuts the period it stands beside."""
    open_ended = [p for p in periods if p.start is None and p.end is not None]
    whole = [p for p in periods if p.start is not None and p.end is not None]
    if len(open_ended) != 1 or len(whole) != 1:
        return periods
    until, p = open_ended[0], whole[0]
    if _day(until.end) <= _day(p.start):
        return periods
    return [replace(p, end=until.end) if _day(until.end) < _day(p.end) else p]


def _contains(outer: Period, inner: Period) -> bool:
    if None in (outer.start, outer.end, inner.start, inner.end):
        return False
    return bool(_day(outer.start) <= _day(inner.start) and _day(inner.end) <= _day(outer.end))


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else f"{value.isoformat()}T00:00:00"


_NOT_SUMS = (Agg.MEDIAN, Agg.STDDEV, Agg.VARIANCE, Agg.PERCENTILE, Agg.MAX, Agg.MIN)
_MUST_SERVE = (C.CONTAINS, C.STARTS, C.ENDS, C.NULL, C.NOT_NULL, C.ABOVE_AVERAGE, C.OUTSIDE)
_MOVING = (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM)
_FLIP = {Op.GT: Op.LT, Op.GE: Op.LE, Op.LT: Op.GT, Op.LE: Op.GE}


def condition_of(values: Values) -> Where:
    """The filter that a list of values means, by its first option."""
    dimension, items = values.options[0]
    if len(items) == 1:
        return Where(dimension, Op.NE if values.negated else Op.EQ, items)
    return Where(dimension, Op.NOT_IN if values.negated else Op.IN, items)


__all__ = ["condition_of", "read"]
