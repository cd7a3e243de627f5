"""A business of 400 people for the promises that every analysis keeps: all roles bound, all in memory.

``world()`` is everybody; ``world(city="北京")`` a database in which nobody else ever was. Rows come
from arithmetic, so two runs are the same rows.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

import duckdb

from semantic_layer.catalog import (
    Aggregate,
    Catalog,
    Dimension,
    Format,
    Join,
    Kind,
    Metric,
    Ratio,
    Role,
    Table,
)
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.query import Agg, Measure, MetricRef, Scope
from semantic_layer.scoped import ScopedFacts

SINCE, UNTIL = date(2024, 1, 1), date(2025, 12, 31)
TODAY = UNTIL + timedelta(days=1)
GOODS = ("牛奶", "面包", "鸡蛋", "咖啡", "苹果", "大米", "酱油", "纸巾")
PRAISE = ("质量很好，物流也快，会再来", "味道不错，包装完整，客服耐心", "性价比高，家人都喜欢")
BLAME = ("质量太差，用两天就坏了", "物流太慢，等了一个星期", "客服态度恶劣，不给退货")

SQL = f"""
CREATE MACRO pick(a, b, n) AS CAST(hash(a * 7919 + b) % n AS BIGINT);
CREATE TABLE goods AS SELECT i AS good, ['{"', '".join(GOODS)}'][i + 1] AS title,
  IF(i < 4, '早餐', '日用') AS kind, 5.0 + i AS price FROM range(8) t(i);
CREATE TABLE people AS SELECT i AS uid, IF(pick(i, 1, 3) = 0, '北京', '上海') AS city,
  ['搜索', '推荐', '广告'][1 + pick(i, 2, 3)] AS source, IF(pick(i, 3, 2) = 0, '男', '女') AS sex,
  DATE '2024-01-01' + CAST(pick(i, 4, 640) AS INTEGER) AS joined, 18 + pick(i, 5, 40) AS years
FROM range(400) t(i);
CREATE TABLE sales AS SELECT uid * 100 + k AS oid, uid,
  CAST(joined AS TIMESTAMP) + to_days(CAST(k * (9 + pick(uid, 6, 35)) AS INTEGER)) + to_hours(CAST(8 + pick(uid, k, 12) AS INTEGER)) AS moment,
  ['门店', '网店'][1 + pick(uid, k + 40, 2)] AS shop,
  20.0 + pick(uid, k + 80, 300) + IF(k > 2, 60, 0) AS paid
FROM (SELECT *, unnest(range(1 + pick(uid, 7, 12))) AS k FROM people WHERE pick(uid, 8, 5) > 0);
DELETE FROM sales WHERE moment >= TIMESTAMP '2026-01-01';
CREATE TABLE lines AS SELECT DISTINCT oid, uid, moment,
  CASE WHEN n = 1 AND pick(oid, 11, 3) > 0 THEN 0 WHEN n = 2 AND pick(oid, 11, 3) > 0 THEN 1 ELSE pick(oid, n + 20, 8) END AS good,
  1 + pick(oid, n + 30, 3) AS pieces, 5.0 + pick(oid, n, 20) AS worth
FROM (SELECT *, unnest(range(1, 2 + pick(oid, 10, 4))) AS n FROM sales);
CREATE TABLE clicks AS SELECT uid * 1000 + k * 10 + s AS cid, uid, uid * 1000 + k AS visit,
  ['看', '放入', '提交', '付'][s] AS what, ['搜索', '推荐', '广告'][1 + pick(uid, k, 3)] AS via,
  IF(pick(uid, k + 5, 2) = 0, '苹果', '安卓') AS device,
  CAST(joined AS TIMESTAMP) + to_days(CAST(k * (3 + pick(uid, 12, 20)) AS INTEGER)) + to_minutes(CAST(600 + s * 4 AS INTEGER)) AS moment,
  pick(uid, k + s, 8) AS good
