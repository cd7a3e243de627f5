"""Numbers and kinds that only say again what was named: 上海杭州两地, 上海两家店, 直销渠道."""

from __future__ import annotations

from assistant.language.phrases import Grouping, Values
from assistant.language.slots.base import Base


class Tallies(Base):
    """Mixed into the reader."""

    def _tallied(self) -> None:
        """甲区的A与乙区的B两个小区: the number only counts what was named."""
        said = self.said
        self._own_kind()
        for i, number in said.numbers:
            if self._all_of(i, number.value) or self._counted_there(i):
                continue
            things = [(j, d) for j, d in said.dims if 0 < j - i <= 2]
            for j, dimension in things[:1]:
                named = [v for _, v in said.values if v.options[0][0] == dimension]
                if sum(len(v.options[0][1]) for v in named) == number.value:
                    self.used |= {i, j}

    def _own_kind(self) -> None:
        """直销渠道, where 直销 is a 渠道类型: the word says what kind of thing the value is."""
        said, dimensions = self.said, self.graph.catalog.dimensions
        for j, name in said.dims:
            value = said.at(j - 1)
            if not isinstance(value, Values) or value.negated:
                continue
            of = value.options[0][0]
            kind = dimensions[of].label.startswith(dimensions[name].label)
            touching = said.mentions[j - 1].end == said.mentions[j].start
            if dimensions[name].parent == of and kind and touching:
                self.used.add(j)

    def _counted_there(self, place: int) -> bool:
        """上海两家店: how many there are is said in passing; they are shown one by one."""
        said, graph = self.said, self.graph
        value = said.at(place - 1)
        if not isinstance(value, Values) or said.ranked:
            return False
        home = graph.catalog.dimensions[value.options[0][0]].table
        near: list[tuple[int, str]] = [(j, d) for j, d in said.dims]
        near += [(j, d) for j, e in said.entities if (d := graph.member_of(e))]
        for j, name in near:
            own = graph.catalog.dimensions[name].table == home and name == graph.member_of(home)
            if own and 0 < j - place <= 2:
                said.groupings.append((j, Grouping((name,), each=True)))
                self.used |= {place, j}
                return True
        return False

    def _all_of(self, place: int, n: float) -> bool:
        """六个渠道的销售额, where there are six: each of them."""
        said, graph = self.said, self.graph
        near: list[tuple[int, str | None]] = [(j, d) for j, d in said.dims]
        near += [(j, graph.member_of(e)) for j, e in said.entities]
        for j, name in near:
            if name is None or not 0 < j - place <= 2 or n < 2:
                continue
            if len(graph.catalog.values.get(name, ())) == n:
                said.groupings.append((j, Grouping((name,), each=True)))
                self.used |= {place, j}
                return True
        return False
