"""A draft with its measures → the query about them: groups, comparison, windows, rank, claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.language.compared import comparisons, contrast_for
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.grouping import groups_for, measure_groups
from assistant.language.keys import pinned, several, unit_of
from assistant.language.meaning import Cue
from assistant.language.parts import part_share, share_of_nothing
from assistant.language.ranking import order_for, top_for
from assistant.language.spreads import bucket_column, spread, with_keys
from assistant.language.wholes import contributed
from semantic_layer.catalog import Format
from semantic_layer.query import (
    And,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    Form,
    Grain,
    Group,
    Having,
    HavingChange,
    Measure,
    MetricQuery,
    MetricRef,
    Op,
    Query,
    Scope,
    Where,
    Window,
    WindowKind,
)

UNGROUPED = 0.5  # a measure is tested, and there is one of it


@dataclass(frozen=True, slots=True)
class Settled:
    """A query, what was assumed on the way, and what that costs the reading."""

    query: Query
    assumptions: tuple[str, ...] = ()
    penalty: float = 0.0


def conjunction(parts: tuple[Condition, ...]) -> Condition | None:
    kept = tuple(dict.fromkeys(parts))
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else And(kept)


def metric(draft: Draft, graph: Graph) -> Iterator[Settled]:
    """The query about measures that the draft describes."""
    if Cue.HOW_MUCH in draft.cues and not any(_priced(x, graph) for x in draft.measures):
        return  # 买了多少钱 is no count
    draft = contributed(spread(draft, graph), graph)
    draft = with_keys(draft, graph)
    if draft.bucket is not None:
        draft = bucket_column(draft, graph)
    if Cue.DISTRIBUTION in draft.cues and not (draft.groups or draft.columns or draft.asked):
        draft = replace(draft, penalty=draft.penalty + 0.5)  # the distribution of one number
    draft, keep = measure_groups(part_share(draft, graph), graph)
    groups, penalty = groups_for(draft, graph)
    if share_of_nothing(draft, groups, graph):
        return
    contrast = contrast_for(draft)
    if contrast is not None:
        draft = replace(draft, where=_without(draft.where, contrast.dimension))
        groups = tuple(g for g in groups if g != By(contrast.dimension))
    groups = recorded(draft, graph, _trend(draft, groups))
    if draft.bucket is not None and not any(isinstance(g, ByBucket) for g in groups):
        return  # 每200元一段 of what?
    if draft.having and not groups and draft.form is not Form.YES_NO:
        penalty += UNGROUPED
    groups = _by_period(draft, groups)
    windows = _windows(draft, groups)
    having, claim = _conditions(draft, groups)
    for compare, said in comparisons(draft):
        if draft.ranked and draft.ranked.comparative and not draft.ranked.explicit:
            contrast = None
        top = top_for(draft, graph, groups, compare)
        if draft.ranked is not None and top is None and not contrast and not windows:
            return  # 排名前五 of nothing
        yield Settled(
            MetricQuery(
                measures=draft.measures,
                group_by=groups,
                scope=Scope(conjunction(draft.where), draft.periods, draft.time_dimension),
                compare=compare,
                contrast=contrast,
                having=conjunction(tuple(_scaled(c, graph) for c in _filled(having, draft))),
                windows=windows,
                top=top if WindowKind.RANK not in {w.kind for w in windows} else None,
                order=order_for(draft, groups, compare),
                rollup=draft.rollup,
                streak=draft.streak,
                keep=keep,
                claim=claim,
                form=draft.form or Form.VALUE,
            ),
            (*draft.assumptions, *said),
            penalty + draft.penalty,
        )


def _by_period(draft: Draft, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """5月和6月的销售额: each its own row, unless they are added up or the units of time are shown."""
    added = Cue.TOGETHER_ADDED in draft.cues and Cue.RESPECTIVELY not in draft.cues
    timed = any(isinstance(g, (ByTime, ByPeriod)) for g in groups)
    return (ByPeriod(), *groups) if len(draft.periods) > 1 and not (added or timed) else groups


def recorded(draft: Draft, graph: Graph, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Told apart by the units of time; members with one row per period say which, and no zero is made up."""
    timed = any(isinstance(g, (ByTime, ByPeriod)) for g in groups)
    pins = [pinned(draft.where, t, graph) for m in draft.measures for t in graph.tables_of(m)]
    fixed = pins[0] if pins and all(pins) else ()
    alone = fixed and not (draft.ranked or draft.compare or draft.cues & {Cue.GAP, Cue.TOTAL})
    if alone and not any(isinstance(g, By) for g in groups):
        groups = (*groups, *(By(d) for d in several(draft.where)))
    grain = unit_of(draft.periods)
    respectively = Cue.RESPECTIVELY in draft.cues and not groups and len(draft.measures) < 2
    if grain is not None and not timed and (alone or (respectively and len(draft.periods) == 1)):
        groups = (ByTime(grain), *groups)
        timed = True
    if not fixed or not timed or draft.ranked:
        return groups
    groups = tuple(replace(g, recorded=True) if isinstance(g, ByTime) else g for g in groups)
    return groups if any(isinstance(g, By) for g in groups) else (*groups, By(fixed[0]))


