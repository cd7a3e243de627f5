"""What a grid should be, and the CTEs gathered while it is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from semantic_layer.catalog import Catalog
from semantic_layer.conditions import Nested
from semantic_layer.measures import Node
from semantic_layer.query import Condition, Period
from semantic_layer.rows import Slot


@dataclass(slots=True)
class Build:
    """CTEs in the order they were added. The only mutable thing in a compilation."""

    catalog: Catalog
    today: date
    nested: Nested
    ctes: dict[str, exp.Query] = field(default_factory=dict)

    def add(self, name: str, query: exp.Query) -> str:
        """Add a CTE under ``name``, or under name_2 … where that is taken, and say which."""
        free, n = name, 2
        while free in self.ctes or free in self.catalog.tables:
            free, n = f"{name}_{n}", n + 1
        self.ctes[free] = query
        return free


@dataclass(frozen=True, slots=True)
class Grid:
    """``slots`` are the groups, ``measures`` pairs of column name and node. ``fill``: also the
    buckets of time in which nothing happened, for every combination of the other groups."""

    slots: tuple[Slot, ...]
    measures: tuple[tuple[str, Node], ...]
    where: Condition | None
    periods: tuple[Period, ...]
    fill: bool = True
