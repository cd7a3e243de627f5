"""Tests of one row rather than of a sum: 单笔退款超过2000的, where the figure alone would be the day's."""

from __future__ import annotations

from assistant.language import meaning as m
from assistant.language.phrases import Condition_, Threshold
from assistant.language.slots.base import Base
from semantic_layer.query import Having, MetricRef, Where

ROWS = ("笔", "次", "件", "条", "张")


class Rowwise(Base):
    """Mixed into the reader."""

    def _each_row(self) -> None:
        """单笔 before a figure and its limit: the column that the figure sums is what is tested."""
        for i in range(len(self.said.mentions) - 2):
            if self._one_each(i) and (test := self._tested_at(i + 2)) is not None:
                self.said.where.append((i + 2, test))
                if not self.said.measures:
                    table = self.graph.catalog.dimensions[test.dimension].table
                    self.said.measures.append((i + 2, self.graph.counter_of(table)))

    def _one_each(self, place: int) -> bool:
        one, row = self.said.mentions[place : place + 2]
        units = isinstance(one.value, m.UnitWord) and isinstance(row.value, m.UnitWord)
        return units and one.value.text == "单" and row.value.text in ROWS and one.end == row.start

    def _tested_at(self, place: int) -> Where | None:
        said = self.said
        match said.at(place), said.at(place + 1):
            case Condition_((Having(MetricRef(name), op, values), *_)), _:
                column = self.graph.column_of(name)
                if column is None:
                    return None
                said.having[:] = [x for x in said.having if x[0] != place]
            case m.MetricWord((name, *_)), Threshold(op, values):
                column = self.graph.column_of(name)
                if column is None:
                    return None
                said.measures[:] = [x for x in said.measures if x[0] != place]
                said.thresholds[:] = [x for x in said.thresholds if x[0] != place + 1]
            case _:
                return None
        numbers = tuple(v for v in values if isinstance(v, (int, float)))
        return Where(column, op, numbers) if len(numbers) == len(values) else None
