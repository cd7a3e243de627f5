"""Numbers that something is held against, said apart from it: the measure, the column, or the edges of ranges."""

from __future__ import annotations

from functools import partial

from assistant.language.meaning import TableWord, UnitWord
from assistant.language.phrases import Asked, Threshold
from assistant.language.scales import (
    BORN,
    MONEY,
    amount_of,
    column_by_unit,
    converted,
    counted_table,
    measured_in,
    metric_by_unit,
    plain_unit,
)
from assistant.language.slots.base import FLIP, Base, C
from semantic_layer.query import (
    CompareKind,
    Comparison,
    Condition,
    Having,
    HavingChange,
    MetricRef,
    Op,
    Where,
)


class Limits(Base):
    """Mixed into the reader."""

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
                kept = self.graph.catalog.dimensions[dimension].unit
                said.where.append((i, Where(dimension, t.op, converted(t.values, t.unit, kept))))
            elif (column := self._meant_by(i, t)) is not None:
                values = tuple(int(v) if v.is_integer() else v for v in t.values)
                said.where.append((i, Where(column, t.op, values)))
            elif t.op in (Op.EQ, Op.IN) or t.unit == BORN:
                self.lost.append(i)
            elif near_measures:
                measure = near_measures[0][1]
                kept = measured_in(self.graph, measure)
                out.append(Having(measure, t.op, converted(t.values, t.unit, kept)))
            else:
                counted = metric_by_unit(self.graph, plain_unit(t.unit))
                before = said.at(i - 1)
                named = before.names[0] if counted and isinstance(before, TableWord) else None
                if named and self.graph.counter_of(named) == MetricRef(counted or ""):
                    self.used.add(i - 1)  # 订单不到50单: what is counted
                out.append(Having(MetricRef(counted or ""), t.op, t.values))
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
