"""A catalog of nobody's business: enough words to try every phrase rule, and none that means anything."""

from __future__ import annotations

from semantic_layer.catalog import Aggregate, Catalog, Dimension, Kind, Metric, Table
from semantic_layer.query import Agg

WORDS = Catalog(
    name="words",
    label="词",
    tables={
        "orders": Table("orders", "订单", "orders", key=("order_no",), entity="订单"),
        "users": Table("users", "用户", "users", key=("user_no",), entity="用户", names="nickname"),
    },
    joins=(),
    dimensions={
        d.name: d
        for d in (
            Dimension("city", "城市", "orders", "city", lexicon=True),
            Dimension("channel", "渠道", "orders", "channel", lexicon=True),
            Dimension("amount", "金额", "orders", "amount", Kind.NUMBER, unit="元"),
            Dimension("cost", "成本", "orders", "cost", Kind.NUMBER, unit="元"),
            Dimension(
                "nights", "晚数", "orders", "nights", Kind.NUMBER, unit="晚", synonyms=("住几晚",)
            ),
            Dimension("nickname", "昵称", "users", "nickname"),
            Dimension("phone", "电话", "users", "phone"),
            Dimension("order_no", "单号", "orders", "order_no", Kind.KEY),
            Dimension("user_no", "用户号", "users", "user_no", Kind.KEY),
        )
    },
    metrics={
        m.name: m
        for m in (
            Metric("first", "甲指标", Aggregate(Agg.SUM, "orders", "amount"), target="aim"),
            Metric("aim", "甲目标", Aggregate(Agg.SUM, "orders", "cost")),
            Metric("second", "乙指标", Aggregate(Agg.SUM, "orders", "cost")),
            Metric("orders", "单量", Aggregate(Agg.COUNT, "orders"), unit="单", verbs=("下单",)),
        )
    },
    values={"city": ("甲城", "乙城", "丙城"), "channel": ("线上店", "线下店")},
)
