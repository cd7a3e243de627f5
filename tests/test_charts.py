"""Which chart a result deserves, and that its drawing keeps the house rules."""

from __future__ import annotations

import dataclasses
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from assistant.answer.charts import ASKED, NAMES, pick
from assistant.answer.draw import MARKS, figure
from assistant.answer.style import DARK, LIGHT, LIGHT_PALETTE, colours
from assistant.reply import Chart
from semantic_layer.catalog import Format, Kind
from semantic_layer.query import (
    By,
    ByBucket,
    ByTime,
    CompareKind,
    Comparison,
    Contrast,
    DetailQuery,
    Grain,
    MetricQuery,
    Period,
    Scope,
    Top,
    Window,
    WindowKind,
)
from semantic_layer.result import Column, ColumnRole, Result
from tests.toy_shop import (
    GMV,
    GMV_COLUMN,
    GMV_RATE,
    MAY,
    MONTH,
    ORDERS,
    PREVIOUS,
    RATE,
    REGION,
    SHOP,
    YOY,
)

CHANNEL = Column("channel", "渠道", Kind.TEXT, ColumnRole.DIMENSION, source="channel")
COUNT = Column(
    "orders", "订单数", Kind.NUMBER, ColumnRole.MEASURE, "单", Format.COUNT, source="orders"
)
SHARE = Column("gmv_share", "占比", Kind.NUMBER, ColumnRole.SHARE, "", Format.PERCENT, "gmv")
RATE_COLUMN = Column("refund_rate", "退款率", Kind.NUMBER, ColumnRole.MEASURE, "", Format.PERCENT)
YEAR = Period(date(2025, 7, 1), date(2026, 6, 24), "近一年")


