"""One model file after its shape was read: typed items that still know where they stand.

Checks go over the parts of all files together; nothing here knows what a right model is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from semantic_layer.schema import (
    DimensionYaml,
    MetricYaml,
    ModelYaml,
    RoleTableYaml,
    TableYaml,
    TermYaml,
)
from semantic_layer.source_map import Path, Position, SourceMap

SECTIONS = {"metrics": "metric", "terms": "term", "tables": "table"}


@dataclass(frozen=True)
class Part:
    source: SourceMap
    model: ModelYaml

    def at(self, *loc: str | int) -> Position:
        return self.source.locate(loc)

    def tables(self) -> Iterator[tuple[Path, TableYaml]]:
        return ((("tables", i), t) for i, t in enumerate(self.model.tables) if t)

    def metrics(self) -> Iterator[tuple[Path, MetricYaml]]:
        return ((("metrics", i), m) for i, m in enumerate(self.model.metrics) if m)

    def terms(self) -> Iterator[tuple[Path, TermYaml]]:
        return ((("terms", i), t) for i, t in enumerate(self.model.terms) if t)

    def roles(self) -> Iterator[tuple[Path, RoleTableYaml]]:
        return ((("roles", i), r) for i, r in enumerate(self.model.roles) if r)

    def dimensions(self) -> Iterator[tuple[Path, TableYaml, DimensionYaml]]:
        for path, table in self.tables():
            for i, dimension in enumerate(table.dimensions):
                if dimension:
                    yield (*path, "dimensions", i), table, dimension

    def named(self) -> Iterator[tuple[str, str, Position]]:
        """(kind, name, position) of everything that has a name, broken items too."""
        data = self.source.data if isinstance(self.source.data, dict) else {}
        for section, kind in SECTIONS.items():
            for i, item in enumerate(_list(data.get(section))):
                yield from self._name(kind, (section, i), item)
                if section == "tables" and isinstance(item, dict):
                    for j, inner in enumerate(_list(item.get("dimensions"))):
                        yield from self._name("dimension", (section, i, "dimensions", j), inner)

    def _name(self, kind: str, path: Path, item: object) -> Iterator[tuple[str, str, Position]]:
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            yield kind, item["name"], self.at(*path, "name")


def names(parts: Iterable[Part], kind: str) -> set[str]:
    """Every name of a kind, as written: a reference to a broken item is no second mistake."""
    return {name for part in parts for k, name, _ in part.named() if k == kind}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
