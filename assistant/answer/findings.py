"""One to three sentences about a result, each with its numbers.

A finding is about what stands out: who leads and by how much, what rose and fell most, where a
series is heading. Sums are only formed of values that may be added; nothing here explains why.
"""

from __future__ import annotations

from statistics import fmean, pstdev

from assistant.answer.nouns import GRAINS, entity
from assistant.answer.numbers import amount, beside, difference, rate
from assistant.answer.phrases import AGAINST, Row
from assistant.answer.shape import Shape, additive, whole, whole_buckets
from semantic_layer.catalog import Catalog, Format
from semantic_layer.periods import merge
from semantic_layer.query import CompareKind, MetricQuery, Query
from semantic_layer.result import Column, ColumnRole

MOST = 3
SMALL_SAMPLE = 3
Points = list[tuple[Row, float]]


def findings(query: Query, shape: Shape, catalog: Catalog) -> tuple[str, ...]:
    """At most three sentences; none for a single value, a listing or a single row."""
    if not isinstance(query, MetricQuery) or not shape.measures or len(shape.result.rows) < 3:
        return ()
    if query.rollup or query.contrast or not shape.groups:
        return ()
    column = shape.measures[0]
    points = shape.numbers(column)
    if len(points) < 3:
        return ()
    if shape.timed:
        if shape.names:
            return tuple(_moves(query, shape, column, catalog))[:MOST]
        if not whole(query, shape.result):
            return ()  # the best three months are no series
        points = sorted(points, key=lambda p: shape.value(p[0], shape.time))
        usable = whole_buckets(query, shape, catalog, points)
        return tuple(_series(shape, column, points, usable))[:MOST]
    said = _moves(query, shape, column, catalog)
    if whole(query, shape.result):
        if len(merge(query.scope.periods)) == len(query.scope.periods):
            said += _concentration(shape, column, points, catalog)
        said += _spread(shape, column, points, catalog)
        for other in shape.measures[1:]:
            others = [(r, v) for r, v in shape.numbers(other) if not shape.nobody(r, catalog)]
            said += _spread(shape, other, others, catalog) or _leader(shape, other, others)
    return tuple(said)[:MOST]


# ── groups ────────────────────────────────────────────────────────────────────────────────────


def _concentration(shape: Shape, column: Column, points: Points, catalog: Catalog) -> list[str]:
    """广东占 12.3%，前 3 个合计占 35.6%."""
    if not additive(column, catalog) or any(v < 0 for _, v in points):
        return []
    total = sum(v for _, v in points)
    if total <= 0:
        return []
    members = [p for p in points if not shape.nobody(p[0], catalog)]
    ranked = sorted(members, key=lambda p: -p[1])
    said = []
    if ranked and shape.derived(column, ColumnRole.SHARE) is None:  # the headline has said it
        first = amount(ranked[0][1] / total, Format.PERCENT)
        said.append(f"{beside(shape.name(ranked[0][0]), '占', column.label, '的')} {first}")
    if len(ranked) > 5:
        three = amount(sum(v for _, v in ranked[:3]) / total, Format.PERCENT)
        said.append(f"前 3 个合计占 {three}")
    found = [f"{'，'.join(said)}。"] if said else []
    if rest := sum(v for r, v in points if shape.nobody(r, catalog)):
        told = amount(rest, column.format, column.unit)
        share = amount(rest / total, Format.PERCENT)
        name = "、".join(entity(c.source or c.name, catalog)[0] for c in shape.names)
        found.append(f"另有 {told}没有{name}（占 {share}）。")
    return found


def _leader(shape: Shape, column: Column, points: Points) -> list[str]:
    """Who leads by another measure of the same rows."""
    if not points:
        return []
    row, _ = max(points, key=lambda p: p[1])
    return [f"{beside(column.label, '最高的是')} {shape.name(row)}（{shape.text(row, column)}）。"]


def _spread(shape: Shape, column: Column, points: Points, catalog: Catalog) -> list[str]:
    """The ends of a rate or an average, where a share would make no sense."""
    points = [p for p in points if not shape.nobody(p[0], catalog)]
    if additive(column, catalog) or len(points) < 2:
        return []
    (low, a), (high, b) = min(points, key=lambda p: p[1]), max(points, key=lambda p: p[1])
    if a == b:
        return [
            f"{beside(f'{len(points)} 组的', column.label, '都是')} {shape.text(low, column)}。"
        ]
    gap = difference(b - a, column.format, column.unit).lstrip("+")
    several = beside(column.label, "：") if len(shape.measures) > 1 else ""
    return [
        f"{several}{beside(shape.name(high), '最高')}（{shape.text(high, column)}），"
        f"{beside(shape.name(low), '最低')}（{shape.text(low, column)}），相差 {gap}。"
    ]


