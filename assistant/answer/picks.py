"""Chinese for what is picked from the rows: the first n, places, a share of them, one figure over all."""

from __future__ import annotations

from assistant.answer.nouns import AGGS, counted, dimension_label, measure_word
from assistant.answer.numbers import beside
from assistant.answer.terms import label_of
from semantic_layer.catalog import Catalog
from semantic_layer.query import Agg, Measure, Rollup, Top


def top_text(
    top: Top,
    measures: tuple[Measure, ...],
    catalog: Catalog,
    thing: str = "",
    classifier: str = "个",
) -> str:
    """销售额最高的前 10 个城市, 每个省份内销售额最高的前 3 个城市, 从高到低第 3 名."""
    name = ranked_label(top, measures, catalog)
    if top.both:
        text = f"{beside(name, '最高和最低的各')} {counted(str(top.n), thing, classifier)}"
        text = text if top.descending else f"{text}（低的在前）"
    elif top.offset:
        ends = "从高到低" if top.descending else "从低到高"
        text = beside(name, f"{ends}{_places(top)}")
    else:
        size = _size(top, thing, classifier)
        text = beside(name, f"{'最高' if top.descending else '最低'}的{size}")
    return _within(text, top, catalog)


def ranked_label(top: Top, measures: tuple[Measure, ...], catalog: Catalog) -> str:
    """What the first rows are the first by: 销售额, 销售额增幅."""
    by = top.by or (measures[0] if measures else None)
    name = label_of(by, catalog) if by is not None else ""
    if top.by_change:
        name += "增幅" if top.by_change == "rate" else "增加额"
    return name


def rows_text(top: Top, thing: str, classifier: str, catalog: Catalog) -> str:
    """The first rows of a listing, whose order is said beside it: 前 20 条订单."""
    if top.offset:
        text = _places(top)
    elif top.fraction is not None:
        text = _size(top, thing, classifier)
    else:
        text = f"前 {counted(str(top.n), thing, classifier)}"
    if top.both:
        text = f"首尾各 {counted(str(top.n), thing, classifier)}"
    return _within(text, top, catalog)


def _places(top: Top) -> str:
    """第 3 名, 第 6 至 10 名; the share, where one was said, still limits them."""
    first, last = top.offset + 1, top.offset + top.n
    text = f"第 {first} 名" if first == last else f"第 {first} 至 {last} 名"
    return text if top.fraction is None else f"{text}（前 {top.fraction * 100:g}% 之内）"


def _size(top: Top, thing: str, classifier: str) -> str:
    if top.fraction is not None:
        return f"前 {top.fraction * 100:g}% {thing}".rstrip()
    text = counted(str(top.n), thing, classifier)
    return f" {text}" if top.n == 1 else f"前 {text}"


def _within(text: str, top: Top, catalog: Catalog) -> str:
    if top.per:
        text = f"每个{'、'.join(dimension_label(d, catalog) for d in top.per)}内{text}"
    return f"{text}（并列都算）" if top.ties else text


def rollup_text(
    rollup: Rollup,
    measures: tuple[Measure, ...],
    thing: str,
    catalog: Catalog,
    classifier: str = "个",
) -> str:
    """数一数有几个城市; 再求各城市销售额的平均值."""
    if rollup.agg in (Agg.COUNT, Agg.COUNT_DISTINCT):
        text = f"数一数有几{measure_word(thing, classifier)}{thing}"
        return text if rollup.of == 0 else f"{text}（按第 {rollup.of + 1} 个指标）"
    of = label_of(measures[rollup.of], catalog) if rollup.of < len(measures) else ""
    return f"再求各{thing}{of}的{AGGS[rollup.agg]}"
