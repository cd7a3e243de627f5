"""口径: what a metric means, and the questions about the model itself, which need no SQL.

``definitions`` lists what stands under an answer; ``compose_catalog`` answers 客单价怎么算的,
有哪些指标, 数据更新到哪天 and 给我 SQL from the catalog alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from assistant.answer.nouns import dimension_label
from assistant.answer.numbers import plain
from assistant.answer.wording import describe
from assistant.problems import problem
from assistant.reply import Answer, Chart, Common, Refusal
from semantic_layer.catalog import (
    Aggregate,
    Catalog,
    CountGroups,
    Derived,
    Dimension,
    Format,
    Kind,
    Metric,
    Ratio,
    RunningTotal,
)
from semantic_layer.query import (
    AnalysisQuery,
    CatalogQuery,
    ColumnAggregate,
    CompareKind,
    Formula,
    Measure,
    MetricQuery,
    MetricRef,
    PerUnit,
    Query,
    WindowKind,
)
from semantic_layer.result import Column, ColumnRole, Result

CONVENTIONS = {
    CompareKind.YEAR_OVER_YEAR: ("同比", "与去年相同日期比；没过完的时间段只比已过的天数。"),
    CompareKind.PREVIOUS_PERIOD: ("环比", "与上一个同样长的时间段比；没过完的只比已过的天数。"),
    WindowKind.SHARE: ("占比", "占同样筛选下合计的比例；组内占比以所在的组为合计。"),
}
KINDS = {
    Kind.TEXT: "文字",
    Kind.NUMBER: "数值",
    Kind.TIME: "时间",
    Kind.BOOL: "是否",
    Kind.KEY: "编号",
}


def definitions(query: Query, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """指标 → 口径 for every metric the query touches, then the conventions it relies on."""
    measures: Sequence[Measure] = ()
    said: dict[str, str] = {}
    if isinstance(query, MetricQuery):
        measures = query.measures
    elif isinstance(query, AnalysisQuery) and query.measure is not None:
        measures = (query.measure, *query.others)
    for measure in measures:
        for name in metrics_in(measure):
            if metric := catalog.metrics.get(name):
                said[metric.label] = definition_of(metric, catalog)
    if isinstance(query, MetricQuery):
        used = [*(c.kind for c in query.compare), *(w.kind for w in query.windows)]
        said |= dict(CONVENTIONS[k] for k in used if k in CONVENTIONS)
    return tuple(said.items())


def metrics_in(measure: Measure) -> tuple[str, ...]:
    """Names of the metrics inside a measure."""
    match measure:
        case MetricRef():
            return (measure.metric,)
        case ColumnAggregate():
            return ()
        case PerUnit():
            return metrics_in(measure.measure)
        case Formula():
            return (*metrics_in(measure.left), *metrics_in(measure.right))
        case _:
            assert_never(measure)


def definition_of(metric: Metric, catalog: Catalog) -> str:
    """The model's own sentence, or one made from the calculation."""
    return metric.definition or formula_of(metric, catalog)


def formula_of(metric: Metric, catalog: Catalog) -> str:
    """How it is computed, with labels where there are any and SQL where there are none."""

    def label(name: str) -> str:
        return catalog.metrics[name].label if name in catalog.metrics else name

    match metric.calc:
        case Aggregate() as calc:
            inner = f"DISTINCT {calc.expr}" if calc.agg.value == "count_distinct" else calc.expr
            name = "count" if calc.agg.value == "count_distinct" else calc.agg.value
            text = f"{name}({inner or '*'})"
            return f"{text}，限 {calc.where}" if calc.where else text
        case Ratio() as calc:
            return f"{label(calc.numerator)} ÷ {label(calc.denominator)}"
        case Derived() as calc:
            text = calc.expr
            for name in sorted(calc.metrics, key=len, reverse=True):
                text = text.replace(name, label(name))
            return text
        case CountGroups() as calc:
            return f"{calc.agg.value}({calc.expr}) {calc.op} {calc.value:g} 的 {calc.per} 个数"
        case RunningTotal() as calc:
            return f"从有数据起到期末的{label(calc.metric)}合计"
        case _:
            assert_never(metric.calc)


# ── questions about the model ─────────────────────────────────────────────────────────────────


def compose_catalog(
    question: str, query: CatalogQuery, catalog: Catalog, previous_sql: str = ""
) -> Answer | Refusal:
    """The answer to a question about the model, as a small table and one sentence."""
    found: tuple[str, Result] | None
    match query.about:
        case "definition":
            found = _definition(query, catalog)
        case "sql":
            found = (
                ("这是上一个回答用的 SQL", _table(("SQL",), [(previous_sql,)]))
                if previous_sql
                else None
            )
        case "freshness":
            found = _freshness(catalog)
        case "metrics":
            found = _metrics(catalog)
        case "dimensions":
            found = _dimensions(query, catalog)
        case "values":
            found = _values(query, catalog)
        case "tables":
            found = _tables(catalog)
        case _:
            found = _help(catalog)
    common = Common(question)
    if found is None:
        code = "no-context" if query.about == "sql" else "unknown-metric"
        words = "、".join(query.names)
        message, help = problem(code, words=words)
        return Refusal(common, code, message, help, query=query)
    text, result = found
    reading = describe(query, catalog)
    return Answer(
        common,
        query,
        reading.text,
        reading.chips,
        text,
        result,
        chart=Chart("table"),
        sql=previous_sql if query.about == "sql" else "",
        dialect=catalog.dialect,
        next_questions=tuple(q for _, q in catalog.examples[:3]),
    )


