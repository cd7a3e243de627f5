"""What every family of slots shares: what was said, what has found its role, what has not."""

from __future__ import annotations

from assistant.language import meaning as m
from assistant.language.graph import Graph
from assistant.language.phrases import Values
from assistant.language.scan import Drawers
from semantic_layer.query import (
    Agg,
    Grain,
    Op,
    Streak,
    Where,
    WindowKind,
)

C = m.Cue


NOT_SUMS = (Agg.MEDIAN, Agg.STDDEV, Agg.VARIANCE, Agg.PERCENTILE, Agg.MAX, Agg.MIN)


MUST_SERVE = (
    C.CONTAINS,
    C.STARTS,
    C.ENDS,
    C.NULL,
    C.NOT_NULL,
    C.ABOVE_AVERAGE,
    C.OUTSIDE,
    C.ACTUAL,
    C.AFTERWARDS,
    C.NTH_TIME,
    C.FIRST_TIME,
)


MOVING = (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM)


FLIP = {Op.GT: Op.LT, Op.GE: Op.LE, Op.LT: Op.GT, Op.LE: Op.GE}


def condition_of(values: Values) -> Where:
    """The filter that a list of values means, by its first option."""
    dimension, items = values.options[0]
    if len(items) == 1:
        return Where(dimension, Op.NE if values.negated else Op.EQ, items)
    return Where(dimension, Op.NOT_IN if values.negated else Op.IN, items)


class Base:
    """One utterance being read. Families of slots are mixed into it."""

    def __init__(self, said: Drawers, graph: Graph) -> None:
        self.said, self.graph = said, graph
        self.used: set[int] = set()  # places whose mention has found its role
        self.whom: set[int] = set()  # places of values that say who did it
        self.penalty = 0.0
        self.notes: list[str] = []
        self.enclosed: Grain | None = None  # the time group that a share is within
        self.time_dimension: str | None = None
        self.grain: Grain | None = None
        self.edges: tuple[float, ...] = ()
        self.served: set[int] = set()  # operators that found their place without a phrase
        self.asserts = 0
        self.streak: Streak | None = None
        self.lost: list[int] = []  # places that found no role

    def _rivals(self) -> bool:
        """A还是B, A和B哪个: are several members of one dimension held against each other?"""
        named: dict[str, int] = {}
        for _, v in self.said.values:
            dimension, items = v.options[0]
            named[dimension] = named.get(dimension, 0) + len(items)
        return max(named.values(), default=0) > 1 and any(
            r.comparative for _, r in self.said.ranked
        )
