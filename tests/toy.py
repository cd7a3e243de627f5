"""A business small enough to count by hand, for the tests of the semantic layer.

orders: 6 paid, 1 cancelled; order 1 holds two items (fan-out), order 3 none; user 4 never bought;
one order has no city (null group); refunds, targets and stock are facts of their own (chasm).
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

import duckdb

from semantic_layer.catalog import (
    Aggregate,
    Catalog,
    CountGroups,
    Derived,
    Dimension,
    Direction,
    Format,
    Join,
    Kind,
    Metric,
    NamedCondition,
    Ratio,
    RunningTotal,
    Table,
)
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.query import Agg

TODAY = date(2026, 6, 24)

ROWS = """
CREATE TABLE users (user_id INTEGER, name VARCHAR, gender VARCHAR, level VARCHAR, age INTEGER, joined DATE);
INSERT INTO users VALUES
  (1, '甲', '女', '金卡', 25, '2026-03-01'), (2, '乙', '男', '普通', 34, '2026-04-10'),
  (3, '丙', '女', '普通', 41, '2026-05-02'), (4, '丁', NULL, '普通', NULL, '2026-06-01');
CREATE TABLE products (product_id VARCHAR, product_name VARCHAR, category VARCHAR, price DOUBLE);
INSERT INTO products VALUES ('p1', '咖啡豆', '食品', 50), ('p2', '滤纸', '食品', 10), ('p3', '猫粮', '宠物', 80);
CREATE TABLE orders (order_id INTEGER, user_id INTEGER, city VARCHAR, channel VARCHAR, status VARCHAR,
                     paid_at TIMESTAMP, amount DOUBLE);
INSERT INTO orders VALUES
  (1, 1, '广州', 'APP', '完成', '2026-04-03 10:00', 100), (2, 1, '广州', 'APP', '完成', '2026-05-05 11:00', 200),
  (3, 2, '上海', 'APP', '完成', '2026-05-20 23:30', 300), (4, 2, '上海', '门店', '完成', '2026-06-02 09:00', 50),
  (5, 3, NULL, '门店', '完成', '2026-06-10 10:00', 80),    (6, 1, '广州', '门店', '取消', '2026-06-11 12:00', 999),
  (7, 1, '广州', '门店', '完成', '2025-06-15 12:00', 40);
CREATE TABLE items (order_id INTEGER, line INTEGER, product_id VARCHAR, quantity INTEGER, item_amount DOUBLE);
INSERT INTO items VALUES (1, 1, 'p1', 2, 90), (1, 2, 'p2', 1, 10), (2, 1, 'p3', 2, 200), (4, 1, 'p2', 5, 50),
  (5, 1, 'p3', 1, 80), (6, 1, 'p3', 12, 999), (7, 1, 'p1', 1, 40);
CREATE TABLE refunds (refund_id INTEGER, order_id INTEGER, product_id VARCHAR, refunded_at TIMESTAMP, refund DOUBLE);
INSERT INTO refunds VALUES (1, 1, 'p1', '2026-05-01 08:00', 45), (2, 1, 'p2', '2026-05-02 08:00', 5),
  (3, 3, NULL, '2026-06-01 08:00', 30);
CREATE TABLE stock (day DATE, warehouse VARCHAR, product_id VARCHAR, quantity INTEGER);
INSERT INTO stock VALUES ('2026-05-25', '东仓', 'p1', 7), ('2026-05-25', '西仓', 'p1', 3), ('2026-05-25', '东仓', 'p3', 9),
  ('2026-06-01', '东仓', 'p1', 5), ('2026-06-01', '西仓', 'p1', 4), ('2026-06-08', '东仓', 'p1', 0), ('2026-06-08', '西仓', 'p1', 2);
