"""Names, labels and units of result columns. Knows the catalog; computes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.catalog import Catalog, Format, Kind
from semantic_layer.query import (
    Agg,
    And,
    By,
    ByBucket,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    Formula,
    Grain,
    Group,
    Measure,
    MetricRef,
    Op,
    PerUnit,
    Ref,
    Scalar,
    Term,
    Where,
)
from semantic_layer.result import Column, ColumnRole
from semantic_layer.times import is_cyclic

AGG_LABELS = {
    Agg.SUM: "合计",
    Agg.AVG: "平均",
    Agg.MIN: "最小",
    Agg.MAX: "最大",
    Agg.COUNT: "数",
    Agg.COUNT_DISTINCT: "数",
    Agg.MEDIAN: "中位数",
    Agg.STDDEV: "标准差",
    Agg.VARIANCE: "方差",
}
GRAIN_LABELS = {
    Grain.MINUTE: "分钟",
    Grain.HOUR: "小时",
    Grain.DAY: "日期",
    Grain.WEEK: "周",
    Grain.MONTH: "月份",
    Grain.QUARTER: "季度",
    Grain.HALF: "半年",
    Grain.YEAR: "年份",
    Grain.HOUR_OF_DAY: "时段",
    Grain.DAY_OF_WEEK: "星期",
    Grain.DAY_OF_MONTH: "几号",
    Grain.MONTH_OF_YEAR: "月",
    Grain.WEEKEND: "周末与工作日",
}
CYCLE_UNITS = {Grain.HOUR_OF_DAY: "点", Grain.DAY_OF_MONTH: "号", Grain.MONTH_OF_YEAR: "月"}
UNIT_LABELS = {
    "minute": "每分钟",
    "hour": "时均",
    "day": "日均",
    "week": "周均",
    "month": "月均",
    "quarter": "季均",
    "half": "半年均",
    "year": "年均",
}
SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
LIMITS = {Op.GT: "超过", Op.GE: "至少", Op.LT: "不到", Op.LE: "不超过"}


def group_column(group: Group, catalog: Catalog, name: str) -> Column:
    match group:
        case By(dimension):
            return dimension_column(catalog, dimension, name)
        case ByTime(grain, dimension):
            text = grain in (Grain.DAY_OF_WEEK, Grain.WEEKEND)
            kind = Kind.TEXT if text else Kind.NUMBER if is_cyclic(grain) else Kind.TIME
            unit = CYCLE_UNITS.get(grain, "")
            return Column(
                name, GRAIN_LABELS[grain], kind, ColumnRole.TIME, unit, source=dimension or ""
            )
        case ByBucket(dimension, measure, per):
            if dimension is not None:
                found = catalog.dimensions[dimension]
                label, unit = found.label, found.unit
            elif measure is not None:
                column = measure_column(measure, catalog)
                label, unit = column.label, column.unit
            else:
                label, unit = "", ""
            source = dimension or per or ""
            return Column(
                name, f"{label}区间", Kind.TEXT, ColumnRole.DIMENSION, unit, source=source
            )
        case _:
            return Column(name, "时间段", Kind.TEXT, ColumnRole.TIME)


def dimension_column(catalog: Catalog, dimension: str, name: str = "") -> Column:
    found = catalog.dimensions[dimension]
    role = {Kind.KEY: ColumnRole.KEY, Kind.TIME: ColumnRole.TIME}.get(
        found.kind, ColumnRole.DIMENSION
    )
    return Column(
        name or dimension,
        found.label,
        found.kind,
        role,
        found.unit,
        found.format,
        source=dimension,
    )


def measure_column(measure: Measure, catalog: Catalog) -> Column:
    """Without regard to other columns: ``unique`` settles clashes of names."""
    match measure:
        case MetricRef(metric, where):
            found = catalog.metrics[metric]
            return Column(
                metric,
                said(where, catalog) + found.label,
                Kind.NUMBER,
                ColumnRole.MEASURE,
                found.unit,
                found.format,
                source=metric,
                direction=found.direction,
            )
        case ColumnAggregate():
            return _aggregate_column(measure, catalog)
        case PerUnit(inner, unit):
            of = measure_column(inner, catalog)
            prefix = UNIT_LABELS.get(unit) or _each(unit, catalog)
            form = Format.NUMBER if of.format is Format.COUNT else of.format
            return Column(
                f"{of.name}_per_{unit}",
                prefix + of.label,
                Kind.NUMBER,
                ColumnRole.MEASURE,
                of.unit,
                form,
                source=of.source,
                direction=of.direction,
            )
        case Formula("/", MetricRef(part, where), MetricRef(whole, None)) if (
            where and part == whole
        ):
            found = catalog.metrics[whole]
            return Column(
                "part",
                f"{said(where, catalog)}{found.label}占比",
                Kind.NUMBER,
                ColumnRole.MEASURE,
                "",
                Format.PERCENT,
            )
        case Formula(op, left, right):
            a, b = measure_column(left, catalog), measure_column(right, catalog)
            plain = op in "*/"
            gap = target_of(measure, catalog) is not None
            share = op == "/" and a.format is b.format is Format.MONEY  # 退款金额占销售额
            shown = Format.PERCENT if share else Format.NUMBER if plain else a.format
            return Column(
                "formula",
                f"离{a.label}还差" if gap else f"{a.label}{SIGNS[op]}{b.label}",
                Kind.NUMBER,
                ColumnRole.MEASURE,
                "" if plain else a.unit,
                shown,
            )


def target_of(measure: Measure, catalog: Catalog) -> str | None:
    """The metric that ``measure`` is the gap to: 目标销售额 − 销售额, where the model says so."""
    match measure:
        case Formula("-", MetricRef(goal), MetricRef(real)):
            return goal if catalog.metrics[real].target == goal else None
        case _:
            return None


def _each(unit: str, catalog: Catalog) -> str:
    if (table := catalog.member_of(unit)) is not None:
        return f"每{table.classifier}{table.entity}"
    return f"每个{catalog.dimensions[unit].label}"


def _aggregate_column(m: ColumnAggregate, catalog: Catalog) -> Column:
    if m.column is None:
        table = catalog.tables[m.table or ""]
        label = said(m.where, catalog) + (table.entity or table.label) + "数"
        return Column(
            f"count_{table.name}",
            label,
            Kind.NUMBER,
            ColumnRole.MEASURE,
            table.classifier,
            Format.COUNT,
            source=table.name,
        )
    of = catalog.dimensions[m.column]
    suffix = f"P{(m.at or 0.5) * 100:g}" if m.agg is Agg.PERCENTILE else AGG_LABELS[m.agg]
    counted = m.agg in (Agg.COUNT, Agg.COUNT_DISTINCT)
    name = f"p{(m.at or 0.5) * 100:g}".replace(".", "_") if m.agg is Agg.PERCENTILE else m.agg.value
    base = of.label
    if counted and of.kind is Kind.KEY and catalog.tables[of.table].entity:
        base = catalog.tables[of.table].entity
    prefix = said(m.where, catalog)
    return Column(
        f"{name}_{m.column}",
        f"{prefix}平均{base}" if m.agg is Agg.AVG else f"{prefix}{base}{suffix}",
        Kind.TIME if of.kind is Kind.TIME and not counted else Kind.NUMBER,
        ColumnRole.MEASURE,
        "" if counted or m.agg is Agg.VARIANCE else of.unit,
        Format.COUNT if counted else of.format,
        source=m.column,
    )


def said(where: Condition | None, catalog: Catalog) -> str:
    """A short prefix that tells a narrowed measure from its plain self."""
    return "".join(f"{word}·" for word in _words(where, catalog))


def _words(where: Condition | None, catalog: Catalog) -> Iterator[str]:
    match where:
        case Where(dimension, op, values):
            found = catalog.dimensions.get(dimension)
            told = "、".join(_plain(v) for v in values)
            if op in (Op.EQ, Op.IN):
                yield told
            elif op in (Op.NE, Op.NOT_IN):
                yield f"非{told}"
            elif found is not None and op in LIMITS:
                yield f"{found.label}{LIMITS[op]} {told} {found.unit}".rstrip()
            elif found is not None:
                yield f"{found.label}{op.value}{told}"
        case Term(term, negated):
            yield ("非" if negated else "") + catalog.terms[term].label
        case And(parts):
            for part in parts:
                yield from _words(part, catalog)
        case _:
            return


def _plain(value: Scalar | Ref) -> str:
    """A value of a condition; a count read as 1.0 is 1."""
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def previous_label(comparison: Comparison) -> str:
    match comparison.kind:
        case CompareKind.YEAR_OVER_YEAR:
            return "去年同期"
        case CompareKind.PREVIOUS_PERIOD:
            return "上期"
        case CompareKind.PERIOD:
            return (comparison.period.label if comparison.period else "") or "对比期"


def change_label(comparison: Comparison) -> str:
    return {CompareKind.YEAR_OVER_YEAR: "同比", CompareKind.PREVIOUS_PERIOD: "环比"}.get(
        comparison.kind, "较" + previous_label(comparison)
    )


def unique(columns: list[Column]) -> list[str]:
    """Names with a number behind those already taken.

    >>> from semantic_layer.result import Column, ColumnRole
    >>> c = Column("gmv", "", Kind.NUMBER, ColumnRole.MEASURE)
    >>> unique([c, c])
    ['gmv', 'gmv_2']
    """
    taken: dict[str, None] = {}
    for column in columns:
        name, n = column.name, 2
        while name in taken:
            name, n = f"{column.name}_{n}", n + 1
        taken[name] = None
    return list(taken)
