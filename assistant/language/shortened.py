"""苹果呢 after 安卓: the beginning of a name is enough for a value beside the one just filtered by.

Only in a conversation, only for words that nothing else reads, and only where one value alone begins so.
Like a corrected spelling it is said above the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.language.detail import dimensions_of
from assistant.language.grammar import Mention
from assistant.language.meaning import ValueWord
from semantic_layer.catalog import Catalog
from semantic_layer.query import AnalysisQuery, DetailQuery, MetricQuery, Query

LEAST = 2  # letters


def shortened(
    text: str, holes: Sequence[tuple[int, int]], before: Query | None, catalog: Catalog
) -> Iterator[Mention]:
    """Values of the dimensions that ``before`` filters by, for the unread ``holes`` that begin their names."""
    if not isinstance(before, (MetricQuery, DetailQuery, AnalysisQuery)):
        return
    where = before.scope.where
    filtered = dimensions_of(() if where is None else (where,))
    for start, end in holes:
        word = text[start:end]
        found = {
            (dimension, value): name
            for dimension in filtered
            if end - start >= LEAST and dimension in catalog.dimensions
            for value, name in _called(dimension, catalog)
            if name.lower().startswith(word)
        }
        if len(found) == 1:
            (pair, name), *_ = found.items()
            yield Mention(start, end, ValueWord((pair,)), f"fuzzy:{name}")


def _called(dimension: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    d = catalog.dimensions[dimension]
    yield from ((value, value) for value in catalog.values.get(dimension, ()))
    yield from ((value, name) for value, names in d.value_synonyms for name in names)


__all__ = ["shortened"]