FROM (SELECT uid, joined, k, unnest(range(1, 2 + CAST(pick(uid, k + 60, 4) AS BIGINT))) AS s
      FROM (SELECT *, unnest(range(1 + pick(uid, 13, 25))) AS k FROM people));
DELETE FROM clicks WHERE moment >= TIMESTAMP '2026-01-01';
CREATE TABLE opinions AS SELECT oid AS rid, oid, uid, pick(oid, 50, 8) AS good, moment + INTERVAL 3 DAY AS moment,
  IF(pick(oid, 51, 3) = 0, 1 + pick(oid, 52, 2), 4 + pick(oid, 52, 2)) AS stars,
  IF(pick(oid, 51, 3) = 0, ['{"', '".join(BLAME)}'], ['{"', '".join(PRAISE)}'])[1 + pick(oid, 53, 3)] AS said
FROM sales WHERE pick(oid, 54, 3) = 0 AND moment < TIMESTAMP '2025-12-28';
INSERT INTO sales SELECT 11000000 + i, 11, TIMESTAMP '2025-07-05 10:00:00', '网店', 30.0 FROM range(300) t(i);
CREATE TABLE trials AS SELECT '新首页' AS trial, uid, IF(pick(uid, 70, 2) = 0, '旧版', '新版') AS arm,
  TIMESTAMP '2025-06-01' + to_hours(CAST(pick(uid, 71, 200) AS INTEGER)) AS moment FROM people WHERE joined < DATE '2025-06-01';
