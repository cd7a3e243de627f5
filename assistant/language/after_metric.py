"""What follows a question about measures: values, groups, measures and ranks changed or taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.language.carried import carried_scope, extended, parts_of, taken_back
from assistant.language.detail import dimensions_of
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import Cue
from assistant.language.settle import Settled, settle
from semantic_layer.catalog import Kind
from semantic_layer.query import (
    And,
    By,
    ByPeriod,
    ByTime,
    Condition,
    Contrast,
    Form,
    Group,
    MetricQuery,
    Op,
    Ref,
    Rollup,
    Where,
)


def next_metric(old: MetricQuery, said: Draft, graph: Graph) -> Iterator[Settled]:
    negated = any(isinstance(c, Where) and c.op in (Op.NE, Op.NOT_IN) for c in said.where)
    if Cue.REMOVE in said.cues and not negated:
        yield Settled(_removed(old, said))
        return
    kept, undone = taken_back(
        list(() if old.scope.where is None else parts_of(old.scope.where)), said
    )
    if undone:
        where: Condition | None = (
            None if not kept else kept[0] if len(kept) == 1 else And(tuple(kept))
        )
        old = replace(old, scope=replace(old.scope, where=where))
        said = replace(said, where=tuple(c for c in said.where if c not in undone))
    adds = Cue.ALSO in said.cues
    measures = said.measures
    dims = tuple(c for c in said.columns if graph.kind(c) is not Kind.NUMBER)
    new_groups: tuple[Group, ...] = (*said.groups, *(By(c) for c in dims))
    for a in said.asked:
        if a.grain:
            new_groups += (ByTime(a.grain),)
        elif a.names:
            new_groups += (By(a.names[0]),)
        elif a.tables and (member := graph.member_of(a.tables[0])):
            new_groups += (By(member),)
    filtered = set(dimensions_of(said.where))
    kept_groups = old.group_by
    if filtered and not new_groups:
        narrowed = [c for c in said.where if isinstance(c, Where) and c.op is Op.EQ]
        single = {c.dimension for c in narrowed}
        if Cue.ONLY not in said.cues or len(old.group_by) > 1:
            kept_groups = tuple(
                g for g in old.group_by if not (isinstance(g, By) and g.dimension in single)
            )
    groups = extended(kept_groups, new_groups, adds) if new_groups else kept_groups
    if said.periods and ByPeriod() in groups and len(said.periods) == 1:
        groups = tuple(g for g in groups if g != ByPeriod())
    scope = carried_scope(old.scope, said, adds)
    if len(scope.periods) > 1 and not any(isinstance(g, (ByTime, ByPeriod)) for g in groups):
        groups = (ByPeriod(), *groups)
    if (contrast := _against(old, said)) is not None:
        yield Settled(contrast)
        return
    merged = replace(
        said,
        measures=extended(old.measures, measures, adds) if measures else old.measures,
        groups=groups,
        columns=(),
        asked=(),
        where=() if scope.where is None else parts_of(scope.where),
        periods=scope.periods,
        compare=said.compare or (old.compare if not said.change else ()),
        having=said.having or (() if old.having is None else parts_of(old.having)),
        windows=said.windows or (old.windows if measures == () else ()),
        time_dimension=old.scope.time,
        entities=(),
        form=said.form or (old.form if old.form in (Form.TREND, Form.LIST, Form.RANK) else None),
    )
    inherits_top = said.ranked is None and old.top is not None and not new_groups
    for s in settle(merged, graph):
        query = s.query
        if isinstance(query, MetricQuery):
            if inherits_top and groups:
                query = replace(query, top=old.top)
            if said.ranked is not None and old.top is not None and query.top is not None:
                query = replace(
                    query,
                    top=replace(
                        query.top,
                        per=query.top.per or old.top.per,
                        descending=_direction(said, old),
                    ),
                )
            if not query.order and old.order and not new_groups:
                query = replace(query, order=old.order)
            if old.streak and query.streak is None and not new_groups:
                query = replace(query, streak=old.streak)
            if old.rollup and not measures and not new_groups:
                query = replace(query, rollup=_rollup(old, said))
            if old.contrast and not new_groups and not filtered:
                query = replace(query, contrast=old.contrast)
        yield replace(s, query=query)


def _against(old: MetricQuery, said: Draft) -> MetricQuery | None:
    """跟宁波比差多少: the value asked before beside the one said now."""
    if not said.cues & {Cue.GAP, Cue.THAN, Cue.VERSUS} or old.scope.where is None or said.measures:
        return None
    for new in said.where:
        for c in parts_of(old.scope.where):
            if not (
                isinstance(c, Where) and isinstance(new, Where) and c.dimension == new.dimension
            ):
                continue
            if c.op is Op.EQ and new.op is Op.EQ and c.values != new.values:
                left, right = c.values[0], new.values[0]
                if isinstance(left, Ref) or isinstance(right, Ref):
                    continue
                rest = tuple(x for x in parts_of(old.scope.where) if x is not c)
                where: Condition | None = (
                    None if not rest else rest[0] if len(rest) == 1 else And(rest)
                )
                groups = tuple(g for g in old.group_by if g != By(c.dimension))
                return replace(
                    old,
                    scope=replace(old.scope, where=where),
                    group_by=groups,
                    contrast=Contrast(c.dimension, left, right),
                )
    return None


def _rollup(old: MetricQuery, said: Draft) -> Rollup | None:
    """有几个 → 是哪些: the count gives way to the list."""
    return None if said.form in (Form.WHICH, Form.LIST) else old.rollup


def _direction(said: Draft, old: MetricQuery) -> bool:
    if said.ranked is not None and said.ranked.descending is not None:
        return said.ranked.descending
    return old.top.descending if old.top else True


def _removed(old: MetricQuery, said: Draft) -> MetricQuery:
    """去掉广东, 不要按月, 去掉这个条件, 不要同比."""
    named = {d for v in said.where for d in dimensions_of((v,))} | set(said.columns)
    grains = {g.grain for g in said.groups if isinstance(g, ByTime)}
    grouped = {g.dimension for g in said.groups if isinstance(g, By)}
    where = old.scope.where
    parts = () if where is None else parts_of(where)
    if named:
        parts = tuple(c for c in parts if not named & set(dimensions_of((c,))))
    elif Cue.CONDITION in said.cues and not (grains or grouped or Cue.TIME in said.cues) and parts:
        parts = parts[:-1]
    combined: Condition | None = None if not parts else parts[0] if len(parts) == 1 else And(parts)
    present = {g.grain for g in old.group_by if isinstance(g, ByTime)}
    instead = tuple(g for g in said.groups if g not in old.group_by)  # 不要按月，按周
    grains &= present
    groups = tuple(
        g
        for g in old.group_by
        if not (isinstance(g, ByTime) and g.grain in grains)
        and not (isinstance(g, By) and g.dimension in (grouped | set(said.columns)))
    )
    groups += (
        instead
        if grains or grouped & {g.dimension for g in old.group_by if isinstance(g, By)}
        else ()
    )
    measures = tuple(m for m in old.measures if m not in said.measures) or old.measures
    compare = () if said.compare else old.compare
    timeless = Cue.TIME in said.cues
    dropped = timeless or bool(said.periods and set(said.periods) & set(old.scope.periods))
    periods = () if dropped else old.scope.periods
    return replace(
        old,
        measures=measures,
        group_by=groups,
        scope=replace(old.scope, where=combined, periods=periods),
        compare=compare,
        top=None if said.ranked else old.top,
    )
