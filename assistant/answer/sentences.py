"""Headlines: one sentence, the number first, in the form in which the person asked.

``headline`` looks at the form of the question and the shape of the result; every figure in it is a
cell of the result or a stated sum of cells. It says nothing about causes.
"""

from __future__ import annotations

from assistant.answer.contrasts import contrasted
from assistant.answer.listings import listing_headline
from assistant.answer.nouns import measure_word
from assistant.answer.numbers import beside, day_text, difference, plain, rate
from assistant.answer.phrases import Row, changes, listed, values, with_scope
from assistant.answer.picks import ranked_label, top_text
from assistant.answer.shape import CLAIM, Shape, partial_end, whole, whole_buckets
from assistant.answer.things import members_text, noun_of
from assistant.answer.verdicts import (
    how_many,
    longest,
    nobody_met,
    rolled_up,
    side_by_side,
    verdict,
    whether,
)
from semantic_layer.catalog import Catalog, Format
from semantic_layer.query import (
    ByBucket,
    ByPeriod,
    DetailQuery,
    Form,
    MetricQuery,
    Query,
    WindowKind,
)
from semantic_layer.result import Column, ColumnRole

MEASURES = 3  # figures of one row that a headline names
TOTAL = WindowKind.CUMULATIVE
SMOOTHED = (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM)


def headline(query: Query, shape: Shape, catalog: Catalog) -> str:
    """The first sentence of the answer. ``shape.result`` has at least one row or the form is 是/否."""
    match query:
        case MetricQuery():
            text = _metric(query, shape, catalog)
        case DetailQuery():
            text = listing_headline(query, shape, catalog)
        case _:
            text = f"共 {len(shape.result.rows)} 行"
    until = partial_end(query)
    if until is None or "截至" in text or plain(until) in text:
        return text
    return f"{text}（截至 {day_text(until)}）"