def _table(labels: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> Result:
    columns = tuple(
        Column(f"c{i}", label, Kind.TEXT, ColumnRole.DIMENSION) for i, label in enumerate(labels)
    )
    return Result(columns, tuple(rows))


def _definition(query: CatalogQuery, catalog: Catalog) -> tuple[str, Result] | None:
    rows: list[tuple[object, ...]] = []
    for name in query.names:
        if metric := catalog.metrics.get(name):
            told = definition_of(metric, catalog)
            rows.append(
                (metric.label, told, formula_of(metric, catalog), _unit(metric), metric.owner)
            )
        elif dimension := catalog.dimensions.get(name):
            told = dimension.description or f"{catalog.tables[dimension.table].label}的一列"
            rows.append((dimension.label, told, dimension.expr, dimension.unit, ""))
        elif term := catalog.terms.get(name):
            rows.append((term.label, term.definition, term.sql, "", ""))
    if not rows:
        return None
    first = rows[0]
    text = f"{first[0]}：{first[1]}" if len(rows) == 1 else f"{len(rows)} 个口径"
    return text, _table(("名称", "口径", "算法", "单位", "负责人"), rows)


def _unit(metric: Metric) -> str:
    return "%" if metric.format is Format.PERCENT else metric.unit


def _freshness(catalog: Catalog) -> tuple[str, Result] | None:
    since, until = (plain(d) if d else "不详" for d in (catalog.since, catalog.until))
    rows = [
        (t.label, dimension_label(t.time, catalog) if t.time else "")
        for t in catalog.tables.values()
    ]
    return f"数据更新到 {until}，最早从 {since} 开始", _table(("数据表", "按哪个时间"), rows)


def _metrics(catalog: Catalog) -> tuple[str, Result]:
    rows = [
        (m.label, definition_of(m, catalog), _unit(m), "、".join(m.synonyms[:4]))
        for m in catalog.metrics.values()
    ]
    first = "、".join(m.label for m in list(catalog.metrics.values())[:6])
    return f"共 {len(rows)} 个指标，如 {first}", _table(("指标", "口径", "单位", "也叫"), rows)


def _dimensions(query: CatalogQuery, catalog: Catalog) -> tuple[str, Result]:
    wanted = [d for d in catalog.dimensions.values() if not query.names or d.table in query.names]
    shown = wanted or list(catalog.dimensions.values())
    rows = [
        (d.label, catalog.tables[d.table].label, KINDS[d.kind], _sample(d, catalog)) for d in shown
    ]
    first = "、".join(d.label for d in shown[:6])
    return f"共 {len(rows)} 个维度，如 {first}", _table(("维度", "数据表", "类型", "取值"), rows)


def _sample(dimension: Dimension, catalog: Catalog) -> str:
    values = dimension.order or catalog.values.get(dimension.name, ())
    if dimension.sensitive or not values:
        return ""
    text = "、".join(values[:5])
    return f"{text} 等 {len(values)} 个" if len(values) > 5 else text


def _values(query: CatalogQuery, catalog: Catalog) -> tuple[str, Result] | None:
    for name in query.names:
        dimension = catalog.dimensions.get(name)
        if dimension is None or dimension.sensitive:
            continue
        values = dimension.order or catalog.values.get(name, ())
        if values:
            shown = "、".join(values[:5]) + (" 等" if len(values) > 5 else "")
            rows = [(v,) for v in values]
            return f"{dimension.label}共 {len(values)} 个：{shown}", _table(
                (dimension.label,), rows
            )
    return None


def _tables(catalog: Catalog) -> tuple[str, Result]:
    rows = [
        (
            t.label,
            t.entity,
            t.description,
            sum(d.table == t.name for d in catalog.dimensions.values()),
        )
        for t in catalog.tables.values()
    ]
    return f"共 {len(rows)} 张数据表", _table(("数据表", "一行是", "说明", "维度数"), rows)


def _help(catalog: Catalog) -> tuple[str, Result]:
    until = f"，数据到 {plain(catalog.until)}" if catalog.until else ""
    text = f"可以用平常的话问{catalog.label}的数{until}"
    rows = list(catalog.examples) or [("看数", m.label) for m in catalog.metrics.values()][:6]
    return text, _table(("类别", "可以这样问"), rows)
