"""Which table binds the roles that an analysis asks for, and which role stands for a name there.

A name is a role or a dimension that the question groups by (``by_<dimension>``). Nothing here makes SQL.
"""

from __future__ import annotations

from collections.abc import Sequence

from semantic_layer.catalog import Catalog, Role
from semantic_layer.errors import Unanswerable
from semantic_layer.joins import reaches
from semantic_layer.measures import conjuncts, home, stands_for, tables_of
from semantic_layer.query import Condition

BY = "by_"


def tables(catalog: Catalog, names: Sequence[str]) -> list[tuple[int, str]]:
    """Tables that have every name, with how many they bind themselves; the first by themselves."""
    found = []
    for table in dict.fromkeys(r.table for r in catalog.roles):
        own = {r.name for r in catalog.roles if r.table == table}
        if names and names[0] not in own and not names[0].startswith(BY):
            continue
        if all(_reachable(catalog, table, n) for n in names):
            found.append((len(own & set(names)), table))
    return found


def best(catalog: Catalog, where: Condition | None, found: Sequence[tuple[int, str]]) -> str:
    """The table that binds most itself; among equals one that the conditions reach; the first."""
    parts = conjuncts(where)
    needed = frozenset().union(*(tables_of(catalog, p) for p in parts)) if parts else ()
    return max(found, key=lambda f: (f[0], reaches(catalog, f[1], needed)))[1]


def table_of(catalog: Catalog, where: Condition | None, names: Sequence[str]) -> str:
    """The table that answers for these names. Raises ``Unanswerable`` ``missing-role``."""
    found = tables(catalog, names)
    if not found:
        missing = [n for n in names if not tables(catalog, (n,))] or list(names)
        raise Unanswerable("missing-role", tuple(missing))
    return best(catalog, where, found)


def role(catalog: Catalog, table: str, name: str) -> Role | None:
    """The role of the table itself, else of one that it can look up."""
    bound = [r for r in catalog.roles if r.name == name]
    own = next((r for r in bound if r.table == table), None)
    return own or next((r for r in bound if reaches(catalog, table, (r.table,))), None)


def _reachable(catalog: Catalog, table: str, name: str) -> bool:
    if name.startswith(BY) and name.removeprefix(BY) in catalog.dimensions:
        dimension = stands_for(catalog, table, name.removeprefix(BY))
        return reaches(catalog, table, home(catalog, dimension))
    return role(catalog, table, name) is not None


__all__ = ["BY", "best", "role", "table_of", "tables"]
