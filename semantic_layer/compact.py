"""A query as one short, canonical, readable dict: what a test expects and what a person debugs with.

Two queries that give the same numbers should read the same here: ``a = 1`` and ``a in (1)`` are one
form, AND parts are sorted, ranges on one dimension are joined. It knows no catalog, no language and
no SQL; dimension and metric names are passed through as they are.

>>> from semantic_layer.query import MetricQuery, MetricRef, By, Top
>>> compact(MetricQuery((MetricRef("gmv"),), (By("city"),), top=Top(5)))
{'measures': ['gmv'], 'by': ['city'], 'top': '5 desc'}
"""

from __future__ import annotations

from semantic_layer.literals import number_text, period_text, plain_text, streak_text, value_text
from semantic_layer.normal import leaves
from semantic_layer.query import (
    Agg,
    AnalysisQuery,
    And,
    Benchmark,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    CatalogQuery,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    Contrast,
    DetailQuery,
    Form,
    Formula,
    Group,
    Having,
    HavingChange,
    Listed,
    Measure,
    Members,
    MetricQuery,
    MetricRef,
    Not,
    Op,
    Or,
    Order,
    PerUnit,
    Query,
    Rollup,
    Scope,
    Term,
    Top,
    Where,
    WhereTime,
    Window,
    WindowKind,
)

Compact = dict[str, object]


def compact(query: Query) -> Compact:
    """``query`` in the notation of ``tests/corpus``; empty parts are left out."""
    match query:
        case MetricQuery():
            return _dropping_empty(_metric_query(query))
        case DetailQuery():
            return _dropping_empty(_detail_query(query))
        case AnalysisQuery():
            parts: Compact = {
                "analysis": query.analysis,
                "params": {name: plain_text(value) for name, value in sorted(query.params)},
                "measures": [measure_text(m) for m in (query.measure, *query.others) if m],
                "by": list(query.by),
                "compare": [_comparison(c) for c in query.compare],
                "people": query.people,
                **_scope(query.scope),
            }
            return _dropping_empty(parts)
        case CatalogQuery():
            return {"about": " ".join((query.about, *query.names))}


def one_line(query: Query) -> str:
    """``compact`` on one line, as a nested query is shown: ``gmv; by city; top 10 desc``."""
    words = []
    for name, value in compact(query).items():
        if isinstance(value, dict):
            text = ", ".join(f"{key}={entry}" for key, entry in value.items())
        elif isinstance(value, list):
            text = ", ".join(map(str, value))
        else:
            text = str(value)
        words.append(text if name == "measures" else f"{name} {text}")
    return "; ".join(words)


def _metric_query(query: MetricQuery) -> Compact:
    names = [measure_text(measure) for measure in query.measures]
    return {
        "measures": names,
        "by": [_group(group) for group in query.group_by],
        **_scope(query.scope),
        "compare": [_comparison(comparison) for comparison in query.compare],
        "contrast": _contrast(query.contrast),
        "having": condition_parts(query.having),
        "windows": [_window(window) for window in query.windows],
        "top": _top(query.top, names),
        "order": [_order(order, names) for order in query.order],
        "rollup": _rollup(query.rollup),
        "streak": streak_text(query.streak),
        "keep": condition_parts(query.keep),
        "claim": condition_parts(query.claim),
        "form": query.form.value if query.form is Form.YES_NO else None,
    }


def _detail_query(query: DetailQuery) -> Compact:
    return {
        "detail": query.table,
        "columns": list(query.columns),
        **_scope(query.scope),
        "contrast": _contrast(query.contrast),
        "top": _top(query.top, []),
        "order": [_order(order, []) for order in query.order],
        "distinct": query.distinct or None,
        "form": query.form.value if query.form is Form.YES_NO else None,
    }


def _dropping_empty(parts: Compact) -> Compact:
    return {name: value for name, value in parts.items() if value not in (None, "", [], {})}


def _scope(scope: Scope) -> Compact:
    periods = [period_text(period) for period in scope.periods]
    return {
        "where": condition_parts(scope.where),
        "period": periods[0] if len(periods) == 1 else sorted(periods),
        "time": scope.time,
    }


# ── measures and groups ───────────────────────────────────────────────────────────────────────


def measure_text(measure: Measure) -> str:
    """``gmv``, ``p90(order_amount)``, ``gmv/day``, ``gmv - refund_amount``, ``gmv[city = 北京]``."""
    match measure:
        case MetricRef(metric, where):
            return metric + _own_where(where)
        case ColumnAggregate():
            name = measure.agg.value
            if measure.agg is Agg.PERCENTILE:
                name = f"p{number_text((measure.at or 0.5) * 100)}"
            return f"{name}({measure.column or measure.table}){_own_where(measure.where)}"
        case PerUnit(inner, unit):
            return f"{_atom(inner)}/{unit}"
        case Formula(op, left, right):
            return f"{_atom(left)} {op} {_atom(right)}"


def _own_where(where: Condition | None) -> str:
    return f"[{' and '.join(condition_parts(where))}]" if where else ""


def _atom(measure: Measure) -> str:
    text = measure_text(measure)
    return f"({text})" if isinstance(measure, Formula) else text


