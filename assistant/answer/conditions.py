"""Chinese for conditions, and for the nested queries that some of them hold.

``condition_text`` says every kind of ``Condition``: 大区为华东, 销售额高于 100 万元, 同比下降超过 10%,
城市在「销售额最高的前 10 个城市」里. Choice options and headlines use the same words.
"""

from __future__ import annotations

from typing import assert_never

from assistant.answer.nouns import GRAINS, dimension_label, entity, period_text, value_text
from assistant.answer.numbers import CYCLIC, bucket
from assistant.answer.picks import rollup_text, top_text
from assistant.answer.terms import (
    comparison_text,
    format_of,
    group_text,
    label_of,
    order_text,
    streak_text,
    window_text,
)
from semantic_layer.catalog import Catalog, Format, Kind
from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    AnalysisQuery,
    And,
    Benchmark,
    By,
    CompareKind,
    Comparison,
    Condition,
    DetailQuery,
    Grain,
    Having,
    HavingChange,
    Listed,
    Measure,
    Members,
    MetricQuery,
    Not,
    Op,
    Or,
    Ref,
    Scalar,
    Scope,
    Term,
    Where,
    WhereTime,
)

_MORE = {Op.LT: "低于", Op.LE: "不超过", Op.GT: "高于", Op.GE: "不低于"}
_WHEN = {Op.LT: "早于", Op.LE: "不晚于", Op.GT: "晚于", Op.GE: "不早于"}
_BENCHMARKS = {
    "group_average": "各组平均值",
    "group_median": "各组中位数",
    "overall": "总体水平",
    "previous": "上期",
    "last_year": "去年同期",
}


def condition_text(condition: Condition, catalog: Catalog) -> str:
    """One condition as a clause without a full stop."""
    match condition:
        case Where():
            return _where(condition, catalog)
        case WhereTime():
            return _where_time(condition, catalog)
        case Having():
            return _having(condition, catalog)
        case HavingChange():
            return _change(condition, catalog)
        case Members():
            label = dimension_label(condition.dimension, catalog)
            label = (
                entity(condition.dimension, catalog)[0] if _is_key(condition, catalog) else label
            )
            inside = "不在" if condition.negated else "在"
            return f"{label}{inside}「{nested_text(condition.query, catalog)}」里"
        case Term():
            term = catalog.terms.get(condition.term)
            name = term.label if term else condition.term
            return f"排除{name}" if condition.negated else f"限{name}"
        case And():
            return "，且".join(_bracketed(p, catalog) for p in condition.parts)
        case Or():
            return " 或 ".join(_bracketed(p, catalog) for p in condition.parts)
        case Not():
            return f"不满足（{condition_text(condition.part, catalog)}）"
        case _:
            assert_never(condition)


def _bracketed(part: Condition, catalog: Catalog) -> str:
    text = condition_text(part, catalog)
    return f"（{text}）" if isinstance(part, (And, Or)) else text


def _is_key(condition: Members, catalog: Catalog) -> bool:
    found = catalog.dimensions.get(condition.dimension)
    return found is not None and found.kind is Kind.KEY


# ── rows ──────────────────────────────────────────────────────────────────────────────────────


def _where(where: Where, catalog: Catalog) -> str:
    label = dimension_label(where.dimension, catalog)
    found = catalog.dimensions.get(where.dimension)
    kind = found.kind if found else Kind.TEXT
    format, unit = (found.format, found.unit) if found else (Format.NUMBER, "")

    def say(value: Scalar | Ref) -> str:
        if isinstance(value, Ref):
            return f"「{dimension_label(value.dimension, catalog)}」"
        return value_text(value, format, unit if kind is Kind.NUMBER else "")

    values = [say(v) for v in where.values]
    first = values[0] if values else ""
    match where.op:
        case Op.EQ | Op.IN:
            text = "或".join(values)
            return f"{label}为{_spaced(text)}"
        case Op.NE | Op.NOT_IN:
            return f"{label}不是{_spaced('、'.join(values))}"
        case Op.LT | Op.LE | Op.GT | Op.GE:
            words = _WHEN if kind is Kind.TIME else _MORE
            return f"{label}{words[where.op]}{_spaced(first)}"
        case Op.BETWEEN:
            return f"{label}在{_spaced(' 到 '.join(values))}之间"
        case Op.CONTAINS:
            return f"{label}包含「{'」或「'.join(values)}」"
        case Op.NOT_CONTAINS:
            return f"{label}不包含「{'」「'.join(values)}」"
        case Op.STARTS:
            return f"{label}以「{'」或「'.join(values)}」开头"
        case Op.ENDS:
            return f"{label}以「{'」或「'.join(values)}」结尾"
        case Op.IS_NULL:
            return f"{label}为空"
        case Op.NOT_NULL:
            return f"{label}不为空"
        case _:
            assert_never(where.op)


def _where_time(where: WhereTime, catalog: Catalog) -> str:
    """周末, 周一或周三, 20 点到 21 点, 支付时间是 1、2 号."""
    values = sorted(set(where.values))
    run = len(values) > 2 and values[-1] - values[0] == len(values) - 1
    match where.grain:
        case Grain.WEEKEND:
            names = ["周末" if v else "工作日" for v in values]
            run = False
        case _:
            names = [bucket(v, where.grain) for v in values]
    text = f"{names[0]}到{names[-1]}" if run else "或".join(names)
    if where.grain not in CYCLIC:
        text = f"{GRAINS[where.grain]}为 {text}"
    when = f"{dimension_label(where.dimension, catalog)}在" if where.dimension else ""
    return f"只看{when}{text}"


def _spaced(text: str) -> str:
    """A space between a Chinese word and figures: 高于 100 万元."""
    before = " " if (text[:1].isascii() and text[:1].isalnum()) or text[:1] == "-" else ""
    return f"{before}{text}"


