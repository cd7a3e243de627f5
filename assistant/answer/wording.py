"""A query said back in Chinese: explicit dates, filters, groups, comparison, order and N.

``describe`` gives the one line under the question and its chips; ``sentence`` the full sentence of
a choice. Whatever a query can hold is said, or two different queries would look the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from analytics.contract import Analysis
from assistant.answer.analysis_chips import analysis_chips
from assistant.answer.conditions import condition_text, scope_texts
from assistant.answer.nouns import (
    dimension_label,
    period_text,
    value_text,
)
from assistant.answer.numbers import span
from assistant.answer.picks import rollup_text, rows_text, top_text
from assistant.answer.terms import (
    comparison_text,
    group_text,
    label_of,
    order_text,
    streak_text,
    window_text,
)
from assistant.answer.things import noun_of
from assistant.reply import Chip
from semantic_layer.catalog import Catalog
from semantic_layer.measures import conjuncts
from semantic_layer.periods import shifted
from semantic_layer.query import (
    AnalysisQuery,
    CatalogQuery,
    CompareKind,
    Comparison,
    Contrast,
    DetailQuery,
    Form,
    MetricQuery,
    Order,
    Query,
    Scope,
)

__all__ = ["Reading", "condition_text", "describe", "label_of", "sentence"]

NO_PERIOD = "未限定时间"
FORMS = {
    Form.VALUE: "",
    Form.WHICH: "问是哪些",
    Form.LIST: "列出",
    Form.COUNT: "问有几个",
    Form.YES_NO: "问是或否",
    Form.TREND: "看走势",
    Form.RANK: "看排名",
}
ABOUT = {
    "definition": "口径",
    "sql": "取数 SQL",
    "freshness": "数据更新到哪天",
    "metrics": "有哪些指标",
    "dimensions": "有哪些维度",
    "values": "有哪些取值",
    "tables": "有哪些数据表",
    "help": "能问什么",
}
_TITLES = {
    "measure": "指标",
    "period": "时间",
    "where": "筛选",
    "group": "分组",
    "compare": "对比",
    "contrast": "对照",
    "having": "条件",
    "window": "计算",
    "streak": "连续",
    "keep": "只显示",
    "top": "取",
    "order": "排序",
    "rollup": "汇总",
    "claim": "判断",
    "form": "问法",
    "table": "明细",
    "column": "列",
    "analysis": "分析",
    "param": "参数",
    "people": "名单",
    "time": "时间口径",
    "about": "关于",
}


@dataclass(frozen=True, slots=True)
class Reading:
    text: str
    chips: tuple[Chip, ...]


def describe(
    query: Query, catalog: Catalog, analyses: Mapping[str, Analysis] | None = None
) -> Reading:
    """Every field of ``query`` in one line, and the same pieces as chips in the same order."""
    match query:
        case MetricQuery():
            chips = _metric_chips(query, catalog)
        case DetailQuery():
            chips = _detail_chips(query, catalog)
        case AnalysisQuery():
            told = analysis_chips(query, catalog, analyses or {})
            chips = [*_scope_chips(query.scope, catalog), *(_chip(*each) for each in told)]
        case CatalogQuery():
            names = "、".join(_any_label(n, catalog) for n in query.names)
            about = ABOUT.get(query.about, query.about)
            chips = [_chip("about", f"{names}：{about}" if names else about)]
        case _:
            assert_never(query)
    return Reading("，".join(_in_text(c) for c in chips if c.text), tuple(chips))


def sentence(query: Query, catalog: Catalog, analyses: Mapping[str, Analysis] | None = None) -> str:
    """The reading as a full sentence, for a choice between readings."""
    return describe(query, catalog, analyses).text + "。"


def _chip(slot: str, text: str, path: int = 0) -> Chip:
    return Chip(slot, _TITLES[slot], text, path)


def _in_text(chip: Chip) -> str:
    match chip.slot:
        case "keep" | "claim":
            return f"{chip.label}：{chip.text}"
        case "top":
            return f"取{chip.text}"
        case "having":
            return f"其中{chip.text}"
        case "table":
            return f"列出{chip.text}"
        case "column":
            return f"列：{chip.text}"
        case "contrast" | "people":
            return f"{chip.label}：{chip.text}"
        case _:
            return chip.text


def _scope_chips(scope: Scope, catalog: Catalog, *, timed: bool = True) -> list[Chip]:
    chips = [_chip("period", period_text(p), i) for i, p in enumerate(scope.periods)]
    if not chips and timed:
        chips = [_chip("period", NO_PERIOD)]
    if scope.time:
        chips.append(_chip("time", f"按{dimension_label(scope.time, catalog)}算时间"))
    chips += [
        _chip("where", condition_text(p, catalog), i) for i, p in enumerate(conjuncts(scope.where))
    ]
    return chips


def _metric_chips(query: MetricQuery, catalog: Catalog) -> list[Chip]:
    measures = query.measures
    chips = _scope_chips(query.scope, catalog)
    chips += [_chip("group", group_text(g, catalog), i) for i, g in enumerate(query.group_by)]
    chips += [_chip("measure", label_of(m, catalog), i) for i, m in enumerate(measures)]
    if query.contrast:
        chips.append(_chip("contrast", _contrast(query.contrast, catalog)))
    chips += [
        _chip("compare", comparison_text(c, _compared(c, query.scope)), i)
        for i, c in enumerate(query.compare)
    ]
    chips += [
        _chip("window", window_text(w, measures, catalog), i) for i, w in enumerate(query.windows)
    ]
    chips += [
        _chip("having", condition_text(p, catalog), i)
        for i, p in enumerate(conjuncts(query.having))
    ]
    if query.streak:
        chips.append(_chip("streak", streak_text(query.streak, measures, catalog)))
    if query.keep:
        chips.append(_chip("keep", condition_text(query.keep, catalog)))
    if query.top:
        ranked = noun_of(query, catalog, query.top.per)
        chips.append(_chip("top", top_text(query.top, measures, catalog, *ranked)))
    chips += _order_chips(query.order, query, catalog)
    if query.rollup:
        thing, classifier = noun_of(query, catalog)
        said = rollup_text(query.rollup, measures, thing, catalog, classifier)
        chips.append(_chip("rollup", said))
    if query.claim:
        chips.append(_chip("claim", condition_text(query.claim, catalog)))
    if text := FORMS[query.form]:
        chips.append(_chip("form", text))
    return chips


def _compared(compare: Comparison, scope: Scope) -> str:
    """The dates compared with; a festival moves with the lunar year, so its dates stay unsaid."""
    if len(scope.periods) != 1 or compare.kind is CompareKind.PERIOD:
        return ""
    period = scope.periods[0]
    if period.lunar or period.start is None or period.end is None:
        return ""
    other = shifted(period, compare)
    return span(other.start, other.end)


def _order_chips(
    orders: tuple[Order, ...], query: MetricQuery | DetailQuery, catalog: Catalog
) -> list[Chip]:
    measures = query.measures if isinstance(query, MetricQuery) else ()
    return [_chip("order", order_text(o, measures, catalog), i) for i, o in enumerate(orders)]


def _contrast(contrast: Contrast, catalog: Catalog) -> str:
    label = dimension_label(contrast.dimension, catalog)
    sign = "，差额不分正负" if contrast.absolute else ""
    return f"{label} {value_text(contrast.left)} 对 {value_text(contrast.right)}{sign}"


def _detail_chips(query: DetailQuery, catalog: Catalog) -> list[Chip]:
    table = catalog.tables.get(query.table)
    chips = _scope_chips(
        query.scope, catalog, timed=False
    )  # the notes say it where rows have dates
    name = (table.entity or table.label) if table else query.table
    chips.append(_chip("table", f"{'不重复的' if query.distinct else ''}{name}明细"))
    if query.columns:
        names = "、".join(dimension_label(c, catalog) for c in query.columns)
        chips.append(_chip("column", names))
    if query.contrast:
        chips.append(_chip("contrast", _contrast(query.contrast, catalog)))
    chips += _order_chips(query.order, query, catalog)
    if query.top:
        chips.append(_chip("top", _detail_top(query, name, catalog)))
    if query.form is not Form.LIST:
        chips.append(_chip("form", FORMS[query.form] or "问数值"))
    return chips


def _detail_top(query: DetailQuery, name: str, catalog: Catalog) -> str:
    top, table = query.top, catalog.tables.get(query.table)
    assert top is not None
    if top.by is not None or top.by_change or not query.order:
        return top_text(top, (), catalog, name, table.classifier if table else "条")
    return rows_text(top, name, table.classifier if table else "条", catalog)


def _any_label(name: str, catalog: Catalog) -> str:
    if found := catalog.metrics.get(name):
        return found.label
    if term := catalog.terms.get(name):
        return term.label
    return dimension_label(name, catalog)


def scope_text(scope: Scope, catalog: Catalog) -> str:
    """The scope alone, for notes and file names."""
    return "，".join(scope_texts(scope, catalog)) or NO_PERIOD
