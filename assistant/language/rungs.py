"""Values that climb: 金卡以上, 高于银卡, where the model says that a dimension's order is one of rank.

A rule can only say "this value and beyond"; which values those are stands in the catalog. Where nothing
is said to climb the words mean nothing together, and others may read them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.language.grammar import Mention
from assistant.language.meaning import DimensionWord
from assistant.language.phrases import Condition_
from semantic_layer.catalog import Catalog
from semantic_layer.query import Condition, Op, Where

RULES = ("rank_and_beyond", "beyond_rank")
SWAPPED = {Op.GE: Op.LE, Op.GT: Op.LT, Op.LE: Op.GE, Op.LT: Op.GT}


def climbed(mentions: Iterable[Mention], catalog: Catalog) -> Iterator[Mention]:
    """The mentions, with every "and beyond" spelt out as the values it covers, or left out."""
    for x in mentions:
        if x.rule not in RULES:
            yield x
            continue
        found = (_values(c, catalog) for c in x.value.options if _described(x, c, catalog))
        options = tuple(c for c in found if c is not None)
        if options:
            yield replace(x, value=Condition_(options))


def _described(mention: Mention, condition: Condition, catalog: Catalog) -> bool:
    """二线以上城市: is the word behind it one for what has this rank?"""
    after = mention.children[-1].value
    if not isinstance(after, DimensionWord) or not isinstance(condition, Where):
        return True
    rank = catalog.dimensions[condition.dimension]
    things = (catalog.dimensions[n] for n in after.names)
    return any(d.table == rank.table or rank.label.startswith(d.label) for d in things)


def _values(condition: Condition, catalog: Catalog) -> Where | None:
    """
    >>> # order (普通, 银卡, 金卡), rising: 银卡以上 is (银卡, 金卡)
    """
    if not isinstance(condition, Where):
        return None
    dimension = catalog.dimensions[condition.dimension]
    if dimension.scale is None or condition.values[0] not in dimension.order:
        return None
    op = condition.op if dimension.scale == "rising" else SWAPPED[condition.op]
    at = dimension.order.index(str(condition.values[0]))
    cut = {
        Op.GE: dimension.order[at:],
        Op.GT: dimension.order[at + 1 :],
        Op.LE: dimension.order[: at + 1],
        Op.LT: dimension.order[:at],
    }[op]
    return Where(dimension.name, Op.IN, cut) if cut else None
