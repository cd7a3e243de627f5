"""What follows a question about measures: values, groups, measures and ranks changed or taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.language.carried import carried_scope, extended, taken_back
from assistant.language.detail import dimensions_of
from assistant.language.draft import Draft
from assistant.language.festivals import festival
from assistant.language.graph import Graph
from assistant.language.meaning import Cue
from assistant.language.measured import conjunction
from assistant.language.settle import Settled, settle
from semantic_layer.catalog import Kind
from semantic_layer.measures import conjuncts
from semantic_layer.periods import shifted
from semantic_layer.query import (
    By,
    ByPeriod,
    ByTime,
    CompareKind,
    Comparison,
    Condition,
    Contrast,
    Form,
    Group,
    Members,
    MetricQuery,
    Op,
    Ref,
    Rollup,
    Top,
    Where,
)


def next_metric(old: MetricQuery, said: Draft, graph: Graph) -> Iterator[Settled]:
    negated = any(isinstance(c, Where) and c.op in (Op.NE, Op.NOT_IN) for c in said.where)
    if Cue.REMOVE in said.cues and not negated:
        yield Settled(_removed(old, said))
        return
    old, said = _moved(*_undone(old, said))
    adds = Cue.ALSO in said.cues
    fresh = _groups_said(said, graph)
    kept = old.group_by if fresh else _groups_left(old, said)
    groups = extended(kept, fresh, adds) if fresh else kept
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
        measures=extended(old.measures, said.measures, adds) if said.measures else old.measures,
        groups=groups,
        columns=(),
        asked=(),
        where=conjuncts(scope.where),
        periods=scope.periods,
        compare=said.compare or (old.compare if not said.change else ()),
        having=said.having or (conjuncts(old.having)),
        windows=said.windows or (old.windows if said.measures == () else ()),
        time_dimension=old.scope.time,
        entities=(),
        form=said.form or (old.form if old.form in (Form.TREND, Form.LIST, Form.RANK) else None),
    )
    for s in settle(merged, graph):
        query = s.query
        if isinstance(query, MetricQuery):
            query = _ranked_as_before(query, old, said, bool(groups) and not fresh)
            query = query if fresh else _shaped_as_before(query, old, said)
        yield replace(s, query=query)


def _undone(old: MetricQuery, said: Draft) -> tuple[MetricQuery, Draft]:
    """Conditions that the new sentence takes back are gone from both."""
    before = list(conjuncts(old.scope.where))
    kept, undone = taken_back(before, said)
    if not undone:
        return old, said
    where = conjunction(tuple(kept))
    left = tuple(c for c in said.where if c not in undone)
    return replace(old, scope=replace(old.scope, where=where)), replace(said, where=left)


def _moved(old: MetricQuery, said: Draft) -> tuple[MetricQuery, Draft]:
    """那去年同期呢: the old periods a year back. What they were held against belonged to them."""
    if said.again is not None:
        same = Comparison(said.again)
        moved = tuple(shifted(p, same, festival) for p in old.scope.periods)
        found = tuple(p for p in moved if p is not None)
        said = replace(said, again=None, periods=found) if found else said
    if said.periods and not said.compare:
        kept = tuple(c for c in old.compare if c.kind is not CompareKind.PERIOD)
        old = replace(old, compare=kept)
    return old, said


def pointed_at(
    old: MetricQuery,
    said: Draft,
    graph: Graph,
    shown: tuple[str, tuple[object, ...]] | None,
) -> Iterator[Settled] | None:
    """第二名分渠道看看, 第一名的毛利呢: one row of the last answer, and another question about it."""
    named = [g.dimension for g in old.group_by if isinstance(g, By)]
    row = said.pointed
    if row is None or not named:
        return None
    groups = tuple(g for g in said.groups if not (isinstance(g, By) and g.dimension in named))
    columns = tuple(c for c in said.columns if c not in named)
    about = groups or columns or said.measures or said.periods or said.compare or said.where
    if not about and said.form is not Form.TREND:
        return None
    if len(old.group_by) > 1:
        return iter(())  # rows of several dimensions: which of them is meant?
    dimension = named[0]
    condition: Condition
    if shown and shown[0] == dimension:
        values = shown[1]
        if not -len(values) <= row < len(values):
            return iter(())
        value = values[row]
        if not isinstance(value, (str, int, float)):
            return iter(())
        condition = Where(dimension, Op.EQ, (value,))
    else:
        down = (old.top is None or old.top.descending) is (row >= 0)
        cut = Top(1, down, offset=row if row >= 0 else -1 - row)
        condition = Members(dimension, replace(old, top=cut, order=(), compare=()))
    plain = replace(old, group_by=(), top=None, order=(), having=None, windows=(), rollup=None)
    one = replace(
        said,
        ranked=None,
        rank_by=None,
        pointed=None,
        groups=groups,
        each=tuple(d for d in said.each if d not in named),
        columns=columns,
        where=(*said.where, condition),
    )
    return next_metric(plain, one, graph)


def _groups_said(said: Draft, graph: Graph) -> tuple[Group, ...]:
    """按城市, 城市呢, 哪个月, 哪家店: every way to ask for another split."""
    dims = tuple(c for c in said.columns if graph.kind(c) is not Kind.NUMBER)
    groups: tuple[Group, ...] = (*said.groups, *(By(c) for c in dims))
    for a in said.asked:
        if a.grain:
            groups += (ByTime(a.grain),)
        elif a.names:
            groups += (By(a.names[0]),)
        elif a.tables and (member := graph.member_of(a.tables[0])):
            groups += (By(member),)
    return groups


def _groups_left(old: MetricQuery, said: Draft) -> tuple[Group, ...]:
    """The old groups without those that the new sentence narrows to one value."""
    single = {c.dimension for c in said.where if isinstance(c, Where) and c.op is Op.EQ}
    if not dimensions_of(said.where) or (Cue.ONLY in said.cues and len(old.group_by) <= 1):
        return old.group_by
    return tuple(g for g in old.group_by if not (isinstance(g, By) and g.dimension in single))


def _ranked_as_before(
    query: MetricQuery, old: MetricQuery, said: Draft, inherits: bool
) -> MetricQuery:
    """``inherits``: rows of the same groups are left, so that the old rank still means something."""
    if old.top is None:
        return query
    if said.ranked is None:
        return replace(query, top=old.top) if inherits else query
    if query.top is None:
        return query
    top = replace(query.top, per=query.top.per or old.top.per, descending=_direction(said, old.top))
    return replace(query, top=top)


def _shaped_as_before(query: MetricQuery, old: MetricQuery, said: Draft) -> MetricQuery:
    """Order, streak, rollup and contrast outlive a sentence that asks for no other groups."""
    if not query.order and old.order:
        query = replace(query, order=old.order)
    if old.streak and query.streak is None:
        query = replace(query, streak=old.streak)
    if old.rollup and not said.measures:
        query = replace(query, rollup=_rollup(old, said))
    if old.contrast and not dimensions_of(said.where):
        query = replace(query, contrast=old.contrast)
    return query


def _against(old: MetricQuery, said: Draft) -> MetricQuery | None:
    """跟宁波比差多少: the value asked before beside the one said now."""
    if not said.cues & {Cue.GAP, Cue.THAN, Cue.VERSUS} or old.scope.where is None or said.measures:
        return None
    for new in said.where:
        for c in conjuncts(old.scope.where):
            if not (
                isinstance(c, Where) and isinstance(new, Where) and c.dimension == new.dimension
            ):
                continue
            if c.op is Op.EQ and new.op is Op.EQ and c.values != new.values:
                left, right = c.values[0], new.values[0]
                if isinstance(left, Ref) or isinstance(right, Ref):
                    continue
                rest = tuple(x for x in conjuncts(old.scope.where) if x is not c)
                where = conjunction(rest)
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


def _direction(said: Draft, before: Top) -> bool:
    if said.ranked is not None and said.ranked.descending is not None:
        return said.ranked.descending
    return before.descending


def _removed(old: MetricQuery, said: Draft) -> MetricQuery:
    """去掉广东, 不要按月, 去掉这个条件, 不要同比."""
    named = {d for v in said.where for d in dimensions_of((v,))} | set(said.columns)
    grains = {g.grain for g in said.groups if isinstance(g, ByTime)}
    grouped = {g.dimension for g in said.groups if isinstance(g, By)}
    where = old.scope.where
    parts = conjuncts(where)
    if named:
        parts = tuple(c for c in parts if not named & set(dimensions_of((c,))))
    elif Cue.CONDITION in said.cues and not (grains or grouped or Cue.TIME in said.cues) and parts:
        parts = parts[:-1]
    combined = conjunction(parts)
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