CREATE TABLE ads AS SELECT DATE '2024-01-01' + CAST(i AS INTEGER) AS day, via, 100.0 + pick(i, length(via), 80) AS spent
FROM range(731) t(i), (SELECT unnest(['搜索', '推荐', '广告']) AS via);
"""
MINE = ("people", "sales", "lines", "clicks", "opinions", "trials")  # rows of one person
TIMES = {
    "sales": "moment",
    "lines": "moment",
    "clicks": "moment",
    "opinions": "moment",
    "trials": "moment",
    "ads": "day",
}
ROLES = {
    "sales": {"user": "uid", "time": "moment", "amount": "paid", "order": "oid", "channel": "shop"},
    "lines": {
        "user": "uid",
        "time": "moment",
        "order": "oid",
        "product": "good",
        "amount": "worth",
        "quantity": "pieces",
    },
    "goods": {"product": "good", "product_name": "title", "category": "kind", "price": "price"},
    "people": {
        "user": "uid",
        "register_time": "joined",
        "register_channel": "source",
        "gender": "sex",
        "age": "years",
        "city": "city",
    },
    "clicks": {
        "event_id": "cid",
        "user": "uid",
        "visitor": "uid",
        "session": "visit",
        "event": "what",
        "event_time": "moment",
        "time": "moment",
        "channel": "via",
        "platform": "device",
        "product": "good",
    },
    "opinions": {
        "review": "rid",
        "user": "uid",
        "order": "oid",
        "product": "good",
        "time": "moment",
        "rating": "stars",
        "text": "said",
    },
    "trials": {"experiment": "trial", "variant": "arm", "user": "uid", "time": "moment"},
    "ads": {"time": "day", "channel": "via", "cost": "spent"},
}
VALUES = {
    "city": ("北京", "上海"),
    "source": ("搜索", "推荐", "广告"),
    "shop": ("门店", "网店"),
    "kind": ("早餐", "日用"),
    "what": ("看", "放入", "提交", "付"),
    "device": ("苹果", "安卓"),
}


def _dimensions() -> dict[str, Dimension]:
    text, number, time = Kind.TEXT, Kind.NUMBER, Kind.TIME
    rows = (
        Dimension("uid", "用户编号", "people", "uid", Kind.KEY),
        Dimension("city", "城市", "people", "city", text, lexicon=True),
        Dimension("source", "来源", "people", "source", text, lexicon=True),
        Dimension("shop", "店铺类型", "sales", "shop", text, lexicon=True),
        Dimension("paid", "实付", "sales", "paid", number, unit="元", format=Format.MONEY),
        Dimension("good", "商品编号", "goods", "good", Kind.KEY, names="title"),
        Dimension("title", "商品", "goods", "title", text, lexicon=True),
        Dimension("kind", "类别", "goods", "kind", text, lexicon=True),
        Dimension("what", "行为", "clicks", "what", text, order=("看", "放入", "提交", "付")),
        Dimension("device", "设备", "clicks", "device", text, lexicon=True),
        Dimension("stars", "评分", "opinions", "stars", number),
        Dimension("trial", "实验", "trials", "trial", text, lexicon=True),
        Dimension("arm", "分组", "trials", "arm", text, order=("旧版", "新版")),
        *(Dimension(f"{t}_time", f"{t}时间", t, c, time) for t, c in TIMES.items()),
    )
    return {d.name: d for d in rows}


def _metrics() -> dict[str, Metric]:
    rows = (
        Metric("takings", "营业额", Aggregate(Agg.SUM, "sales", "paid"), "元", Format.MONEY),
        Metric("deals", "成交单数", Aggregate(Agg.COUNT_DISTINCT, "sales", "oid"), "单"),
        Metric("buyers", "买的人数", Aggregate(Agg.COUNT_DISTINCT, "sales", "uid"), "人"),
        Metric("visitors", "来的人数", Aggregate(Agg.COUNT_DISTINCT, "clicks", "uid"), "人"),
        Metric("per_deal", "单均", Ratio("takings", "deals"), "元"),
    )
    return {m.name: m for m in rows}


@cache
def catalog() -> Catalog:
    """All the names of this business."""
    joins = [Join(t, "people", (("uid", "uid"),)) for t in MINE if t != "people"]
    joins += [Join(t, "goods", (("good", "good"),)) for t in ("lines", "clicks", "opinions")]
    joins += [
        Join("lines", "sales", (("oid", "oid"),)),
        Join("opinions", "sales", (("oid", "oid"),)),
    ]
    keys = {"people": ("uid",), "sales": ("oid",), "goods": ("good",), "clicks": ("cid",)}
    tables = {
        t: Table(t, t, source=t, key=keys.get(t, ()), time=f"{t}_time" if t in TIMES else None)
        for t in ROLES
    }
    return Catalog(
        name="world",
        label="小世界",
        tables=MappingProxyType(tables),
        joins=tuple(joins),
        dimensions=MappingProxyType(_dimensions()),
        metrics=MappingProxyType(_metrics()),
        roles=tuple(Role(r, t, sql) for t, bound in ROLES.items() for r, sql in bound.items()),
        steps=(("看", ()), ("放入", ()), ("提交", ()), ("付", ())),
        values=MappingProxyType(VALUES),
        primary=("takings", "deals", "buyers"),
        since=SINCE,
        until=UNTIL,
        today=TODAY,
    )


@cache
def engine(city: str = "") -> DuckDBEngine:
    """The database, or one in which only the people of ``city`` ever were."""
    connection = duckdb.connect()
    connection.execute(SQL)
    if city:
        connection.execute(f"DELETE FROM people WHERE city <> '{city}'")
        connection.execute("DELETE FROM ads")  # what was spent on these people nobody knows
        for table in MINE[1:]:
            connection.execute(f"DELETE FROM {table} WHERE uid NOT IN (SELECT uid FROM people)")
    return DuckDBEngine.wrap(connection)


def world(
    scope: Scope | None = None,
    *,
    city: str = "",
    by: tuple[str, ...] = (),
    measure: Measure | None = None,
) -> ScopedFacts:
    """Facts of this world. ``measure`` None: the first metric, which no analysis is hurt by."""
    return ScopedFacts(
        catalog(), engine(city), scope or Scope(), TODAY, by, measure or MetricRef("takings")
    )
