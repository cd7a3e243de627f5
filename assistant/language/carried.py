"""What a follow-up carries over: filters, periods, lists that are replaced or extended."""

from __future__ import annotations

from typing import Any

from assistant.language.detail import dimensions_of
from assistant.language.draft import Draft
from assistant.language.meaning import Cue
from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    AnalysisQuery,
    And,
    Condition,
    Op,
    Period,
    Scope,
    Where,
)


def extended(old: tuple[Any, ...], new: tuple[Any, ...], adds: bool) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*old, *new))) if adds else new


def carried_scope(old: Scope, said: Draft, adds: bool) -> Scope:
    kept = list(conjuncts(old.where))
    fresh = set(dimensions_of(said.where))
    merged: list[Condition] = []
    for c in kept:
        same = isinstance(c, Where) and c.dimension in fresh
        if same and adds and isinstance(c, Where):
            match = next(
                (w for w in said.where if isinstance(w, Where) and w.dimension == c.dimension), None
            )
            if match is not None and c.op in (Op.EQ, Op.IN) and match.op in (Op.EQ, Op.IN):
                values = tuple(dict.fromkeys((*c.values, *match.values)))
                merged.append(Where(c.dimension, Op.IN, values))
                fresh.discard(c.dimension)
            continue
        if not same:
            merged.append(c)
    done = {c.dimension for c in merged if isinstance(c, Where)}
    merged += [c for c in said.where if not (isinstance(c, Where) and c.dimension in done and adds)]
    where = tuple(dict.fromkeys(merged))
    periods: tuple[Period, ...] = said.periods or old.periods
    combined: Condition | None = None if not where else where[0] if len(where) == 1 else And(where)
    return Scope(combined, periods, old.time)


def taken_back(kept: list[Condition], said: Draft) -> tuple[list[Condition], tuple[Condition, ...]]:
    """去掉广东这个条件 takes the filter away rather than excluding it; 加回来 the other way round."""
    opposite = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN}
    if Cue.ALSO in said.cues:
        opposite = {Op.EQ: Op.NE, Op.IN: Op.NOT_IN}
    out, undone = list(kept), []
    for new in said.where:
        if not isinstance(new, Where) or new.op not in opposite:
            continue
        for c in kept:
            if (
                isinstance(c, Where)
                and c.dimension == new.dimension
                and c.op is opposite[new.op]
                and set(c.values) <= set(new.values)
            ):
                out.remove(c)
                undone.append(new)
    return out, tuple(undone)


def goes_on(old: AnalysisQuery, said: Draft) -> bool:
    """分4档, 重要挽留客户名单: a parameter or a group of the analysis that was just shown."""
    mine = any(p.analysis == old.analysis for p in said.params)
    same = said.analysis in (None, old.analysis)
    group = said.people is not None and said.people_of in (None, old.analysis)
    return same and (mine or group) and not said.periods
