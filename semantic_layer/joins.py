"""Which tables a table can look up without multiplying its rows: many-to-one paths, nothing else.

Knows the declared joins only. The shortest path wins; of equals, the one declared first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from semantic_layer.catalog import Catalog, Join

Path = tuple[Join, ...]


@lru_cache(maxsize=1024)
def paths(joins: tuple[Join, ...], base: str) -> Mapping[str, Path]:
    """Every table reachable from ``base``, with the joins to walk; ``base`` itself needs none.

    >>> a, b = Join("items", "orders", (("oid", "oid"),)), Join("orders", "users", (("uid", "uid"),))
    >>> [j.right for j in paths((b, a), "items")["users"]]
    ['orders', 'users']
    """
    found: dict[str, Path] = {base: ()}
    front = [base]
    while front:
        following: list[str] = []
        for table in front:
            for join in joins:
                if join.left == table and join.right not in found:
                    found[join.right] = (*found[table], join)
                    following.append(join.right)
        front = following
    return found


def reaches(catalog: Catalog, base: str, tables: Iterable[str]) -> bool:
    """Can one row of ``base`` look up a row of each of ``tables``?"""
    return set(tables) <= paths(catalog.joins, base).keys()


def children(catalog: Catalog, parent: str, tables: Iterable[str]) -> tuple[str, ...]:
    """Tables that look up ``parent`` and all of ``tables``: the nearest to ``parent`` first."""
    wanted = {parent, *tables}
    return tuple(
        sorted(
            (t for t in catalog.tables if t != parent and reaches(catalog, t, wanted)),
            key=lambda t: len(paths(catalog.joins, t)[parent]),
        )
    )