# ── groups ────────────────────────────────────────────────────────────────────────────────────


def _having(having: Having, catalog: Catalog) -> str:
    label = label_of(having.measure, catalog)
    format, unit = format_of(having.measure, catalog)
    values = [
        _benchmark(v, having.measure, catalog)
        if isinstance(v, Benchmark)
        else value_text(v, format, unit)
        for v in having.values
    ]
    text = _spaced(" 到 ".join(values)) if values else ""
    match having.op:
        case Op.LT | Op.LE | Op.GT | Op.GE:
            return f"{label}{_MORE[having.op]}{text}"
        case Op.BETWEEN:
            return f"{label}在{text}之间"
        case Op.EQ | Op.IN:
            return f"{label}等于{text}"
        case Op.NE | Op.NOT_IN:
            return f"{label}不等于{text}"
        case Op.IS_NULL:
            return f"没有{label}"
        case Op.NOT_NULL:
            return f"有{label}"
        case _:
            return f"{label} {having.op}{text}"


def _benchmark(benchmark: Benchmark, of: Measure, catalog: Catalog) -> str:
    other = benchmark.measure
    if benchmark.kind == "measure" and other is not None:
        text = label_of(other, catalog)
    else:
        text = _BENCHMARKS.get(benchmark.kind, benchmark.kind)
        if other is not None and other != of:
            text = f"{label_of(other, catalog)}的{text}"
    return text if benchmark.factor == 1 else f"{text}的 {benchmark.factor:g} 倍"


def _change(change: HavingChange, catalog: Catalog) -> str:
    """同比下降超过 10%, 环比增加超过 5 万元, 同比变化在 -5% 到 5% 之间."""
    label = label_of(change.measure, catalog)
    against = comparison_text(Comparison(change.compare.kind, change.compare.period))
    if change.compare.kind is CompareKind.PERIOD:
        against = f"与{against.removeprefix('对比').strip()}相比"
    rate = change.show == "rate"
    format, unit = (Format.PERCENT, "") if rate else format_of(change.measure, catalog)
    up, down = ("增长", "下降") if rate else ("增加", "减少")
    limits = [value_text(v, format, unit) for v in change.values]
    limit = change.values[0] if change.values else 0.0
    size = value_text(abs(limit), format, unit)
    more = change.op in (Op.GT, Op.GE)
    least = change.op in (Op.GE, Op.LE)
    head = f"{label}{against}" if " " not in against else f"{label}{against} "
    if change.op is Op.BETWEEN:
        return f"{head}变化在{_spaced(' 到 '.join(limits))}之间"
    if change.op not in (Op.GT, Op.GE, Op.LT, Op.LE):
        return f"{head}变化 {change.op} {'、'.join(limits)}"
    if limit == 0:
        word = up if more else down
        return f"{head}{'持平或' if least else ''}{word}"
    if more == (limit > 0):
        return f"{head}{up if more else down}{'至少' if least else '超过'} {size}"
    return f"{head}变化{_MORE[change.op]} {limits[0]}"


# ── nested queries ────────────────────────────────────────────────────────────────────────────


def nested_text(query: MetricQuery | DetailQuery | AnalysisQuery | Listed, catalog: Catalog) -> str:
    """A query as the noun it selects: 2026-05-01 至 2026-05-31，销售额最高的前 10 个城市."""
    if isinstance(query, Listed):
        return query.label
    said = list(scope_texts(query.scope, catalog))
    if isinstance(query, AnalysisQuery):
        return "，".join([*said, query.people or query.analysis])
    if isinstance(query, DetailQuery):
        table = catalog.tables.get(query.table)
        thing = (table.entity or table.label) if table else query.table
        if query.columns:
            thing += "的" + "、".join(dimension_label(c, catalog) for c in query.columns)
        said += [order_text(o, (), catalog) for o in query.order]
        if query.top:
            said.append(top_text(query.top, (), catalog))
        return "，".join([*said, f"「{thing}」明细"])
    keys = [g.dimension for g in query.group_by if isinstance(g, By)]
    thing, classifier = entity(keys[0], catalog) if keys else ("结果", "个")
    said += [group_text(g, catalog) for g in query.group_by if not isinstance(g, By)]
    said += [group_text(By(k), catalog) for k in keys[1:]]
    said += [comparison_text(c) for c in query.compare]
    said += [window_text(w, query.measures, catalog) for w in query.windows]
    said += [condition_text(p, catalog) for p in conjuncts(query.having)]
    if query.streak:
        said.append(streak_text(query.streak, query.measures, catalog))
    said += [condition_text(p, catalog) for p in (*conjuncts(query.keep), *conjuncts(query.claim))]
    if query.rollup:
        said.append(rollup_text(query.rollup, query.measures, thing, catalog, classifier))
    if query.contrast:
        said.append(f"{query.contrast.left}对{query.contrast.right}")
    said += [order_text(o, query.measures, catalog) for o in query.order]
    if query.top:
        named = top_text(query.top, query.measures, catalog, thing, classifier)
        return "，".join([*said, named])
    if query.having or query.streak:
        return "，".join(said) + f"的{thing}"
    names = "、".join(label_of(m, catalog) for m in query.measures)
    return "，".join([*said, f"有{names}的{thing}"])


def scope_texts(scope: Scope, catalog: Catalog) -> tuple[str, ...]:
    """Periods first, then each condition; nothing where nothing is limited."""
    said = []
    if scope.periods:
        said.append("和 ".join(period_text(p) for p in scope.periods))
    if scope.time:
        said.append(f"按{dimension_label(scope.time, catalog)}算时间")
    said += [condition_text(p, catalog) for p in conjuncts(scope.where)]
    return tuple(said)