def months(n: int) -> list[date]:
    return [date(2025 + (6 + i) // 12, (6 + i) % 12 + 1, 1) for i in range(n)]


def names(n: int) -> list[str]:
    return [f"店{i:02d}" for i in range(n)]


def result(*columns: Column, rows: Any) -> Result:
    return Result(columns, tuple(rows))


def by(*groups: Any, measures: tuple[Any, ...] = (GMV,), **more: Any) -> MetricQuery:
    return MetricQuery(measures, groups, **more)


def one(n: int) -> Result:
    return result(REGION, GMV_COLUMN, rows=[(s, 1e6 - i) for i, s in enumerate(names(n))])


def pairs(n: int, m: int) -> Result:
    rows = [(a, b, 10.0) for a in names(n) for b in ["线上", "门店", "团购", "直播", "代理"][:m]]
    return result(REGION, CHANNEL, GMV_COLUMN, rows=rows)


def lines(n: int) -> Result:
    rows = [(m, s, 5.0) for m in months(6) for s in names(n)]
    return result(MONTH, REGION, GMV_COLUMN, rows=rows)


TREND = result(MONTH, GMV_COLUMN, rows=[(m, 100.0 + i) for i, m in enumerate(months(12))])
SHARES = result(REGION, GMV_COLUMN, SHARE, rows=[("甲", 60.0, 0.6), ("乙", 40.0, 0.4)])
REGIONS, BY_MONTH = By("region"), ByTime(Grain.MONTH)
BUCKETS = Column("range", "单价区间", Kind.TEXT, ColumnRole.DIMENSION)
SHARE_OF = (Window(WindowKind.SHARE),)
HABITS = (
    ("one number", by(), result(GMV_COLUMN, rows=[(1.0,)]), "kpi"),
    ("time", by(BY_MONTH), TREND, "line"),
    ("a few names", by(REGIONS), one(7), "bar"),
    ("many names", by(REGIONS), one(12), "hbar"),
    ("shares", by(REGIONS, windows=SHARE_OF), SHARES, "pie"),
    ("time and few names", by(BY_MONTH, REGIONS), lines(5), "line"),
    ("time and many names", by(BY_MONTH, REGIONS), lines(12), "heatmap"),
    ("two small dimensions", by(REGIONS, By("channel")), pairs(6, 3), "grouped"),
    ("two large dimensions", by(REGIONS, By("channel")), pairs(30, 5), "heatmap"),
    (
        "shares along time",
        by(BY_MONTH, REGIONS, windows=SHARE_OF),
        result(
            MONTH,
            REGION,
            GMV_COLUMN,
            SHARE,
            rows=[(m, s, 5.0, 0.5) for m in months(6) for s in "甲乙"],
        ),
        "stacked",
    ),
    (
        "two dates",
        by(BY_MONTH, REGIONS),
        result(MONTH, REGION, GMV_COLUMN, rows=[(m, s, 5.0) for m in months(2) for s in "甲乙丙"]),
        "grouped",
    ),
    ("rows", DetailQuery("sale"), one(5), "table"),
    (
        "ranges keep their order",
        by(ByBucket("price")),
        result(BUCKETS, COUNT, rows=[(s, 1) for s in names(30)]),
        "bar",
    ),
    (
        "two units over time",
        by(BY_MONTH, measures=(GMV, RATE)),
        result(MONTH, GMV_COLUMN, RATE_COLUMN, rows=[(m, 1e6, 0.3) for m in months(6)]),
        "line",
    ),
    (
        "two units, many points",
        by(REGIONS, measures=(GMV, RATE)),
        result(REGION, GMV_COLUMN, RATE_COLUMN, rows=[(s, 1e6, 0.3) for s in names(40)]),
        "scatter",
    ),
)


@pytest.mark.parametrize(
    ("query", "rows", "mark"), [h[1:] for h in HABITS], ids=[h[0] for h in HABITS]
)
def test_habits(query: Any, rows: Result, mark: str) -> None:
    chart = pick(query, rows, catalog=SHOP)
    assert chart.mark == mark
    assert chart.note == ""
    if mark != "table":
        assert figure(chart, rows).data or mark == "kpi"


def test_more_than_twenty_names_are_the_first_fifteen_and_the_rest() -> None:
    rows = one(31)
    chart = pick(by(REGIONS), rows, catalog=SHOP)
    bars = figure(chart, rows).data[0]
    assert len(bars.y) == 16
    assert bars.y[-1] == "其他（16 个）"
    assert sum(bars.x) == pytest.approx(sum(v for _, v in rows.rows))


def test_averages_are_not_folded_into_a_rest() -> None:
    rows = result(REGION, RATE_COLUMN, rows=[(s, 0.5) for s in names(31)])
    chart = pick(by(REGIONS, measures=(RATE,)), rows, catalog=SHOP)
    assert "其他" not in "".join(figure(chart, rows).data[0].y)


def test_the_compared_period_is_grey_and_behind() -> None:
    rows = result(
        REGION, GMV_COLUMN, PREVIOUS, GMV_RATE, rows=[("甲", 9.0, 8.0, 0.1), ("乙", 2.0, 4.0, -0.5)]
    )
    chart = pick(by(REGIONS, compare=(YOY,), scope=Scope(periods=(MAY,))), rows, catalog=SHOP)
    behind, front = figure(chart, rows).data
    assert (behind.marker.color, behind.width > front.width) == (LIGHT.behind, True)
    assert chart.title == "乙销售额变化最大，-50.0%"


def test_an_unfinished_month_is_dotted_and_left_out_of_the_title() -> None:
    rows = result(
        MONTH,
        GMV_COLUMN,
        rows=[
            *((m, 100.0) for m in months(10)),
            (date(2026, 5, 1), 150.0),
            (date(2026, 6, 1), 3.0),
        ],
    )
    chart = pick(by(BY_MONTH, scope=Scope(periods=(YEAR,))), rows, catalog=SHOP)
    assert chart.partial
    assert chart.title == "销售额上升 50.0%，最高在2026年5月"
    solid, dotted = figure(chart, rows).data
    assert (len(solid.x), len(dotted.x), dotted.line.dash) == (11, 2, "dot")


def test_gaps_stay_gaps() -> None:
    rows = result(
        MONTH, GMV_COLUMN, rows=[(m, None if i == 3 else 5.0) for i, m in enumerate(months(8))]
    )
    line = figure(pick(by(BY_MONTH), rows), rows).data[0]
    assert line.y[3] is None
    assert line.connectgaps is False


@pytest.mark.parametrize("mark", ["bar", "hbar", "grouped", "stacked"])
def test_bars_begin_at_zero(mark: str) -> None:
    rows = pairs(4, 3) if mark in ("grouped", "stacked") else one(4)
    query = by(REGIONS, By("channel")) if mark in ("grouped", "stacked") else by(REGIONS)
    fig = figure(pick(query, rows, mark, SHOP), rows)
    axis = fig.layout.xaxis if mark == "hbar" else fig.layout.yaxis
    assert axis.range[0] == 0


ASKS = (
    ("折线图", by(BY_MONTH), TREND, "line", ""),
    ("饼图", by(REGIONS), one(4), "pie", ""),
    ("饼图", by(REGIONS), one(9), "bar", "饼图只适合 8 类以内的占比，这里有 9 类，改用柱状图。"),
    ("热力图", by(REGIONS), one(4), "bar", "热力图需要两个分组，改用柱状图。"),
    ("热力图", by(REGIONS, By("channel")), pairs(4, 3), "heatmap", ""),
    ("双轴图", by(BY_MONTH), TREND, "line", "双轴图需要两个指标，改用折线图。"),
    ("漏斗图", by(REGIONS), one(4), "bar", "漏斗图要用相应的分析才画得出来，改用柱状图。"),
    ("折线图", by(REGIONS), one(4), "bar", "折线图需要时间或有先后的分组，改用柱状图。"),
    ("表格", by(REGIONS), one(4), "table", ""),
    ("玫瑰图", by(REGIONS), one(4), "bar", "玫瑰图要用相应的分析才画得出来，改用柱状图。"),
)


@pytest.mark.parametrize(
    ("asked", "query", "rows", "mark", "note"), ASKS, ids=[f"{a[0]} {a[3]}" for a in ASKS]
)
def test_an_asked_chart_is_drawn_or_the_reason_said(
    asked: str, query: MetricQuery, rows: Result, mark: str, note: str
) -> None:
    chart = pick(query, rows, asked, SHOP)
    assert (chart.mark, chart.note) == (mark, note)


def test_asked_labels_are_drawn() -> None:
    chart = pick(by(BY_MONTH), TREND, "折线图+数据标签", SHOP)
    assert figure(chart, TREND).data[0].text[0] == "100"


def test_every_chart_word_leads_to_a_mark() -> None:
    assert set(ASKED.values()) - {"labels"} <= NAMES.keys()
    assert set(NAMES) - {"dual", "table"} == MARKS.keys()


def test_a_second_unit_has_its_own_axis_that_says_so() -> None:
    rows = result(REGION, GMV_COLUMN, RATE_COLUMN, rows=[("甲", 1e6, 0.3), ("乙", 2e6, 0.2)])
    fig = figure(pick(by(REGIONS, measures=(GMV, RATE)), rows, catalog=SHOP), rows)
    assert fig.data[1].yaxis == "y2"
    assert fig.data[1].name == "退款率（右轴）"
    assert [a.text for a in fig.layout.annotations] == ["万元"]
    assert fig.layout.yaxis2.ticktext[0].endswith("%")


def test_ranked_changes_are_what_is_drawn_and_coloured_by_sign() -> None:
    rows = result(
        REGION, GMV_COLUMN, PREVIOUS, GMV_RATE, rows=[("甲", 9.0, 3.0, 2.0), ("乙", 2.0, 4.0, -0.5)]
    )
    pop = Comparison(CompareKind.PREVIOUS_PERIOD)
    chart = pick(by(REGIONS, compare=(pop,), top=Top(2, by_change="rate")), rows, catalog=SHOP)
    assert chart.y == ("gmv_rate",)
    assert list(figure(chart, rows).data[0].marker.color) == [LIGHT.red, LIGHT.green]
    assert list(figure(chart, rows, up_is_red=False).data[0].marker.color) == [
        LIGHT.green,
        LIGHT.red,
    ]


def test_a_contrast_is_two_bars_with_the_gap_in_the_title() -> None:
    left = dataclasses.replace(GMV_COLUMN, name="left", label="线上")
    right = dataclasses.replace(GMV_COLUMN, name="right", label="门店")
    rows = result(left, right, rows=[(90.0, 120.0)])
    chart = pick(by(contrast=Contrast("channel", "线上", "门店")), rows, catalog=SHOP)
    assert chart.title == "线上比门店低 30 元"
    assert list(figure(chart, rows).data[0].y) == [90.0, 120.0]


def test_a_value_keeps_its_colour_from_chart_to_chart() -> None:
    chart = pick(by(BY_MONTH, By("channel")), lines(2), catalog=SHOP)
    assert chart.color == "region"
    few, many = (
        colours(["门店"], LIGHT_PALETTE, ["线上", "门店"]),
        colours(["线上", "门店"], LIGHT_PALETTE, ["线上", "门店"]),
    )
    assert few["门店"] == many["门店"]


def test_text_of_the_data_cannot_become_markup() -> None:
    rows = result(REGION, GMV_COLUMN, rows=[("<b>甲</b><script>", 1.0), ("乙", 2.0)])
    drawn = figure(pick(by(REGIONS), rows), rows).to_json()
    assert "<script>" not in drawn
    assert "\\u003cscript" not in drawn


TOYS = {
    "funnel": (
        Chart("funnel", "region", ("orders",)),
        result(REGION, COUNT, rows=[("浏览", 90), ("支付", 9)]),
    ),
    "sankey": (
        Chart("sankey", "region", ("orders",), "channel"),
        result(REGION, CHANNEL, COUNT, rows=[("首页", "搜索", 5), ("搜索", "支付", 2)]),
    ),
    "area": (Chart("area", "month", ("gmv",), "region"), lines(3)),
    "empty heat map": (
        Chart("heatmap", "region", ("gmv",), "channel"),
        result(REGION, CHANNEL, GMV_COLUMN, rows=[]),
    ),
    "empty line": (Chart("line", "month", ("gmv",)), result(MONTH, GMV_COLUMN, rows=[])),
    "empty bar": (Chart("bar", "region", ("gmv",)), result(REGION, GMV_COLUMN, rows=[])),
    "all missing": (
        Chart("bar", "region", ("gmv",)),
        result(REGION, GMV_COLUMN, rows=[("甲", None)]),
    ),
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", TOYS)
def test_marks_of_analyses_and_odd_data_draw(name: str, dark: bool) -> None:
    chart, rows = TOYS[name]
    theme = DARK if dark else LIGHT
    assert figure(chart, rows, dark=dark).layout.paper_bgcolor == theme.paper


def test_tooltips_have_full_numbers() -> None:
    rows = result(REGION, GMV_COLUMN, rows=[("甲", 12_345_678.9), ("乙", 2.0)])
    assert (
        figure(pick(by(REGIONS), rows), rows).data[0].hovertext[0]
        == "甲<br>销售额 <b>12,345,678.90 元</b>"
    )


def test_two_numbers_side_by_side_are_one_chart_when_alike() -> None:
    rows = result(
        REGION,
        GMV_COLUMN,
        dataclasses.replace(GMV_COLUMN, name="net"),
        rows=[("甲", 5.0, 4.0), ("乙", 3.0, 2.0)],
    )
    chart = pick(by(REGIONS, measures=(GMV, ORDERS)), rows, catalog=SHOP)
    assert (chart.mark, chart.y) == ("grouped", ("gmv", "net"))


def test_what_is_ahead_is_dashed_and_shaded_and_starts_where_the_past_ends() -> None:
    days = [date(2026, 1, n) for n in range(1, 6)]
    names = ("at", "actual", "forecast", "low", "high")
    kinds = (Kind.TIME, *[Kind.NUMBER] * 4)
    columns = tuple(
        Column(n, n, k, ColumnRole.TIME if n == "at" else ColumnRole.MEASURE)
        for n, k in zip(names, kinds, strict=True)
    )
    rows = tuple((d, 10.0, None, None, None) for d in days[:3]) + tuple(
        (d, None, 11.0, 9.0, 13.0) for d in days[3:]
    )
    options = (("grain", "day"), ("dashed", "forecast"), ("bands", "80% 区间|low|high"))
    chart = Chart("line", "at", ("actual", "forecast"), options=options)
    band, past, ahead = figure(chart, Result(columns, rows)).data
    assert band.fill == "toself" and set(band.y) == {9.0, 13.0}
    assert ahead.line.dash == "dash" and ahead.line.color == past.line.color
    assert (ahead.x[0], ahead.y[0]) == (days[2], 10.0)


def test_bars_of_several_splits_stand_under_the_name_of_each() -> None:
    columns = (
        Column("dimension", "维度", Kind.TEXT, ColumnRole.DIMENSION),
        Column("item", "取值", Kind.TEXT, ColumnRole.DIMENSION),
        Column("delta", "变化", Kind.NUMBER, ColumnRole.MEASURE),
    )
    rows = (("城市", "甲", -5.0), ("城市", "乙", 2.0), ("品类", "甲", -3.0))
    options = (("signed", ""), ("headed", ""))
    chart = Chart("hbar", "item", ("delta",), "dimension", options=options)
    (bar,) = figure(chart, Result(columns, rows)).data
    assert [n.strip("\u200b") for n in bar.y] == ["<b>城市</b>", "甲", "乙", "<b>品类</b>", "甲"]
    assert len(set(bar.y)) == 5 and list(bar.x) == [None, -5.0, 2.0, None, -3.0]
    assert bar.marker.color[1] == bar.marker.color[4] != bar.marker.color[2]


def series(*members: str) -> Result:
    """Four days of each member, 10 and 30 in turn, the second day odd."""
    names = (("who", Kind.TEXT), ("at", Kind.TIME), ("n", Kind.NUMBER), ("odd", Kind.TEXT))
    roles = {"who": ColumnRole.DIMENSION, "at": ColumnRole.TIME, "odd": ColumnRole.DIMENSION}
    columns = tuple(Column(n, n, k, roles.get(n, ColumnRole.MEASURE)) for n, k in names)
    days = [date(2026, 1, n) for n in range(1, 5)]
    return Result(
        columns,
        tuple(
            (m, d, 30.0 if i % 2 else 10.0, "偏高" if i == 1 else None)
            for m in members
            for i, d in enumerate(days)
        ),
    )


def test_a_chart_may_bring_its_own_data_and_mark_points_in_it() -> None:
    rows = result(REGION, GMV_COLUMN, rows=[("甲", 1.0)])
    options = (("grain", "day"), ("marked", "异常|odd\n平常|odd"))
    chart = Chart("line", "at", ("n",), options=options, data=series("甲"))
    line, odd, plain = figure(chart, rows).data
    assert list(line.y) == [10.0, 30.0, 10.0, 30.0]
    assert (list(odd.x), list(odd.y), odd.name) == ([date(2026, 1, 2)], [30.0], "异常")
    assert odd.hovertext[0].endswith("偏高") and odd.mode == "markers"
    assert odd.marker.color != line.line.color and plain.marker.symbol == "circle-open"


def test_small_multiples_have_a_panel_and_a_scale_each() -> None:
    rows = series("甲", "乙", "丙")
    options = (("grain", "day"), ("panels", "who"), ("marked", "异常|odd"))
    drawn = figure(Chart("line", "at", ("n",), options=options), rows)
    assert [t.xaxis for t in drawn.data] == ["x", "x", "x2", "x2", "x3", "x3"]
    assert [t.showlegend for t in drawn.data] == [True, True, False, False, False, False]
    spans = [drawn.layout[f"xaxis{k}"].domain for k in ("", 2, 3)]
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    heads = [a.text for a in drawn.layout.annotations if "domain" in a.xref]
    assert heads == ["<b>甲</b>", "<b>乙</b>", "<b>丙</b>"]


def test_a_heat_map_is_coloured_by_what_tells_its_rows_apart() -> None:
    """The first month of a cohort is 100% for all: it must not leave the months after it pale."""
    month = Column("n", "第几月", Kind.NUMBER, ColumnRole.DIMENSION)
    share = Column("kept", "留存率", Kind.NUMBER, ColumnRole.MEASURE, format=Format.PERCENT)
    rows = [
        (n, r, 1.0 if n == 0 else 0.2 + 0.01 * i) for i, r in enumerate("甲乙丙") for n in (0, 1)
    ]
    drawn = figure(
        Chart("heatmap", "n", ("kept",), "region"), result(month, REGION, share, rows=rows)
    )
    (trace,) = drawn.data
    assert (trace.zmin, round(trace.zmax, 2)) == (0.2, 0.22)
    assert list(trace.text[0]) == ["100.0%", "20.0%"]
    assert drawn.layout.xaxis.title.text == "第几月"


def test_a_few_bars_side_by_side_carry_their_values() -> None:
    chart = Chart("grouped", "region", ("gmv",), "channel")
    few, many = figure(chart, pairs(3, 2)), figure(chart, pairs(8, 2))
    assert all(trace.text and trace.textposition == "outside" for trace in few.data)
    assert not any(trace.text for trace in many.data)


def test_values_at_bars_are_short_and_tooltips_whole() -> None:
    rows = result(REGION, GMV_COLUMN, rows=[("甲", 927.2), ("乙", 12.5)])
    (trace,) = figure(Chart("hbar", "region", ("gmv",)), rows).data
    assert list(trace.text) == ["927元", "12.50元"]
    assert "927.20 元" in trace.hovertext[0]
