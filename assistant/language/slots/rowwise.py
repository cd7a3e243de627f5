"""Tests of one row rather than of a sum: 单笔退款超过2000的, where the figure alone would be the day's."""

from __future__ import annotations

from typing import Any

from assistant.language import meaning as m
from assistant.language.phrases import Condition_, Ranked, Threshold
from assistant.language.scales import amount_of
from assistant.language.slots.base import Base
from semantic_layer.query import Agg, ColumnAggregate, Having, MetricRef, Where

ROWS = ("笔", "次", "件", "条", "张")


class Rowwise(Base):
    """Mixed into the reader."""

    def _each_row(self) -> None:
        """单笔 before a figure and its limit: the column that the figure sums is what is tested."""
        self._rows_named()
        for i in range(len(self.said.mentions) - 2):
            if self._one_each(i) and (test := self._tested_at(i + 2)) is not None:
                self.said.where.append((i + 2, test))
                if not self.said.measures:
                    table = self.graph.catalog.dimensions[test.dimension].table
                    self.said.measures.append((i + 2, self.graph.counter_of(table)))

    def _rows_named(self) -> None:
        """单张账单最高多少钱, 单张账单超过1000元的: the amount of one row of what is named."""
        said, graph = self.said, self.graph
        for i in range(len(said.mentions) - 3):
            thing, what = said.at(i + 2), said.at(i + 3)
            if not self._one_each(i) or not isinstance(thing, m.TableWord):
                continue
            column = amount_of(graph, thing.names[0])
            if column is None:
                continue
            match what:
                case m.AggWord(agg):
                    said.measures.append((i + 3, ColumnAggregate(agg, column)))
                case Ranked(1, bool(most)):
                    extreme = ColumnAggregate(Agg.MAX if most else Agg.MIN, column)
                    said.measures.append((i + 3, extreme))
                    said.ranked[:] = [x for x in said.ranked if x[0] != i + 3]
                case Threshold(op, values):
                    said.thresholds[:] = [x for x in said.thresholds if x[0] != i + 3]
                    said.where.append((i + 3, Where(column, op, values)))
                    said.measures.append((i + 2, graph.counter_of(thing.names[0])))
                case _:
                    continue
            said.aggs[:] = [x for x in said.aggs if x[0] != i + 3]
            said.entities[:] = [x for x in said.entities if x[0] != i + 2]

    def _one_each(self, place: int) -> bool:
        one, row = self.said.mentions[place : place + 2]
        units = isinstance(one.value, m.UnitWord) and isinstance(row.value, m.UnitWord)
        return units and one.value.text == "单" and row.value.text in ROWS and one.end == row.start

    def _tested_at(self, place: int) -> Where | None:
        """The figure and its limit as a test of the column it sums; both leave their drawers only then."""
        said = self.said
        match said.at(place), said.at(place + 1):
            case Condition_((Having(MetricRef(name), op, values), *_)), _:
                drawer: list[Any] = said.having
            case m.MetricWord((name, *_)), Threshold(op, values):
                drawer = said.measures
            case _:
                return None
        column = self.graph.column_of(name)
        numbers = tuple(v for v in values if isinstance(v, (int, float)))
        if column is None or len(numbers) < len(values):
            return None
        drawer[:] = [x for x in drawer if x[0] != place]
        said.thresholds[:] = [x for x in said.thresholds if x[0] != place + 1]
        return Where(column, op, numbers)