CREATE TABLE targets (month DATE, city VARCHAR, target DOUBLE);
INSERT INTO targets VALUES ('2026-05-01', '广州', 400), ('2026-05-01', '上海', 200), ('2026-05-01', '北京', 100), ('2026-06-01', '广州', 100);
CREATE TABLE cities (city VARCHAR, province VARCHAR);
INSERT INTO cities VALUES ('广州', '广东'), ('上海', '上海'), ('北京', '北京'), ('深圳', '广东');
"""


def _dimensions() -> dict[str, Dimension]:
    text, number, time, key = Kind.TEXT, Kind.NUMBER, Kind.TIME, Kind.KEY
    rows = (
        Dimension("order_id", "订单号", "orders", "order_id", key),
        Dimension("user_id", "用户编号", "users", "user_id", key, names="user_name"),
        Dimension("user_name", "用户名", "users", "name", text),
        Dimension("gender", "性别", "users", "gender", text, lexicon=True),
        Dimension(
            "level", "会员等级", "users", "level", text, lexicon=True, order=("普通", "金卡")
        ),
        Dimension("age", "年龄", "users", "age", number, unit="岁"),
        Dimension("joined", "注册时间", "users", "joined", time),
        Dimension("city", "城市", "cities", "city", text, lexicon=True, parent="province"),
        Dimension("province", "省份", "cities", "province", text, lexicon=True),
        Dimension("channel", "渠道", "orders", "channel", text, lexicon=True),
        Dimension("status", "状态", "orders", "status", text),
        Dimension("paid_at", "支付时间", "orders", "paid_at", time),
        Dimension("amount", "订单金额", "orders", "amount", number, unit="元", format=Format.MONEY),
        Dimension("product_id", "商品编号", "products", "product_id", key, names="product_name"),
        Dimension("product_name", "商品", "products", "product_name", text, lexicon=True),
        Dimension("category", "品类", "products", "category", text, lexicon=True),
        Dimension("price", "标价", "products", "price", number, unit="元", format=Format.MONEY),
        Dimension("refunded_at", "退款时间", "refunds", "refunded_at", time),
        Dimension("stock_day", "盘点日", "stock", "day", time),
        Dimension("warehouse", "仓库", "stock", "warehouse", text, lexicon=True),
        Dimension("target_month", "目标月份", "targets", "month", time),
        Dimension(
            "newness",
            "新老客",
            "orders",
            "CASE WHEN (SELECT min(o.paid_at) FROM orders AS o WHERE o.user_id = orders.user_id"
            " AND o.status = '完成') >= {start} THEN '新客' ELSE '老客' END",
            text,
            lexicon=True,
        ),
    )
    return {d.name: d for d in rows}


def _metrics() -> dict[str, Metric]:
    paid = "status = '完成'"
    rows = (
        Metric(
            "gmv",
            "销售额",
            Aggregate(Agg.SUM, "orders", "amount", paid),
            "元",
            Format.MONEY,
            finer="item_sales",
        ),
        Metric(
            "order_count",
            "订单数",
            Aggregate(Agg.COUNT_DISTINCT, "orders", "order_id", paid),
            "单",
            Format.COUNT,
        ),
        Metric(
            "buyers",
            "购买人数",
            Aggregate(Agg.COUNT_DISTINCT, "orders", "user_id", paid),
            "人",
            Format.COUNT,
        ),
        Metric(
            "item_sales",
            "商品销售额",
            Aggregate(Agg.SUM, "items", "item_amount", "orders.status = '完成'", "paid_at"),
            "元",
            Format.MONEY,
        ),
        Metric(
            "units",
            "销量",
            Aggregate(Agg.SUM, "items", "quantity", "orders.status = '完成'", "paid_at"),
            "件",
            Format.COUNT,
        ),
        Metric(
            "refund_amount",
            "退款金额",
            Aggregate(Agg.SUM, "refunds", "refund"),
            "元",
            Format.MONEY,
            direction=Direction.DOWN,
        ),
        Metric(
            "refund_rate",
            "退款率",
            Ratio("refund_amount", "gmv"),
            "",
            Format.PERCENT,
            direction=Direction.DOWN,
        ),
        Metric("arppu", "客单价", Ratio("gmv", "buyers"), "元", Format.MONEY),
        Metric(
            "net",
            "净销售额",
            Derived("gmv - refund_amount", ("gmv", "refund_amount")),
            "元",
            Format.MONEY,
        ),
        Metric(
            "stock_qty",
            "库存量",
            Aggregate(Agg.SUM, "stock", "quantity", snapshot=True),
            "件",
            Format.COUNT,
        ),
        Metric(
            "repeaters",
            "复购人数",
            CountGroups("orders", "user_id", Agg.COUNT, "order_id", ">=", 2, paid),
            "人",
            Format.COUNT,
        ),
        Metric("new_users", "注册用户数", Aggregate(Agg.COUNT, "users"), "人", Format.COUNT),
        Metric("total_users", "累计用户数", RunningTotal("new_users"), "人", Format.COUNT),
        Metric("target", "目标", Aggregate(Agg.SUM, "targets", "target"), "元", Format.MONEY),
        Metric("attainment", "达成率", Ratio("gmv", "target"), "", Format.PERCENT),
        Metric("product_count", "商品数", Aggregate(Agg.COUNT, "products"), "个", Format.COUNT),
        Metric(
            "new_buyers",
            "新客数",
            Aggregate(
                Agg.COUNT_DISTINCT,
                "orders",
                "user_id",
                "status = '完成' AND (SELECT min(o.paid_at) FROM orders AS o WHERE o.user_id = orders.user_id"
                " AND o.status = '完成') >= {start}",
            ),
            "人",
            Format.COUNT,
        ),
    )
    return {m.name: m for m in rows}


def catalog() -> Catalog:
    tables = (
        Table(
            "orders",
            "订单",
            "orders",
            key=("order_id",),
            entity="订单",
            classifier="单",
            time="paid_at",
            display=("order_id", "city", "amount"),
        ),
        Table(
            "items", "订单明细", "items", key=("order_id", "line"), entity="明细", time="paid_at"
        ),
        Table(
            "users",
            "用户",
            "users",
            key=("user_id",),
            entity="用户",
            classifier="位",
            time="joined",
        ),
        Table("products", "商品", "products", key=("product_id",), entity="商品", classifier="个"),
        Table("refunds", "退款", "refunds", key=("refund_id",), entity="退款", time="refunded_at"),
        Table("stock", "库存", "stock", time="stock_day"),
        Table("targets", "目标", "targets", time="target_month"),
        Table("cities", "城市", "cities", key=("city",), entity="城市"),
    )
    joins = (
        Join("items", "orders", (("order_id", "order_id"),)),
        Join("items", "products", (("product_id", "product_id"),)),
        Join("orders", "users", (("user_id", "user_id"),)),
        Join("orders", "cities", (("city", "city"),)),
        Join("refunds", "orders", (("order_id", "order_id"),)),
        Join("refunds", "products", (("product_id", "product_id"),)),
        Join("stock", "products", (("product_id", "product_id"),)),
        Join("targets", "cities", (("city", "city"),)),
    )
    return Catalog(
        "toy",
        "玩具店",
        MappingProxyType({t.name: t for t in tables}),
        joins,
        MappingProxyType(_dimensions()),
        MappingProxyType(_metrics()),
        terms=MappingProxyType(
            {"online": NamedCondition("online", "线上", "orders", "channel = 'APP'")}
        ),
        since=date(2025, 6, 15),
        until=date(2026, 6, 23),
    )


def engine() -> DuckDBEngine:
    connection = duckdb.connect(":memory:")
    connection.execute(ROWS)
    return DuckDBEngine.wrap(connection)