def _moves(query: MetricQuery, shape: Shape, column: Column, catalog: Catalog) -> list[str]:
    """The biggest riser and faller of the first comparison, ranked by how much, not by rate alone."""
    beside = shape.beside(column)
    if not beside or not query.compare or beside[0].previous is None:
        return []
    kind = query.compare[0].kind
    moved: Points = []
    for row in shape.members(catalog):
        now, was = shape.value(row, column), shape.value(row, beside[0].previous)
        if isinstance(now, (int, float)) and isinstance(was, (int, float)):
            moved.append((row, float(now) - float(was)))
    if len(moved) < 2:
        return []
    up, down = max(moved, key=lambda p: p[1]), min(moved, key=lambda p: p[1])
    said = []
    if down[1] < 0:
        said.append(
            _move(
                shape, column, down, kind, "减少" if column.format is not Format.PERCENT else "下降"
            )
        )
    if up[1] > 0:
        said.append(
            _move(
                shape, column, up, kind, "增加" if column.format is not Format.PERCENT else "上升"
            )
        )
    fell = sum(1 for _, d in moved if d < 0)
    if fell and len(moved) > 4:
        said.append(
            f"{len(moved)} 个里 {fell} 个{AGAINST[kind]}下降，{sum(1 for _, d in moved if d > 0)} 个上升。"
        )
    return said


def _move(
    shape: Shape, column: Column, move: tuple[Row, float], kind: CompareKind, word: str
) -> str:
    row, gap = move
    now = shape.value(row, column)
    text = f"{beside(shape.name(row), AGAINST[kind])}{word}最多：{difference(gap, column.format, column.unit)}"
    if column.format is not Format.PERCENT and now != gap:
        text += f"（{rate(gap / abs(now - gap))}）"
    return f"{text}。"


# ── series ────────────────────────────────────────────────────────────────────────────────────


def _series(shape: Shape, column: Column, points: Points, usable: Points) -> list[str]:
    """Level, direction, swing and the last step, over the whole buckets only."""
    each = GRAINS[shape.grain] if shape.grain else "期"
    values = [v for _, v in usable]
    mean = fmean(values)
    level = amount(_level(mean, column), _mean_format(column), column.unit)
    said = [
        f"各{each}平均 {level}。" if column.format is Format.PERCENT else f"平均每{each} {level}。"
    ]
    if len(values) >= 4 and mean > 0:
        slope = _slope(values)
        fit = _fit(values, slope)
        if abs(slope) / mean >= 0.005 and fit >= 0.3:
            word = "上升" if slope > 0 else "下降"
            per = difference(slope, column.format, column.unit)
            said.append(f"整体{word}，按线性拟合平均每{each} {per}（R² {fit:.2f}）。")
        else:
            said.append(
                f"没有明显的上升或下降趋势，波动（变异系数）{amount(pstdev(values) / mean, Format.PERCENT)}。"
            )
    (before, a), (last, b) = usable[-2], usable[-1]
    if a:
        step = (
            difference(b - a, column.format)
            if column.format is Format.PERCENT
            else rate((b - a) / abs(a))
        )
        said.append(f"{beside(shape.name(last), '比', shape.name(before))} {step}。")
    if usable[-1][0] is not points[-1][0]:
        said[-1] = (
            said[-1].removesuffix("。")
            + f"；{beside(shape.name(points[-1][0]), '还没有结束')}，未计入。"
        )
    return said


def _level(mean: float, column: Column) -> float:
    """The mean of counts is told to one decimal, of hundreds to none: 600 单, 3.4 单."""
    if column.format is not Format.COUNT:
        return mean
    return round(mean) if mean >= 100 else round(mean, 1)


def _mean_format(column: Column) -> Format:
    return Format.NUMBER if column.format is Format.COUNT else column.format


def _slope(values: list[float]) -> float:
    """Least-squares slope per step."""
    n = len(values)
    middle, mean = (n - 1) / 2, fmean(values)
    across = sum((i - middle) ** 2 for i in range(n))
    return sum((i - middle) * (v - mean) for i, v in enumerate(values)) / across


def _fit(values: list[float], slope: float) -> float:
    """R² of the line with that slope through the mean."""
    middle, mean = (len(values) - 1) / 2, fmean(values)
    total = sum((v - mean) ** 2 for v in values)
    if total == 0:
        return 0.0
    left = sum((v - mean - slope * (i - middle)) ** 2 for i, v in enumerate(values))
    return 1 - left / total


def small_samples(shape: Shape, floor: int = 30) -> str:
    """样本偏少 when a rate stands beside a count that is too small to carry it; empty otherwise."""
    counts = [c for c in shape.measures if c.format is Format.COUNT]
    rates = [c for c in shape.measures if c.format is Format.PERCENT]
    if not counts or not rates:
        return ""
    few = [r for r, v in shape.numbers(counts[0]) if v < floor]
    if not few:
        return ""
    named = "、".join(shape.name(r) for r in few[:SMALL_SAMPLE]) or "结果"
    return f"{beside(named, '的', counts[0].label, '不到')} {floor}，比率仅供参考"
