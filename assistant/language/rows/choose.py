"""One table to start from and one name per word, such that everything is as near as possible.

Every table is tried as the start; a word costs the many-to-one steps to the nearest thing it may
stand for. Databases that are read this way have a few tables, so trying all of them is the search.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from semantic_layer.catalog import Catalog

MISSED = 8.0  # a word whose table the start does not reach
KEPT = 3.0  # a kept condition that has to become a nested query
STAY = 1.0  # another start than the question before
ROLE = 0.35  # a role's copy rather than the plain table


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word: its possible dimensions (or tables), what each costs, and what missing it costs."""

    names: tuple[str, ...]
    price: float = 0.0
    missed: float = MISSED
    table: bool = False
    every: bool = False
    extra: tuple[tuple[str, float], ...] = ()  # further dimensions, each at a price


@dataclass(frozen=True, slots=True)
class Choice:
    """``picks`` are parallel to what was wanted: names, or () for what the start does not reach."""

    root: str
    picks: tuple[tuple[str, ...], ...]
    cost: float


class Places:
    """Many-to-one distances of a catalog, and the copies that stand for one column in other roles."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        up: dict[str, list[str]] = {t: [] for t in catalog.tables}
        for join in catalog.joins:
            up[join.left].append(join.right)
        self.up = {t: _distances(t, up) for t in catalog.tables}
        self.forked = {t: _forked(t, up) for t in catalog.tables}
        copies: dict[tuple[str, str], list[str]] = {}
        for name, d in catalog.dimensions.items():
            source = catalog.tables[d.table].source
            copies.setdefault((source, name.split(".", 1)[-1]), []).append(name)
        self.copies = {n: tuple(group) for group in copies.values() for n in group}
        tables: dict[str, list[str]] = {}
        for name, table in catalog.tables.items():
            tables.setdefault(table.source, []).append(name)
        self.same = {n: tuple(group) for group in tables.values() for n in group}

    def table_of(self, name: str) -> str:
        return self.catalog.dimensions[name].table

    def key_of(self, table: str) -> str | None:
        """The key dimension of a table that has one."""
        key = self.catalog.tables[table].key
        name = f"{table}.{key[0]}" if key else ""
        return name if name in self.catalog.dimensions else None

    def choose(
        self, wanted: Sequence[Wanted], near: Iterable[str] = (), stay: str | None = None
    ) -> Choice | None:
        """The cheapest start. ``near`` are tables whose roles are preferred, ``stay`` the last start."""
        close = frozenset(near)
        best: Choice | None = None
        for root in self.catalog.tables:
            if "@" in root:
                continue
            cost = 0.0 if stay is None or root == stay else STAY
            picks: list[tuple[str, ...]] = []
            touched = False
            for want in wanted:
                found = self._nearest(want, root, close)
                if found is None:
                    cost += want.missed
                    picks.append(())
                    continue
                names, price = found
                cost += price + want.price
                picks.append(names)
                tables = tuple(n if n in self.catalog.tables else self.table_of(n) for n in names)
                touched = touched or root in tables
            cost += 0.0 if touched or root == stay else 0.5
            if best is None or cost < best.cost - 1e-9:
                best = Choice(root, tuple(picks), cost)
        return best

    def _nearest(
        self, want: Wanted, root: str, close: frozenset[str]
    ) -> tuple[tuple[str, ...], float] | None:
        reach = self.up[root]
        options: list[tuple[float, int, str]] = []
        for i, name in enumerate(want.names):
            group = self.same[name] if want.table else self.copies[name]
            for copy in group:
                table = copy if want.table else self.table_of(copy)
                if table not in reach:
                    continue
                far = reach[table] + (ROLE if "@" in table and copy != name else 0.0)
                options.append((far - (0.4 if table in close else 0.0), i, copy))
        for name, price in want.extra:
            if (table := self.table_of(name)) in reach:
                near = reach[table] - (0.4 if table in close else 0.0)
                options.append((near + price, len(want.names), name))
        if not options:
            return None
        low, _, name = min(options)
        if not want.every:
            return (name,), low
        table = self.table_of(name)
        together = [n for p, _, n in sorted(options) if self.table_of(n) == table]
        return tuple(dict.fromkeys(together)), low


def _distances(start: str, up: dict[str, list[str]]) -> dict[str, int]:
    found, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        for there in up[here]:
            if there not in found:
                found[there] = found[here] + 1
                queue.append(there)
    return found


def _forked(start: str, up: dict[str, list[str]]) -> frozenset[str]:
    """Tables that ``start`` reaches by more than one way: the country of the climber, of the mountain."""
    ways: dict[str, int] = {}
    stack = [(start, frozenset({start}))]
    while stack:
        here, seen = stack.pop()
        ways[here] = ways.get(here, 0) + 1
        stack += [(there, seen | {there}) for there in up[here] if there not in seen]
    return frozenset(t for t, n in ways.items() if n > 1)
