"""A shop small enough to count by hand, shared by the tests of answers and charts."""

from __future__ import annotations

from datetime import date
from typing import Any

from semantic_layer.catalog import (
    Aggregate,
    Catalog,
    Dimension,
    Direction,
    Format,
    Kind,
    Metric,
    NamedCondition,
    Ratio,
    Table,
)
from semantic_layer.query import (
    Agg,
    CompareKind,
    Comparison,
    Grain,
    MetricRef,
    Period,
)
from semantic_layer.result import Column, ColumnRole

GMV, ORDERS, RATE = MetricRef("gmv"), MetricRef("orders"), MetricRef("refund_rate")
MAY = Period(date(2026, 5, 1), date(2026, 6, 1), "上个月", Grain.MONTH)
JUNE = Period(date(2026, 6, 1), date(2026, 6, 24), "本月", Grain.MONTH, partial=True)
YOY = Comparison(CompareKind.YEAR_OVER_YEAR)


def dimension(name: str, label: str, kind: Kind = Kind.TEXT, **more: Any) -> Dimension:
    return Dimension(name, label, more.pop("table", "sale"), name, kind, **more)


SHOP = Catalog(
    name="shop",
    label="小店",
    tables={
        "sale": Table(
            "sale",
            "订单表",
            "sale",
            key=("order_id",),
            entity="订单",
            classifier="单",
            time="paid_at",
        ),
        "user": Table("user", "用户表", "user", key=("user_id",), entity="用户", classifier="位"),
    },
    joins=(),
    dimensions={
        d.name: d
        for d in (
            dimension("region", "大区", lexicon=True, order=("华东", "华南", "华北")),
            dimension("city", "城市", lexicon=True, parent="region"),
            dimension("channel", "渠道", lexicon=True, order=("线上", "门店")),
            dimension("price", "单价", Kind.NUMBER, unit="元", format=Format.MONEY),
            dimension("paid_at", "支付时间", Kind.TIME),
            dimension("joined_at", "注册时间", Kind.TIME, table="user"),
            dimension("user_id", "用户编号", Kind.KEY),
            dimension("order_id", "订单编号", Kind.KEY),
            dimension("phone", "手机号", sensitive=True, table="user"),
        )
    },
    metrics={
        m.name: m
        for m in (
            Metric(
                "gmv",
                "销售额",
                Aggregate(Agg.SUM, "sale", "pay"),
                "元",
                Format.MONEY,
                definition="支付金额合计",
                owner="财务",
            ),
            Metric("orders", "订单数", Aggregate(Agg.COUNT, "sale"), "单", Format.COUNT),
            Metric(
                "refunds",
                "退款金额",
                Aggregate(Agg.SUM, "sale", "back"),
                "元",
                Format.MONEY,
                direction=Direction.DOWN,
            ),
            Metric(
                "refund_rate",
                "退款率",
                Ratio("refunds", "gmv"),
                "",
                Format.PERCENT,
                direction=Direction.DOWN,
            ),
        )
    },
    terms={
        "loyal": NamedCondition("loyal", "核心用户", "user", "n > 3", definition="买过三次以上")
    },
    values={
        "city": ("上海", "杭州", "广州"),
        "region": ("华东", "华南", "华北"),
        "channel": ("线上", "门店"),
    },
    until=date(2026, 6, 23),
    since=date(2024, 1, 1),
    primary=("gmv", "orders"),
    examples=(("看数", "上个月销售额"), ("对比", "本月销售额同比")),
)

MONEY = {"kind": Kind.NUMBER, "role": ColumnRole.MEASURE, "unit": "元", "format": Format.MONEY}
GMV_COLUMN = Column("gmv", "销售额", source="gmv", direction=Direction.UP, **MONEY)
REGION = Column("region", "大区", Kind.TEXT, ColumnRole.DIMENSION, source="region")
MONTH = Column("month", "月", Kind.TIME, ColumnRole.TIME)
PREVIOUS = Column(
    "gmv_previous", "去年同期", Kind.NUMBER, ColumnRole.PREVIOUS, "元", Format.MONEY, "gmv"
)
GMV_RATE = Column("gmv_rate", "同比", Kind.NUMBER, ColumnRole.CHANGE, "", Format.PERCENT, "gmv")
