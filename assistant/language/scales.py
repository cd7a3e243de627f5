"""Which column a number or a text is about when nobody named one: by its unit, or by the thing it describes.

35岁以上的用户, 打五分的评论, 5千以上的订单, 提到噪音的评论. Knows units and the catalog; no words of any business."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language.graph import FAR, Graph
from semantic_layer.catalog import Aggregate, Dimension, Format, Kind
from semantic_layer.query import Agg, ColumnAggregate, Measure, MetricRef

SAME = {
    "星": "分",
    "颗": "分",
    "块": "元",
    "块钱": "元",
    "钱": "元",
    "人民币": "元",
    "rmb": "元",
    "周岁": "岁",
}  # another word for one unit
MONEY = "元"
MINUTES = {
    "分钟": 1, "小时": 60, "个小时": 60, "钟头": 60, "天": 1440, "日": 1440, "晚": 1440, "周": 10080, "星期": 10080,
    "个星期": 10080, "礼拜": 10080, "个月": 43200, "月": 43200, "年": 525600,
}  # fmt: skip
# a month is thirty days, a night a day
BORN = "生"  # a year in which somebody was born


def plain_unit(unit: str) -> str:
    return SAME.get(unit, unit)


def converted(values: Sequence[float], said: str, kept: str) -> tuple[float, ...]:
    """``values`` of one unit of time in another; as they are where these are no two such units.

    >>> converted((1.0,), "周", "天")
    (7,)
    """
    if said == kept or said not in MINUTES or kept not in MINUTES:
        return tuple(values)
    scale = 12.0 if (said, kept) == ("年", "月") else MINUTES[said] / MINUTES[kept]
    return tuple(int(x) if (x := v * scale).is_integer() else x for v in values)


def commensurable(said: str, kept: str) -> bool:
    return plain_unit(said) == plain_unit(kept) or (said in MINUTES and kept in MINUTES)


def measured_in(graph: Graph, measure: Measure) -> str:
    """The unit of a metric or of a column, or nothing."""
    if isinstance(measure, ColumnAggregate) and measure.column:
        return plain_unit(graph.catalog.dimensions[measure.column].unit)
    if not isinstance(measure, MetricRef) or measure.metric not in graph.catalog.metrics:
        return ""
    metric = graph.catalog.metrics[measure.metric]
    return MONEY if metric.format is Format.MONEY else plain_unit(metric.unit)


def counted_table(graph: Graph, measure: Measure) -> str | None:
    """The table whose rows a metric counts."""
    if not isinstance(measure, MetricRef) or measure.metric not in graph.catalog.metrics:
        return None
    calc = graph.catalog.metrics[measure.metric].calc
    counts = isinstance(calc, Aggregate) and calc.agg in (Agg.COUNT, Agg.COUNT_DISTINCT)
    return calc.table if counts and isinstance(calc, Aggregate) else None


def column_by_unit(graph: Graph, unit: str, tables: Sequence[str]) -> str | None:
    """The number column that is kept in ``unit`` and lies nearest to ``tables``; alone, the only one."""
    unit = plain_unit(unit)
    numbers = [d for d in graph.catalog.dimensions.values() if d.kind is Kind.NUMBER]
    if unit == BORN:
        fits = [
            d
            for d in numbers
            if d.unit == "年" and any("出生" in s for s in (d.label, *d.synonyms))
        ]
    else:
        fits = [d for d in numbers if unit and plain_unit(d.unit) == unit]
    if not tables:
        return fits[0].name if len(fits) == 1 else None

    def far(d: Dimension) -> int:
        return min(graph.distance(t, d.table) for t in tables)

    near = [d for d in fits if far(d) < FAR]
    return min(near, key=far).name if near else None


def amount_of(graph: Graph, table: str) -> str | None:
    """The amount that one row of ``table`` is known by: what the first sums add up, else its first price."""
    for name in graph.catalog.primary:
        column = graph.column_of(name, table)
        if column is not None and graph.catalog.dimensions[column].table == table:
            return column
    for d in graph.catalog.dimensions.values():
        if d.table == table and d.kind is Kind.NUMBER and plain_unit(d.unit) == MONEY:
            return d.name
    return None


def texts_of(graph: Graph, table: str) -> tuple[str, ...]:
    """The columns that hold what the rows of ``table`` say, where the model gives them that role."""
    columns = {r.expr for r in graph.catalog.roles if r.name == "text" and r.table == table}
    own = (d for d in graph.catalog.dimensions.values() if d.table == table)
    return tuple(d.name for d in own if d.expr.strip('"') in columns)


def metric_by_unit(graph: Graph, unit: str) -> str | None:
    """超过200单的门店: the first of the model's main metrics that is counted in this unit."""
    metrics = graph.catalog.metrics
    fits = (n for n in graph.catalog.primary if plain_unit(metrics[n].unit) == unit)
    return next(fits, None) if unit not in ("", MONEY) else None
