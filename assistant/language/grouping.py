"""What a question about measures is grouped by, and which values become shown rows instead of filters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.language.detail import dimensions_of
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.keys import several
from assistant.language.meaning import Cue
from semantic_layer.catalog import Format, Kind
from semantic_layer.query import (
    By,
    ByBucket,
    ByTime,
    Condition,
    Form,
    Group,
    MetricRef,
    Op,
    Where,
    WindowKind,
)

UNREACHED = 0.3  # a group from a table that the measure has many rows of
UNFILTERED = 0.6  # a filter from there
MOST_STEPS = 12  # of a range, that are told apart one by one
POSITIVE = (Op.EQ, Op.IN)


def groups_for(draft: Draft, graph: Graph) -> tuple[tuple[Group, ...], float]:
    """Groups in the order said, and what doubtful ones cost."""
    groups: list[Group] = list(draft.groups)
    penalty = 0.0
    for asked in draft.asked:
        if asked.grain is not None:
            if any(isinstance(g, ByTime) for g in groups):
                continue  # 什么时候最高，按月看
            groups.append(ByTime(asked.grain))
        elif asked.names:
            groups.append(By(asked.names[0]))
        elif asked.tables and (member := graph.member_of(asked.tables[0])):
            groups.append(By(member))
    for name in draft.columns:
        if graph.kind(name) is Kind.NUMBER:
            penalty += 0.8
            continue
        if graph.kind(name) is Kind.TIME:
            penalty += 0.3
            continue
        groups.append(By(name))
    if not groups and not draft.entities and (member := _counted_in(draft, graph)):
        groups.append(By(member))
    penalty += UNREACHED * sum(not _reached(d, draft, graph) for d in _grouped(groups))
    penalty += UNFILTERED * sum(not _reached(d, draft, graph) for d in dimensions_of(draft.where))
    if draft.bucket is not None:
        groups = _bucketed(draft, graph, groups, draft.bucket)
    elif (
        (groups and draft.ranked and draft.entities and (draft.each or _by_time(draft, groups)))
        or not groups
        or (draft.having and not any(isinstance(g, By) for g in groups))
    ):
        groups += _entity_groups(draft, graph)
    return tuple(dict.fromkeys(groups)), penalty


def _counted_in(draft: Draft, graph: Graph) -> str | None:
    """客单价最高的5家: of what is counted in 家, where only one thing is."""
    if draft.ranked is None or not draft.ranked.counter or draft.bucket is not None:
        return None
    tables = graph.catalog.tables.values()
    fits = [t.name for t in tables if t.entity and t.classifier == draft.ranked.counter]
    return graph.member_of(fits[0]) if len(fits) == 1 else None


def _by_time(draft: Draft, groups: list[Group]) -> bool:
    """每月销售额最高的门店: ranked inside each unit of time, which nobody asks for."""
    asked = draft.asked or Cue.WHICH_UNIT in draft.cues
    return not asked and all(isinstance(g, ByTime) for g in groups)


def _grouped(groups: list[Group]) -> list[str]:
    return [g.dimension for g in groups if isinstance(g, By)]


def _reached(dimension: str, draft: Draft, graph: Graph) -> bool:
    """Is there a way from the measures to this dimension, or a metric or a column that stands in?"""
    d = graph.catalog.dimensions[dimension]
    if d.instead:
        return True
    for measure in draft.measures:
        if isinstance(measure, MetricRef) and graph.catalog.metrics[measure.metric].finer:
            continue
        if not any(graph.reaches(t, d.table) for t in graph.tables_of(measure)):
            return False
    return True


def _entity_groups(draft: Draft, graph: Graph) -> list[Group]:
    """Top5客户, 消费满1万的用户: an entity is a group when it is ranked, tested or listed."""
    wanted = draft.ranked or draft.having or draft.streak or draft.form is Form.LIST
    wanted = wanted or draft.sort is not None  # 销售额从高到低排一下门店
    if not wanted or not draft.entities:
        return []
    member = graph.member_of(draft.entities[0])
    return [By(member)] if member else []


def _bucketed(draft: Draft, graph: Graph, groups: list[Group], bucket: ByBucket) -> list[Group]:
    """每10岁一段: the bucket belongs to the number that is named."""
    if bucket.dimension is not None:
        return [*groups, bucket]
    numbers = [c for c in draft.columns if graph.kind(c) is Kind.NUMBER]
    grouped = [g for g in groups if isinstance(g, By) and graph.kind(g.dimension) is Kind.NUMBER]
    if numbers:
        return [*groups, replace(bucket, dimension=numbers[0])]
    if grouped:
        rest = [g for g in groups if g is not grouped[0]]
        return [*rest, replace(bucket, dimension=grouped[0].dimension)]
    return groups


def _finest(filters: list[Where], graph: Graph) -> Where:
    """甲市占乙省的比例: the city of the province; else the one said last."""
    for c in filters:
        parent = graph.catalog.dimensions[c.dimension].parent
        if any(parent == other.dimension for other in filters):
            return c
    return filters[-1]


def _named_alike(draft: Draft) -> tuple[str, ...]:
    """店名里有X的店…各多少: which ones they are is not known, so each is shown."""
    alike = (Op.CONTAINS, Op.STARTS, Op.ENDS)
    tests = [c for c in draft.where if isinstance(c, Where) and c.op in alike]
    return tuple(dict.fromkeys(c.dimension for c in tests))


def _steps(where: tuple[Condition, ...]) -> tuple[str, ...]:
    """1分到5分的评论各有多少条: the columns of short ranges of whole numbers, whose every value is asked about."""
    ranges = [c for c in where if isinstance(c, Where) and c.op is Op.BETWEEN]
    return tuple(c.dimension for c in ranges if _few(c.values))


def _few(bounds: tuple[Any, ...]) -> bool:
    numbers = [float(b) for b in bounds if isinstance(b, (int, float))]
    whole = len(numbers) == 2 and all(b.is_integer() for b in numbers)
    return whole and numbers[1] - numbers[0] < MOST_STEPS


def _ratio_of_both(draft: Draft, graph: Graph) -> bool:
    """甲和乙的退款率: one rate of two things together is hardly meant."""
    both = [v for v in draft.values if v.both and not v.negated and len(v.options[0][1]) > 1]
    metrics = [x.metric for x in draft.measures if isinstance(x, MetricRef)]
    rates = metrics and all(graph.catalog.metrics[n].format is Format.PERCENT for n in metrics)
    whole = draft.cues & {Cue.TOTAL, Cue.TOGETHER_ADDED, Cue.TOGETHER}
    return bool(
        len(both) == 1 and rates and len(metrics) == len(draft.measures) and not whole
    ) and not (draft.groups or draft.columns or draft.asked or draft.verbs)


def measure_groups(draft: Draft, graph: Graph) -> tuple[Draft, Condition | None]:
    """A share or a rank of a value: 广东占比, 广东排第几 → group by its dimension, show its row only.

    Also 新客和老客分别: values named to be told apart become a group.
    """
    kinds = {w.kind for w in draft.windows}
    grouped = {g.dimension for g in draft.groups if isinstance(g, By)}
    grouped |= {a.names[0] for a in draft.asked if a.names}
    filters = [c for c in draft.where if isinstance(c, Where) and c.op in POSITIVE and c.values]
    if kinds & {WindowKind.SHARE, WindowKind.RANK} and filters:
        chosen = [c for c in filters if c.dimension in grouped]
        bare = not draft.columns and not draft.asked and not draft.groups
        target = chosen[-1] if chosen else _finest(filters, graph) if bare else None
        named = [c for c in filters if len(c.values) > 1 and c.dimension not in grouped]
        if target is None and WindowKind.SHARE in kinds and len(named) == 1 and draft.groups:
            return replace(draft, groups=(*draft.groups, By(named[0].dimension))), None
        if target is not None:
            where = tuple(c for c in draft.where if c is not target)
            extra: tuple[Group, ...] = (
                () if target.dimension in grouped else (By(target.dimension),)
            )
            return replace(draft, where=where, groups=(*draft.groups, *extra)), target
    told_apart = bool({Cue.RESPECTIVELY, Cue.VERSUS} & draft.cues) or (
        draft.ranked is not None and draft.ranked.comparative
    )
    told_apart = told_apart or (draft.form is Form.YES_NO and Cue.THAN in draft.cues)
    if told_apart or _ratio_of_both(draft, graph):
        several_of = (*several(draft.where), *_steps(draft.where))
        told = tuple(d for d in several_of if d not in grouped)
        if not told and not draft.groups and len(draft.measures) == 1:
            told = tuple(d for d in _named_alike(draft) if d not in grouped)
        if told:
            groups = (*(By(d) for d in told), *draft.groups)
            form = None if draft.form is Form.COUNT else draft.form  # each number, not how many
            return replace(draft, groups=groups, each=(*draft.each, *told), form=form), None
    compared = [v for v in draft.values if v.versus and len(v.options[0][1]) > 2]
    if compared:
        return replace(draft, groups=(*draft.groups, By(compared[0].options[0][0]))), None
    return draft, None
