"""What the rows of a result are, as a noun, and with its measure word behind a number."""

from __future__ import annotations

from assistant.answer.nouns import GRAINS, THINGS, UNITS, counted, entity
from semantic_layer.catalog import Catalog
from semantic_layer.query import By, ByBucket, ByPeriod, ByTime, MetricQuery


def thing_of(query: MetricQuery, catalog: Catalog, without: tuple[str, ...] = ()) -> str:
    """What one row of the result is: 城市, 月份, 分段; 结果 when there is one row only.

    ``without`` are enclosing dimensions: the three cities of each province are 城市, not 城市、省份.
    """
    names = []
    for group in query.group_by:
        match group:
            case By():
                if group.dimension not in without:
                    names.append(entity(group.dimension, catalog)[0])
            case ByTime():
                if group.grain not in without:
                    names.append(THINGS.get(group.grain, GRAINS[group.grain]))
            case ByPeriod():
                names.append("时间段")
            case ByBucket():
                names.append("分段")
    return "、".join(names) or "结果"


def noun_of(query: MetricQuery, catalog: Catalog, without: tuple[str, ...] = ()) -> tuple[str, str]:
    """What stands behind a number of rows, and its measure word: 门店 and 家, 天 and none, 组 and none."""
    enclosing = [
        g
        for g in query.group_by
        if (isinstance(g, By) and g.dimension in without)
        or (isinstance(g, ByTime) and g.grain in without)
    ]
    match [g for g in query.group_by if g not in enclosing]:
        case [By(dimension)]:
            return entity(dimension, catalog)
        case [ByTime(grain)] if grain in UNITS:
            return UNITS[grain]
        case [_]:
            return thing_of(query, catalog, without), "个"
        case several:
            return ("组", "") if several else ("结果", "个")


def members_text(query: MetricQuery, catalog: Catalog, number: int) -> str:
    """How many rows, as things: 8 家门店."""
    return counted(f"{number:,}", *noun_of(query, catalog))
