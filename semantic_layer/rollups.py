"""One figure over the rows of a result: how many members, their mean, their sum and its share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from semantic_layer.catalog import Format, Kind
from semantic_layer.columns import AGG_LABELS
from semantic_layer.expressions import column, is_known, quote, table
from semantic_layer.facts import applied
from semantic_layer.query import Agg, By, Rollup, WindowKind
from semantic_layer.result import Column, ColumnRole
from semantic_layer.stages import Stage
from semantic_layer.windows import Made

Selected = tuple[exp.Query, tuple[Column, ...]]


def rolled(
    stage: Stage,
    rollup: Rollup,
    groups: Sequence[Column],
    measures: Sequence[Column],
    made: Sequence[Made],
) -> Selected:
    """One row over the rows: how many members, or an aggregate of a measure and its shares over them."""
    counted = rollup.agg in (Agg.COUNT, Agg.COUNT_DISTINCT)
    of = measures[rollup.of]
    if counted:
        label, unit = _counted_things(stage, groups)
        total = Column("groups", f"{label}数", Kind.NUMBER, ColumnRole.MEASURE, unit, Format.COUNT)
        value: exp.Expr = how_many([column(s.name) for s in stage.slots])
    else:
        total = replace(
            of,
            name=f"{rollup.agg.value}_{of.name}",
            label=AGG_LABELS.get(rollup.agg, "") + of.label,
        )
        value = applied(rollup.agg, column(of.name))
    shown = [(total, value)]
    if rollup.agg is Agg.SUM:
        named = f"{of.name}_{WindowKind.SHARE.value}"
        shares = [m.column for m in made if m.column.name == named]
        shown += [(replace(c, of=total.name), applied(Agg.SUM, column(c.name))) for c in shares]
    query = exp.select(*(e.as_(quote(c.name), copy=False) for c, e in shown), copy=False).from_(
        table(stage.relation), copy=False
    )
    return query, tuple(c for c, _ in shown)


def _counted_things(stage: Stage, groups: Sequence[Column]) -> tuple[str, str]:
    """What is counted, and its measure word: 门店 and 家; of several groups the combinations."""
    if len(groups) > 1:
        return "组", "组"
    (slot,) = stage.slots
    dimension = slot.group.dimension if isinstance(slot.group, By) else ""
    kept = stage.catalog.member_of(dimension)
    return (kept.entity, kept.classifier) if kept is not None else (groups[0].label, "个")


def how_many(keys: Sequence[exp.Expr]) -> exp.Expr:
    """Members, or combinations of members, each once; those of nobody are none."""
    if len(keys) == 1:
        return exp.Count(this=exp.Distinct(expressions=[keys[0]]))
    known = exp.and_(*(is_known(k.copy()) for k in keys), copy=False)
    count = exp.Count(this=exp.Distinct(expressions=[exp.Tuple(expressions=list(keys))]))
    return exp.Filter(this=count, expression=exp.Where(this=known))
