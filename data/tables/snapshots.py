"""The planning tables: advertising by day, targets by month and region, stock by week and warehouse."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np

from data.places import REGIONS, SERVED_BY, WAREHOUSES
from data.seasons import day_of, demand
from data.tables.plan import Plan, Words, append, day_stamp, month_bounds
from data.tables.world import World

# advertising channel: share of cost, cost of a thousand impressions in yuan, clicks per impression
ADS = {
    "抖音信息流": (0.30, 22.0, 0.014),
    "微信朋友圈": (0.19, 34.0, 0.011),
    "小红书": (0.16, 28.0, 0.016),
    "百度搜索": (0.13, 46.0, 0.031),
    "淘宝直通车": (0.13, 30.0, 0.024),
    "京东快车": (0.09, 27.0, 0.021),
}
OUT_OF_STOCK = tuple(day_of(date(2026, 5, day)) for day in (11, 18, 25))


def write_ads(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """One row per day and advertising channel: spending follows the season, a little ahead of it."""
    rng = plan.stream("ads")
    n, days = len(ADS), plan.days
    share, price, rate = (np.array([row[i] for row in ADS.values()]) for i in range(3))
    ahead = demand(days + 3)
    curve = (ahead[:days] + ahead[1 : days + 1] + ahead[2 : days + 2]) / 3
    cost = 6400 * plan.scale * (curve**0.8)[:, None] * share * rng.lognormal(0, 0.09, (days, n))
    shown = (cost / price * 1000 * rng.lognormal(0, 0.06, (days, n))).astype(np.int64)
    clicks = (shown * rate * rng.lognormal(0, 0.07, (days, n))).astype(np.int64)
    append(
        con,
        "ad_spend",
        {
            "spend_date": day_stamp(np.repeat(np.arange(days), n)),
            "ad_channel": Words(np.tile(np.arange(n), days), tuple(ADS)),
            "impressions": shown.ravel(),
            "clicks": clicks.ravel(),
            "cost": np.round(cost.ravel(), 2),
        },
    )


def write_targets(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Monthly targets by region through the year of ``end``: what planners expected from season and share.

    Planned before the fact: a region's share of sales is that of all history, so a bad month shows as a miss.
    """
    rng = plan.stream("targets")
    share = dict(
        con.execute(
            "SELECT region, sum(pay_amount) / sum(sum(pay_amount)) OVER () FROM orders JOIN regions"
            " USING (province) WHERE pay_time IS NOT NULL AND status <> '已取消' GROUP BY region"
        ).fetchall()
    )
    total = con.execute(
        "SELECT sum(pay_amount) FROM orders WHERE pay_time IS NOT NULL AND status <> '已取消'"
    ).fetchall()[0][0]
    year_end = day_of(date(plan.end.year, 12, 31)) + 1
    curve = demand(year_end)
    per_unit = float(total or 0) / curve[: plan.days].sum()
    months = month_bounds(year_end)
    rows = [
        (
            first,
            region,
            round(per_unit * curve[a:b].sum() * float(share.get(region, 0)) * noise, -2),
        )
        for first, a, b in months
        for region, noise in zip(REGIONS, rng.normal(1.03, 0.05, len(REGIONS)), strict=True)
    ]
    append(
        con,
        "targets",
        {
            "month": [row[0] for row in rows],
            "region": [row[1] for row in rows],
            "target_amount": [row[2] for row in rows],
        },
    )


def write_inventory(con: duckdb.DuckDBPyConnection, plan: Plan, world: World) -> None:
    """Every Monday, product and warehouse: stock runs down and is refilled; the outage is at 广州仓."""
    rng = plan.stream("inventory")
    served = [WAREHOUSES.index(SERVED_BY[region]) for region in REGIONS]
    share = np.bincount(np.array(served)[world.region_of], world.city_share, len(WAREHOUSES))
    weekly = world.popularity[:, None] * share * 6500 * plan.scale
    safety = np.maximum(np.ceil(weekly * 2), 3).astype(np.int64)
    rhythm = rng.integers(3, 8, safety.shape)
    phase = rng.integers(0, 8, safety.shape)
    south = WAREHOUSES.index("广州仓")
    for week, day in enumerate(range(0, plan.days, 7)):
        used = (week + phase) % rhythm / rhythm
        stock = np.round(safety * (3.4 - 2.6 * used) * rng.uniform(0.85, 1.15, safety.shape))
        stock[rng.random(safety.shape) < 0.0012] = 0
        if plan.plants(1) and day in OUT_OF_STOCK:
            stock[world.best_sellers, south] = 0
        sold = np.flatnonzero(world.launch_day <= day)
        product = np.tile(sold, len(WAREHOUSES))
        warehouse = np.repeat(np.arange(len(WAREHOUSES)), len(sold))
        append(
            con,
            "inventory",
            {
                "snapshot_date": day_stamp(np.full(len(product), day)),
                "warehouse": Words(warehouse, WAREHOUSES),
                "product_id": product + 1,
                "stock_qty": stock[product, warehouse].astype(np.int64),
                "safety_qty": safety[product, warehouse],
            },
        )