def _priced(measure: Measure, graph: Graph) -> bool:
    """Is this measure an amount of money?"""
    match measure:
        case MetricRef(name):
            return graph.catalog.metrics[name].format is Format.MONEY
        case ColumnAggregate():
            column = measure.column
            return column is not None and graph.catalog.dimensions[column].unit in ("元", "")
        case _:
            return True


def _without(where: tuple[Condition, ...], dimension: str) -> tuple[Condition, ...]:
    """The filters but the one on ``dimension``: its two members are the contrast."""
    return tuple(c for c in where if not (isinstance(c, Where) and c.dimension == dimension))


def _scaled(condition: Condition, graph: Graph) -> Condition:
    """超过7亿元 of a metric that is kept in 亿元: 7. What is far below the unit was said in it already."""
    if not isinstance(condition, Having) or not isinstance(condition.measure, MetricRef):
        return condition
    unit = graph.catalog.metrics[condition.measure.metric].unit[:1]
    scale = {"亿": 1e8, "万": 1e4}.get(unit)
    numbers = [v for v in condition.values if isinstance(v, (int, float))]
    if (
        scale is None
        or not numbers
        or len(numbers) < len(condition.values)
        or max(numbers) < scale / 100
    ):
        return condition
    return replace(condition, values=tuple(v / scale for v in numbers))


def _filled(conditions: tuple[Condition, ...], draft: Draft) -> tuple[Condition, ...]:
    """Conditions whose measure was not said take the measure of the question."""
    out: list[Condition] = []
    for c in conditions:
        if isinstance(c, (Having, HavingChange)) and c.measure == MetricRef("") and draft.measures:
            c = replace(c, measure=draft.measures[0])
        out.append(c)
    return tuple(out)


def _conditions(
    draft: Draft, groups: tuple[Group, ...]
) -> tuple[tuple[Condition, ...], Condition | None]:
    """Conditions on measures filter groups; asked 是不是 of a single number they are a claim."""
    having = draft.having
    if draft.form is not Form.YES_NO or groups:
        return having, None
    if having:
        return (), conjunction(_filled(having, draft))
    if draft.asserted and draft.measures:
        comparison = draft.compare[0] if draft.compare else Comparison(CompareKind.PREVIOUS_PERIOD)
        op = Op.GT if draft.asserted > 0 else Op.LT
        return (), HavingChange(draft.measures[0], comparison, op, (0.0,), "difference")
    return having, None


def _trend(draft: Draft, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    if draft.form is Form.TREND and draft.compare:
        return groups  # 环比变化情况
    wants_time = draft.form is Form.TREND or any(
        w.kind in (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM) for w in draft.windows
    )
    if wants_time and not any(isinstance(g, (ByTime, ByPeriod)) for g in groups):
        return (ByTime(draft.grain or natural_grain(draft)), *groups)
    return groups


def natural_grain(draft: Draft) -> Grain:
    """Days up to two months, weeks up to half a year when moving averages need points, else months."""
    days = 0
    for p in draft.periods:
        if p.start is None or p.end is None:
            return Grain.MONTH
        days += (p.end - p.start).days
    if not draft.periods:
        moving = any(
            w.kind in (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM) for w in draft.windows
        )
        return Grain.DAY if moving else Grain.MONTH
    if days <= 2:
        return Grain.HOUR
    if any(w.kind in (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM) for w in draft.windows):
        return Grain.DAY
    return Grain.DAY if days <= 62 else Grain.MONTH if days <= 1200 else Grain.YEAR


def _windows(draft: Draft, groups: tuple[Group, ...]) -> tuple[Window, ...]:
    out = []
    dims = tuple(g.dimension for g in groups if isinstance(g, By))
    has_time = any(isinstance(g, ByTime) for g in groups)
    for w in draft.windows:
        if w.kind is WindowKind.CUMULATIVE and not has_time:
            continue  # 今年累计销售额 is the plain total
        if (
            w.kind in (WindowKind.SHARE, WindowKind.RANK, WindowKind.CUMULATIVE_SHARE)
            and not groups
        ):
            continue
        within: tuple[str, ...] = ()
        if w.kind is WindowKind.SHARE and len(dims) > 1:
            inside = w.within or (Cue.WITHIN in draft.cues and len(draft.each) > 1)
            within = dims[:1] if inside else ()
        if w.within and w.within != ("*",):
            within = w.within
        out.append(replace(w, within=within))
    return tuple(dict.fromkeys(out))
