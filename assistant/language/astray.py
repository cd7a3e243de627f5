"""Values that stand right before a thing which has a column of its own for such values.

北京店 where the guests come from 北京 and the shops have cities: the city of the shop is meant, and if no
shop is there, nothing is. Which columns are of one kind the data tell: they share values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.language.grammar import Mention
from assistant.language.graph import Graph
from assistant.language.meaning import DimensionWord, TableWord, ValueWord


def in_place(words: Sequence[Mention], graph: Graph) -> Iterator[Mention]:
    """``words``, each value without the columns that cannot be what is said of the thing behind it."""
    things: dict[int, set[str]] = {}
    for x in words:
        match x.value:
            case TableWord(names):
                things.setdefault(x.start, set()).update(names)
            case DimensionWord(names):
                homes = {graph.catalog.dimensions[n].table for n in names}
                things.setdefault(x.start, set()).update(homes)
            case _:
                pass
    for x in words:
        behind = things.get(x.end)
        if not isinstance(x.value, ValueWord) or not behind:
            yield x
            continue
        kept = tuple(
            o for o in x.value.options if not all(_astray(o[0], home, graph) for home in behind)
        )
        if kept:
            yield replace(x, value=ValueWord(kept))


def _astray(dimension: str, home: str, graph: Graph) -> bool:
    """Is this column out of reach of the thing, which has another one of the same kind?"""
    catalog = graph.catalog
    if graph.reaches(home, catalog.dimensions[dimension].table):
        return False
    known = set(catalog.values.get(dimension, ()))
    own = (d.name for d in catalog.dimensions.values() if d.table == home)
    return any(known & set(catalog.values.get(name, ())) for name in own)