def _metric(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    rows = shape.result.rows
    if not rows and query.form is not Form.YES_NO:
        return nobody_met(query, catalog)
    if query.claim is not None and any(c.name == CLAIM for c in shape.result.columns):
        return verdict(query, shape, catalog)
    if query.form is Form.YES_NO and len(rows) == 2 and not _narrowed(query) and shape.measures:
        return with_scope(query, side_by_side(shape), catalog)
    if query.streak is not None and rows and not query.group_by:
        return with_scope(query, longest(query, shape, catalog), catalog)
    if query.form is Form.YES_NO and not (rows and shape.groups == () and len(rows) == 1):
        return whether(query, shape, catalog)
    if query.rollup is not None and shape.measures:
        return rolled_up(query, shape, catalog)
    if query.contrast is not None:
        return contrasted(query, shape, catalog)
    if not shape.groups:
        text = with_scope(query, values(query, shape, rows[0], catalog), catalog)
        if query.form is Form.YES_NO and len(shape.measures) == 1:
            text = f"{'有' if shape.value(rows[0], shape.measures[0]) else '没有'}，{text}"
        return text
    counts = query.form is Form.COUNT and not any(isinstance(g, ByBucket) for g in query.group_by)
    filtered = shape.timed and not shape.names and bool(query.having or query.keep)
    if counts or query.streak is not None or (filtered and len(rows) > 1):
        return how_many(query, shape, catalog)
    if len(rows) == 1:
        return _single(query, shape, catalog)
    if query.top is not None and query.top.both and shape.measures:
        return _both_ends(query, shape, catalog)
    if any(isinstance(g, ByPeriod) for g in query.group_by) and len(rows) <= 3:
        return _periods(query, shape)
    running = shape.timed and not shape.names
    if running and query.top is None and shape.chronological():
        text = _running(query, shape) or _trend(query, shape, catalog)
        return with_scope(query, text, catalog)
    return with_scope(query, _ranking(query, shape, catalog), catalog)


def _narrowed(query: MetricQuery) -> bool:
    """Are the rows some of all the groups, so that none of them was named?"""
    return bool(query.having or query.keep or query.streak or query.top)


# ── several rows ──────────────────────────────────────────────────────────────────────────────


def _single(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    """广东，销售额 1,234.5 万元: the answer to 哪个 is a name."""
    row = shape.result.rows[0]
    rank = next((c for c in shape.result.columns if c.role is ColumnRole.RANK), None)
    if rank is not None and shape.measures:
        return f"{shape.name(row)}排{shape.text(row, rank)}，{_values_plain(shape, row)}"
    return f"{shape.name(row)}，{values(query, shape, row, catalog)}"


def _values_plain(shape: Shape, row: Row) -> str:
    return "，".join(f"{c.label} {shape.text(row, c)}" for c in shape.measures)


def _both_ends(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    """The first and the last by what they were ranked by, which need not be the first measure."""
    assert query.top is not None
    column, rows = shape.measures[0], list(shape.result.rows)
    label = ranked_label(query.top, query.measures, catalog)
    if query.top.by in query.measures:
        column = shape.measures[query.measures.index(query.top.by)]
    if query.top.by is None and not query.top.by_change:
        label = column.label
        rows = [r for r, _ in sorted(shape.numbers(column), key=lambda p: -p[1])]
    if not rows or query.order or query.top.per:
        return listed([f"{shape.name(r)}（{shape.text(r, column)}）" for r in rows])
    high, low = rows[0], rows[-1]
    return (
        f"{beside(label, '最高的是')} {shape.name(high)}（{shape.text(high, column)}），"
        f"最低的是 {shape.name(low)}（{shape.text(low, column)}）"
    )


def _periods(query: MetricQuery, shape: Shape) -> str:
    """2026年5月 1,234.5 万元，2026年6月 …: said in the asked order."""
    column = shape.measures[0]
    said = []
    for row in shape.result.rows:
        change = changes(query, shape, row, column, brief=True)
        moved = f"（{change}）" if change else ""
        said.append(f"{shape.name(row)} {shape.text(row, column)}{moved}")
    text = f"{column.label}：{'，'.join(said)}"
    seen = [shape.value(r, column) for r in shape.result.rows]
    if query.compare or len(query.group_by) > 1:
        return text
    if len(seen) == 2 and None not in seen and seen[0]:
        moved = seen[1] - seen[0]
        text += f"，后者比前者 {difference(moved, column.format, column.unit)}"
        if column.format is not Format.PERCENT:
            text += f"（{rate(moved / abs(seen[0]))}）"
    return text


def _running(query: MetricQuery, shape: Shape) -> str:
    """A running sum is about where it has got to."""
    if not shape.windows or not any(w.kind is WindowKind.CUMULATIVE for w in query.windows):
        return ""
    column = next((c for c in shape.windows if c.name.startswith(_window_name(c, TOTAL))), None)
    points = shape.numbers(column) if column is not None else []
    if column is None or not points:
        return ""
    last = points[-1][0]
    return f"{column.label}到 {beside(shape.name(last), '为')} {shape.text(last, column)}"


def _window_name(column: Column, kind: WindowKind) -> str:
    return f"{column.of}_{kind}"


def _trend(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    """First to last whole bucket, the highest and the lowest."""
    smooth = [
        c for c in shape.windows if any(c.name.startswith(_window_name(c, k)) for k in SMOOTHED)
    ]
    column = (smooth or shape.measures)[0]
    points = whole_buckets(query, shape, catalog, shape.numbers(column))
    if len(points) < 2:
        return beside(column.label, f"只有 {len(points)} 期有数据")
    (first, a), (last, b) = points[0], points[-1]
    top, low = max(points, key=lambda p: p[1]), min(points, key=lambda p: p[1])
    ends = (f"{beside(shape.name(r), '的')} {shape.text(r, column)}" for r in (first, last))
    text = beside(column.label, beside(*(f"从 {next(ends)}", f"到 {next(ends)}")))
    if column.format is Format.PERCENT:
        text += f"（{difference(b - a, column.format)}）"
    elif a > 0:
        text += f"（{rate((b - a) / a)}）"
    if len(points) > 2:
        text += (
            f"，最高 {shape.name(top[0])} {shape.text(top[0], column)}，"
            f"最低 {shape.name(low[0])} {shape.text(low[0], column)}"
        )
    return text


def _ranking(query: MetricQuery, shape: Shape, catalog: Catalog) -> str:
    """销售额最高的是 广东（1,234.5 万元，占 12.3%），其次 浙江（…），共 31 个."""
    rows = shape.members(catalog)
    if not shape.measures:
        names = listed([shape.name(r) for r in rows])
        return f"共 {members_text(query, catalog, len(rows))}：{names}"
    column = shape.measures[0]
    change = query.top.by_change if query.top else None
    grew = {"rate": "增幅", "difference": "增加额"}.get(change or "", "")
    descending = query.top.descending if query.top else True
    elsewhere = bool(query.top and (query.top.by is not None or change))
    if query.top is not None and (elsewhere or query.top.per):
        picked = [(r, 0.0) for r in rows]
    else:
        known = [(r, v) for r, v in shape.numbers(column) if not shape.nobody(r, catalog)]
        picked = sorted(known, key=lambda p: -p[1] if descending else p[1])
    if not picked:
        return f"{members_text(query, catalog, len(rows))}都没有{column.label}"

    def say(row: Row) -> str:
        notes = [shape.text(row, column)]
        if share := shape.derived(column, ColumnRole.SHARE):
            notes.append(f"占 {shape.text(row, share)}")
        if moved := changes(query, shape, row, column, brief=True):
            notes.append(moved)
        notes += [beside(c.label, f" {shape.text(row, c)}") for c in shape.measures[1:MEASURES]]
        return f"{shape.name(row)}（{'，'.join(notes)}）"

    ends = "最高" if descending else "最低"
    said = [say(row) for row, _ in picked[:2]]
    if query.top is not None and query.top.per:
        inner = noun_of(query, catalog, query.top.per)
        picked_text = top_text(query.top, query.measures, catalog, *inner)
        number = f"{len(rows)} {measure_word(*inner)}".rstrip()
        return f"{picked_text}，共 {number}，如 {'、'.join(said)}"
    what = beside(column.label, f"{grew}{ends}的是 {said[0]}")
    if query.top is not None and (query.top.by is not None or (elsewhere and query.order)):
        what = f"排在首位的是 {said[0]}"
    more = f"，其次 {said[1]}" if len(said) > 1 else ""
    all_there = whole(query, shape.result) and len(rows) > 2
    count = f"，共 {members_text(query, catalog, len(rows))}" if all_there else ""
    total = ""
    if query.top is not None and (share := shape.running_share(column)) and not query.order:
        total = (
            f"，这 {members_text(query, catalog, len(rows))}累计占 {shape.text(rows[-1], share)}"
        )
    return f"{what}{more}{count}{total}"
