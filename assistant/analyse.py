"""An analysis query, answered: bind its parameters, hand it scoped facts, run it, compose the reply.

Which analyses there are is ``analytics.load()``'s business, what they compute their own. This module
knows no analysis by name.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import analytics
from analytics.contract import Analysis, Outcome, Param, Params, Refused
from analytics.template import fill
from assistant.language.festivals import observed
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.engines.base import Engine
from semantic_layer.errors import Unanswerable
from semantic_layer.query import AnalysisQuery, Listed
from semantic_layer.result import Column, ColumnRole
from semantic_layer.scoped import ScopedFacts

ANALYSES = analytics.load()
LISTED = 5000  # people of one group
TOTAL = "people in all"  # no column of an analysis is called so
EVERYONE = f"""
WITH chosen AS MATERIALIZED (SELECT * EXCLUDE ("group") FROM members WHERE "group" = :group)
SELECT *, (SELECT COUNT(*) FROM chosen) AS "{TOTAL}" FROM chosen
"""

ROLES = {  # what people call a role
    "user": "用户",
    "time": "时间",
    "amount": "金额",
    "order": "订单号",
    "product": "商品",
    "product_name": "商品名称",
    "event": "行为事件",
    "event_time": "事件时间",
    "session": "会话",
    "visitor": "访客",
    "channel": "渠道",
    "rating": "评分",
    "text": "评论内容",
    "experiment": "实验",
    "variant": "实验分组",
    "category": "品类",
    "register_time": "注册时间",
    "cost": "成本或花费",
}


@dataclass(frozen=True, slots=True)
class Analysed:
    """``analysis`` with its definition filled in, ready for ``compose_analysis``."""

    outcome: Outcome
    analysis: Analysis


def analyse(
    query: AnalysisQuery,
    catalog: Catalog,
    engine: Engine,
    today: date,
    cancel: threading.Event | None = None,
    timeout: float = 30.0,
) -> Analysed | Refused:
    """Run one analysis. Raises ``Unanswerable`` for a scope it cannot have and ``EngineError``."""
    analysis = ANALYSES[query.analysis]
    facts = _scoped(query, catalog, engine, today, cancel, timeout)
    if analysis.needs and not facts.has(*analysis.needs):
        missing = [n for n in analysis.needs if not facts.has(n)] or list(analysis.needs)
        return Refused("missing-role", "、".join(ROLES.get(n, n) for n in missing))
    for name in facts.by if analysis.needs else ():
        if not facts.has(*analysis.needs, name):
            label = facts.label(name)
            raise Unanswerable("dimension-unreachable", metric=analysis.title, dimension=label)
    params = bound(analysis, query)
    outcome = analysis.run(facts, params)
    if isinstance(outcome, Refused):
        return outcome
    if query.people:
        listed = people(query.people, outcome, facts)
        if isinstance(listed, Refused):
            return listed
        outcome = listed
    if facts.by and not analysis.splits:
        labels = "、".join(facts.label(n) for n in facts.by)
        outcome = replace(outcome, notes=(*outcome.notes, f"没有按{labels}拆分，这个分析不分组"))
    sql = outcome.sql or ";\n\n".join(facts.ran)
    told = replace(analysis, definition=_filled(analysis, params))
    return Analysed(replace(outcome, sql=sql), told)


def _scoped(
    query: AnalysisQuery,
    catalog: Catalog,
    engine: Engine,
    today: date,
    cancel: threading.Event | None,
    timeout: float,
) -> ScopedFacts:
    """The facts that ``query`` is about, in its scope."""
    return ScopedFacts(
        catalog,
        engine,
        query.scope,
        today,
        query.by,
        query.measure,
        observed(catalog),
        cancel,
        timeout,
        query.compare,
        query.others,
    )


def listing(
    query: AnalysisQuery,
    catalog: Catalog,
    engine: Engine,
    today: date,
    cancel: threading.Event | None = None,
    timeout: float = 30.0,
) -> Listed:
    """The people of ``query.people`` as a SELECT of their keys, for conditions of other questions.

    Raises ``Unanswerable`` where the analysis refuses or has no such people.
    """
    analysis = ANALYSES.get(query.analysis)
    if analysis is None or query.people is None:
        raise Unanswerable("not-supported-yet", what="用这个分析圈人")
    facts = _scoped(query, catalog, engine, today, cancel, timeout)
    if not facts.has(*analysis.needs):
        raise Unanswerable("missing-role", roles="、".join(ROLES.get(n, n) for n in analysis.needs))
    outcome = analysis.run(facts, bound(analysis, query))
    if isinstance(outcome, Refused) or outcome.people is None:
        raise Unanswerable("not-supported-yet", what="列出这一组的名单")
    chosen = fill(
        'SELECT "user" FROM members WHERE "group" = :group',
        {"members": outcome.people},
        group=query.people,
    )
    return Listed(chosen.sql(dialect=catalog.dialect), f"{analysis.title}的{query.people}")


def bound(analysis: Analysis, query: AnalysisQuery) -> Params:
    """Defaults, overlaid with what was said; one value where several may be said is a tuple of one."""
    said = {name: value for name, value in query.params if name in analysis.params}
    said |= analysis.makes.get(query.people or "", {})
    found = {name: said.get(name, p.default) for name, p in analysis.params.items()}
    return {
        name: (value,) if analysis.params[name].several and not isinstance(value, tuple) else value
        for name, value in found.items()
    }


def _filled(analysis: Analysis, params: Params) -> str:
    """The definition with the words of the parameters where it has holes."""
    text = analysis.definition
    for name, param in analysis.params.items():
        text = text.replace(f"{{{name}}}", said(param, params[name]))
    return text


def said(param: Param, value: Any) -> str:
    """A parameter's value as people say it.

    >>> said(Param(0.01, unit="%"), 0.05), said(Param(7, unit="天"), 7)
    ('5%', '7 天')
    """
    if isinstance(value, (tuple, list)):
        return " → ".join(said(param, v) for v in value)
    for choice, words in param.choices:
        if choice == value and words:
            return words[0].partition("(")[0]
    if isinstance(value, (int, float)) and param.unit == "%":
        return f"{value * 100:g}%"
    return f"{value:g} {param.unit}".strip() if isinstance(value, (int, float)) else str(value)


def people(group: str, outcome: Outcome, facts: ScopedFacts) -> Outcome | Refused:
    """The members of one group: their key, whatever the analysis knows of each, and who they are."""
    if outcome.people is None:
        return Refused("not-supported-yet", "列出这一组的名单")
    chosen = fill(EVERYONE, {"members": outcome.people}, group=group).limit(LISTED + 1)
    rows = facts.run(chosen)
    if not rows:
        return Refused("too-little-data", f"没有属于「{group}」的用户")
    total = int(rows[0][TOTAL])
    rows = [{name: value for name, value in row.items() if name != TOTAL} for row in rows]
    known = {c.name: c for c in (*outcome.columns, *outcome.people_columns)}
    columns = tuple(known.get(name) or _people_column(name, facts.catalog) for name in rows[0])
    cells = tuple(tuple(row.values()) for row in rows[:LISTED])
    shown = f"，列出前 {LISTED:,} 人" if total > LISTED else ""
    return replace(
        outcome,
        columns=columns,
        rows=cells,
        view=replace(outcome.view, mark="table", x="", y=(), color="", title="", options=()),
        headline=f"{group}共 {total:,} 人{shown}",
        findings=(),
        extra={**outcome.extra, "listed": len(cells), "total": total},
    )


def _people_column(name: str, catalog: Catalog) -> Column:
    if name != "user":
        return Column(name, name, Kind.NUMBER, ColumnRole.MEASURE)
    source = _user_dimension(catalog)
    label = catalog.dimensions[source].label if source else ROLES[name]
    return Column(name, label, Kind.KEY, ColumnRole.KEY, source=source)


def _user_dimension(catalog: Catalog) -> str:
    """The key dimension that the user role's column is."""
    exprs = {r.expr.strip('"') for r in catalog.roles if r.name == "user"}
    keys = (d for d in catalog.dimensions.values() if d.kind is Kind.KEY)
    return next((d.name for d in keys if d.expr.strip('"') in exprs), "")
