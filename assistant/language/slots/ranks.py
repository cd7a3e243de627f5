"""Ranks, sorts and groups: what is ranked by what, in which group."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.language import meaning as m
from assistant.language.phrases import Ranked
from assistant.language.slots.base import Base, C
from semantic_layer.catalog import Kind
from semantic_layer.query import (
    Agg,
    By,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Form,
    Grain,
    Group,
    HavingChange,
    Measure,
    MetricRef,
    Op,
)

SAME = {Grain.YEAR: CompareKind.YEAR_OVER_YEAR}
SEVERAL = 10  # rows of 有哪些, where no number is said


class Ranks(Base):
    """Mixed into the reader."""

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

    def _topmost(self) -> None:
        """哪块地的总价最低: which of the things, so 最低 ranks them."""
        said = self.said
        which = any(a.form is Form.WHICH and not a.grain for _, a in said.asked)
        if len(said.measures) != 1:
            return
        i, x = said.measures[0]
        if not isinstance(x, ColumnAggregate) or said.mentions[i].rule != "of_aggregate":
            return
        cut = next((r for j, r in said.ranked if j == i + 1 and r.explicit), None)  # 最低的前五名
        if x.column is None or x.agg not in (Agg.MAX, Agg.MIN) or not (which or cut):
            return
        said.measures.clear()
        said.dims.append((i, x.column))
        first = Ranked(1, x.agg is Agg.MAX, ties=True, explicit=False)
        if cut is not None:
            said.ranked.remove((i + 1, cut))
            first = replace(cut, descending=first.descending)
        said.ranked.append((i if cut is None else i + 1, first))

    def _pick(self) -> None:
        """是A的X低，还是B的X低, A和B哪个X高: the bare 高 or 低 ranks the two."""
        said = self.said
        self._moved_ones()
        words = {c for _, c in said.cues if c in (C.MORE, C.LESS)}
        named = any(a.form is Form.WHICH and (a.names or a.tables) for _, a in said.asked)
        if len(words) != 1 or not (named or said.cue(C.OR, C.WHICH, C.PERSON)):
            return
        if said.ranked:  # 是A的X多，还是B的X更多: said twice
            if self._rivals() and all(r.descending is (C.MORE in words) for _, r in said.ranked):
                said.cues[:] = [x for x in said.cues if x[1] not in words]
            return
        place = said.places(C.MORE, C.LESS)[0]
        more = C.MORE in words
        between = not named
        said.ranked.append((place, Ranked(1, more, ties=True, explicit=False, comparative=between)))
        if named or self._rivals() or sum(len(ps) for _, ps in said.periods) > 1:
            said.cues[:] = [x for x in said.cues if x[1] not in words]
        else:
            said.ranked.pop()

    def _moved_ones(self) -> None:
        """哪些城市单量比去年少: several are asked for, so the change is a test and no rank."""
        said = self.said
        several = said.cue(C.WHICH_ONES) or any(a.plural for _, a in said.asked)
        places = said.places(C.MORE, C.LESS)
        held = [Comparison(k) for _, c in said.compares for k in c.kinds]
        held += [Comparison(SAME.get(s.grain, CompareKind.PREVIOUS_PERIOD)) for _, s in said.same]
        if not several or len(places) != 1 or len(held) != 1 or said.ranked or said.having:
            return
        op = Op.GT if said.at(places[0]) is C.MORE else Op.LT
        said.having.append((places[0], HavingChange(MetricRef(""), held[0], op, (0.0,), "rate")))
        said.cues[:] = [x for x in said.cues if x[0] != places[0]]

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
                ranked = replace(
                    ranked,
                    descending=other.descending,
                    quality=other.quality,
                    change=other.change,
                    hint=other.hint,
                )
            elif (
                not ranked.explicit
                and not other.explicit
                and other.descending is not ranked.descending
            ):
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
        if self._several(ranked):
            ranked = replace(ranked, n=SEVERAL, ties=False)
        by = self._ranked_by(place)
        after = said.at(place + 1)
        if not ranked.explicit and isinstance(after, m.UnitWord) and after.text in ("次", "回"):
            self.lost.append(place)  # 第一次 is no rank
        if ranked.hint == m.PICKED:
            self.lost.append(place)
        if ranked.hint == m.UNSAID and not self._measure_said():
            self.lost.append(place)
        return ranked, by

    def _several(self, ranked: Ranked) -> bool:
        """卖得最好的商品有哪些, 哪些商品卖得好: more than the first is asked for, no number said. 哪些店最差
        are those that are as bad as the worst."""
        said = self.said
        if ranked.explicit or ranked.both or self._rivals():
            return False
        asked = [a for _, a in said.asked if a.form is Form.WHICH]
        loose = ranked.comparative and ranked.quality
        if said.cue(C.WHICH_ONES):
            return loose or not ranked.comparative
        if any(a.plural for a in asked):
            return loose
        return (
            loose and not asked and not said.cue(C.WHICH, C.PERSON, C.OR, C.THAN, C.VERSUS, C.ASK)
        )

    def _pointed(self) -> int | None:
        """第二名分渠道看看: an ordinal with nothing before it that could be ranked."""
        said = self.said
        if len(said.ranked) != 1:
            return None
        place, r = said.ranked[0]
        plain = r.n == 1 and r.explicit and not (r.fraction or r.change or r.hint or r.quality)
        measured = [j for j, _ in (*said.measures, *self._numeric_dims(), *said.verbs)]
        if not plain or r.both or r.comparative or any(j < place for j in measured):
            return None
        return -1 - r.offset if r.descending is False else r.offset

    def _measure_said(self) -> bool:
        """哪位最忙，按接诊量: what a word that nobody knows is measured by."""
        return any(self.said.at(j - 1) is C.EACH for j, _ in self.said.measures)

    def _ranked_by(self, place: int) -> Measure | str | None:
        """The measure or column just before the rank word; else just after it."""
        said = self.said
        before = [(j, x) for j, x in (*said.measures, *self._numeric_dims()) if j <= place]
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
        things += [
            (j, g.names[0]) for j, g in said.groupings if g.names and not g.names[0].startswith("@")
        ]
        before = [x for x in things if x[0] < max(places)]
        if not before:
            return descending, None
        by = max(before, key=lambda x: x[0])
        if isinstance(by[1], str) and (said.sorts or start):
            self.used.add(by[0])
            said.groupings[:] = [g for g in said.groupings if g[0] != by[0]]
        return descending, by[1]

    def _groups(self) -> tuple[list[Group], tuple[str, ...], Any]:
        said = self.said
        placed: list[tuple[int, Group]] = [(i, self._calendar(g)) for i, g in said.grains]
        each: list[str] = []
        bucket = None
        for i, g in said.groupings:
            if g.bucket:
                bucket = replace(g.bucket, dimension=g.names[0]) if g.names else g.bucket
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

    def _enclosing(self, groups: list[Group]) -> list[Group]:
        """各省占大区的比例: the regions are shown as well."""
        of = [By(c.of[0]) for _, c in self.said.windows if c.of]
        return [g for g in of[:1] if g not in groups]

    def _calendar(self, group: ByTime) -> ByTime:
        """今年各月份 are the months of one year, not the month of every year."""
        spans = [p.end - p.start for _, ps in self.said.periods for p in ps if p.start and p.end]
        if group.grain is Grain.MONTH_OF_YEAR and spans and max(spans).days <= 366:
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