def _group(group: Group) -> str:
    match group:
        case By(dimension):
            return dimension
        case ByTime(grain, dimension):
            return f"{grain.value} of {dimension}" if dimension else grain.value
        case ByPeriod():
            return "period"
        case ByBucket():
            of = measure_text(group.measure) if group.measure else group.dimension
            text = f"{of} per {group.per}" if group.per else f"{of}"
            if group.width is not None:
                text += f", width {number_text(group.width)}"
            if group.edges:
                text += ", " + "|".join(number_text(edge) for edge in group.edges)
            return f"bucket({text})"


# ── conditions ────────────────────────────────────────────────────────────────────────────────


def condition_parts(condition: Condition | None) -> list[str]:
    """The AND parts of ``condition``, each as text, sorted; no condition has no parts."""
    return sorted({condition_text(part) for part in leaves(condition)})


def condition_text(condition: Condition) -> str:
    """One condition as text; ``condition_parts`` is the door for a whole tree."""
    match condition:
        case Where(dimension, op, values):
            return _test(dimension, op, [value_text(value) for value in values])
        case WhereTime(grain, units, dimension):
            of = f" of {dimension}" if dimension else ""
            return _test(grain.value + of, Op.IN, [f"{unit}" for unit in sorted(set(units))])
        case Having(measure, op, values):
            texts = [_benchmark(v) if isinstance(v, Benchmark) else number_text(v) for v in values]
            return _test(measure_text(measure), op, texts)
        case HavingChange():
            what = f"{_comparison(condition.compare)} {condition.show}"
            texts = [number_text(value) for value in condition.values]
            return _test(f"{what} {measure_text(condition.measure)}", condition.op, texts)
        case Members(dimension, query, negated):
            inner = query.label if isinstance(query, Listed) else one_line(query)
            return f"{dimension} {'not in' if negated else 'in'} ({inner})"
        case Term(term, negated):
            return f"not term {term}" if negated else f"term {term}"
        case Or(parts):
            return " or ".join(sorted(f"({' and '.join(condition_parts(p))})" for p in parts))
        case And():
            return " and ".join(condition_parts(condition))
        case Not(part):
            return f"not ({' and '.join(condition_parts(part))})"


def _test(subject: str, op: Op, values: list[str]) -> str:
    if op in (Op.IS_NULL, Op.NOT_NULL):
        return f"{subject} {op.value}"
    if op is Op.BETWEEN:
        return f"{subject} between {'..'.join(values)}"
    values = sorted(set(values)) if op in (Op.EQ, Op.NE, Op.IN, Op.NOT_IN) else values
    if op in (Op.EQ, Op.IN):
        return f"{subject} {'=' if len(values) == 1 else 'in'} {'|'.join(values)}"
    if op in (Op.NE, Op.NOT_IN):
        return f"{subject} {'!=' if len(values) == 1 else 'not in'} {'|'.join(values)}"
    return f"{subject} {op.value} {'|'.join(values)}"


def _benchmark(benchmark: Benchmark) -> str:
    name = measure_text(benchmark.measure) if benchmark.measure else ""
    text = benchmark.kind if benchmark.kind != "measure" else ""
    text = " ".join(filter(None, (text, name)))
    return text if benchmark.factor == 1 else f"{number_text(benchmark.factor)}*{text}"


# ── after aggregation ─────────────────────────────────────────────────────────────────────────


def _comparison(comparison: Comparison) -> str:
    if comparison.kind is CompareKind.PERIOD and comparison.period:
        return period_text(comparison.period)
    return comparison.kind.value


def _contrast(contrast: Contrast | None) -> str:
    if contrast is None:
        return ""
    return f"{contrast.dimension}: {value_text(contrast.left)} vs {value_text(contrast.right)}"


def _window(window: Window) -> str:
    text = f"{window.kind.value}({window.of}{f', {window.n}' if window.n else ''})"
    if window.within:
        text += f" within {', '.join(window.within)}"
    ascending = window.kind is WindowKind.RANK and not window.descending
    return f"{text} asc" if ascending else text


def _top(top: Top | None, names: list[str]) -> str:
    """``by`` is said only where there is something else to rank by than the only measure."""
    if top is None:
        return ""
    size = f"{number_text(top.fraction * 100)}%" if top.fraction else str(top.n)
    text = f"{size} {'both' if top.both else 'desc' if top.descending else 'asc'}"
    ranked = measure_text(top.by) if top.by else (names[0] if names else "")
    if ranked and [ranked] != names:
        text += f" by {ranked}"
    if top.by_change:
        text += f" by_change {top.by_change}"
    if top.per:
        text += f" per {', '.join(top.per)}"
    if top.offset:
        text += f" offset {top.offset}"
    return f"{text} ties" if top.ties else text


def _order(order: Order, names: list[str]) -> str:
    what = order.by or (names[order.measure] if order.measure < len(names) else str(order.measure))
    change = f" {order.change}" if order.change else ""
    return f"{what}{change} {'desc' if order.descending else 'asc'}"


def _rollup(rollup: Rollup | None) -> str:
    if rollup is None:
        return ""
    return rollup.agg.value + (f"({rollup.of})" if rollup.of else "")
