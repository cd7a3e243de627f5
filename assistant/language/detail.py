"""Questions that list rows or look a value up: which table, which columns, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.keys import one_unit, pinned, several
from assistant.language.meaning import Cue
from semantic_layer.catalog import Kind
from semantic_layer.query import (
    And,
    By,
    ByTime,
    Condition,
    Contrast,
    DetailQuery,
    Form,
    Members,
    Not,
    Or,
    Order,
    Scope,
    Term,
    Top,
    Where,
    WindowKind,
)


def detail_query(draft: Draft, graph: Graph) -> DetailQuery | None:
    """Rows of the table that everything named can be reached from, or None when nothing is named."""
    if any(w.kind is WindowKind.SHARE for w in draft.windows):
        return None  # rows have no share
    draft = _asserted(draft, graph)
    columns = _columns(draft, graph)
    used = [*columns, *dimensions_of(draft.where)]
    entity = _entity(draft, graph)
    home = entity or _home(columns, draft, graph)
    if home is not None:
        columns = [_near(c, home, graph) for c in columns]
        draft = replace(draft, where=tuple(near_condition(c, home, graph) for c in draft.where))
        used = [*columns, *dimensions_of(draft.where)]
    if isinstance(draft.rank_by, str):
        used.append(draft.rank_by)
    tables = [graph.catalog.dimensions[d].table for d in used]
    if not tables and entity is None:
        return None
    root = graph.root([*tables, *([entity] if entity else [])], prefer=entity)
    if root is None:
        return None
    if not columns:
        columns = _shown(draft, graph, entity or root)
    if entity is not None and columns and all(graph.kind(c) is Kind.TIME for c in columns):
        columns = [
            *_shown(draft, graph, entity),
            *columns,
        ]  # 上个月上市的商品: which ones, and when
    apart = several(draft.where)
    columns = [
        *(d for d in (*_timed(draft, root, graph), *apart) if columns and d not in columns),
        *columns,
    ]
    order, top = _order(draft, graph, root)
    if not order and draft.ranked is not None and draft.ranked.descending is not None:
        return None  # 最贵的五个 of what? Nothing here says
    if top is not None and (per := _per(draft, apart, columns)):
        top = replace(top, per=per)
    contrast = _contrast(draft, graph)
    where = draft.where[0] if len(draft.where) == 1 else And(draft.where) if draft.where else None
    return DetailQuery(
        table=root,
        columns=tuple(dict.fromkeys(columns)),
        scope=Scope(where, draft.periods, draft.time_dimension),
        order=order,
        top=top,
        distinct=draft.distinct
        or (top is None and not order and _lasting(draft, columns, root, graph)),
        contrast=contrast,
        form=draft.form or Form.LIST,
    )


def _home(columns: list[str], draft: Draft, graph: Graph) -> str | None:
    """The table that the unmistakable columns share, when nobody named the entity."""
    used = [*columns, *dimensions_of(draft.where)]
    sure = {
        graph.catalog.dimensions[d].table for d in used if not graph.catalog.dimensions[d].instead
    }
    return next(iter(sure)) if len(sure) == 1 and len(used) > 1 else None


def near_condition(condition: Condition, entity: str, graph: Graph) -> Condition:
    if isinstance(condition, Where):
        return replace(condition, dimension=_near(condition.dimension, entity, graph))
    return condition


def _near(dimension: str, entity: str, graph: Graph) -> str:
    """黑金会员名单带上城市: the city of the member, not of an order, where the model names one."""
    d = graph.catalog.dimensions[dimension]
    if graph.reaches(entity, d.table):
        return dimension
    for other in d.instead:
        if graph.reaches(entity, graph.catalog.dimensions[other].table):
            return other
    return dimension


def _columns(draft: Draft, graph: Graph) -> list[str]:
    out: list[str] = []
    for asked in draft.asked:
        if asked.form is Form.COUNT:
            continue
        out += asked.names[:1]
        for table in asked.tables[:1]:
            if label := graph.label_of(table):
                out.append(label)
    out += [g.dimension for g in draft.groups if isinstance(g, By)]
    out += [c for c in draft.columns if c not in out]
    plain = all(c == graph.label_of(graph.catalog.dimensions[c].table) for c in out)
    if Cue.DETAIL in draft.cues and not draft.asked and plain:
        return []  # 详细说明X的等级 names what is listed; X的明细 does not
    return out


def _entity(draft: Draft, graph: Graph) -> str | None:
    for asked in draft.asked:
        if asked.tables:
            return asked.tables[0]
    return draft.entities[0] if draft.entities else None


def _shown(draft: Draft, graph: Graph, table: str) -> list[str]:
    """All display columns for 明细; the label alone for 有哪些X."""
    label = graph.label_of(table)
    if Cue.DETAIL in draft.cues or label is None or graph.kind(label) is Kind.KEY:
        return []
    return [label]


def _asserted(draft: Draft, graph: Graph) -> Draft:
    """A和B是不是国有企业: what the term tests is told of each, rather than the ones that pass."""
    terms = [c for c in draft.where if isinstance(c, Term)]
    if draft.form is not Form.YES_NO or len(terms) != 1:
        return draft
    term = graph.catalog.terms[terms[0].term]
    rest = tuple(c for c in draft.where if not isinstance(c, Term))
    own = [d for d in graph.catalog.dimensions.values() if d.table == term.table]
    tested = [d.name for d in own if d.kind is Kind.TEXT and d.expr in term.sql]
    if len(tested) != 1 or not pinned(rest, term.table, graph):
        return draft
    return replace(draft, where=rest, columns=(*draft.columns, tested[0]), form=Form.LIST)


def _timed(draft: Draft, root: str, graph: Graph) -> tuple[str, ...]:
    """2020年到2022年每年的评级: which period each row is about, where a member has one row per period."""
    time = graph.catalog.tables[root].time
    timed = any(isinstance(g, ByTime) for g in draft.groups) or Cue.RESPECTIVELY in draft.cues
    if time is None or not timed or not pinned(draft.where, root, graph):
        return ()
    whole = len(draft.periods) == 1 and one_unit(draft.periods[0])
    return () if whole or not draft.periods else (time,)


def _lasting(draft: Draft, columns: list[str], root: str, graph: Graph) -> bool:
    """What a member of a table by time is, whatever the time: said once."""
    if (
        draft.periods
        or Cue.DETAIL in draft.cues
        or not columns
        or not pinned(draft.where, root, graph)
    ):
        return False
    return all(graph.kind(c) is Kind.TEXT for c in columns)


def _per(draft: Draft, apart: tuple[str, ...], columns: list[str]) -> tuple[str, ...]:
    """甲区和乙区各自最高的: one winner each."""
    if draft.each:
        return tuple(d for d in draft.each if d in columns)
    respectively = Cue.RESPECTIVELY in draft.cues and draft.ranked and not draft.ranked.comparative
    return apart if respectively else ()


def _order(draft: Draft, graph: Graph, root: str) -> tuple[tuple[Order, ...], Top | None]:
    r = draft.ranked
    if r is not None:
        by = draft.rank_by if isinstance(draft.rank_by, str) else None
        descending = r.descending if r.descending is not None else True
        if by is None and draft.sort is not None and isinstance(draft.sort_by, str):
            by, descending = draft.sort_by, draft.sort
        if by is None and r.hint in ("late", "early"):
            by = graph.catalog.tables[root].time
        if by is None:
            return (), (Top(r.n) if r.explicit else None)
        top = Top(r.n, descending, ties=r.ties, offset=r.offset, fraction=r.fraction, both=r.both)
        return (Order(by, descending=descending),), top
    if draft.sort is not None and isinstance(draft.sort_by, str):
        return (Order(draft.sort_by, descending=draft.sort),), None
    return (), None


def _contrast(draft: Draft, graph: Graph) -> Contrast | None:
    if Cue.GAP not in draft.cues:
        return None
    for v in draft.values:
        dimension, items = v.options[0]
        if len(items) == 2 and not v.negated:
            return Contrast(dimension, items[0], items[1], absolute=not v.versus)
    return None


def dimensions_of(conditions: Iterable[Condition]) -> list[str]:
    """Every dimension that the conditions test."""
    out: list[str] = []
    for c in conditions:
        match c:
            case Where():
                out.append(c.dimension)
            case Members():
                out.append(c.dimension)
            case And() | Or():
                out += dimensions_of(c.parts)
            case Not():
                out += dimensions_of((c.part,))
            case _:
                pass
    return out
