"""What was planted, measured back from the finished database: the content of ``ground_truth.json``.

Tests and benchmarks compare the product with these figures; the product never reads them. Each truth is numbered as
in the list of the business; one that was switched off is absent. Money in yuan, shares as fractions.
"""

from __future__ import annotations

from typing import Any

import duckdb

from data.catalogue import CATEGORIES
from data.tables.plan import Plan
from data.tables.world import PAIRS, World

PAID = "pay_time IS NOT NULL AND status <> '已取消'"

QUERIES: dict[int, dict[str, str]] = {
    1: {
        "growth_by_region": f"""
            SELECT region, round(sum(pay_amount) FILTER (month(pay_time) = 5)
                / sum(pay_amount) FILTER (month(pay_time) = 4) - 1, 4)
            FROM orders JOIN regions USING (province)
            WHERE {PAID} AND pay_time >= '2026-04-01' AND pay_time < '2026-06-01'
            GROUP BY region ORDER BY 2, 1""",
        "change_in_yuan": f"""
            SELECT 'all of 华南', round(sum(if(month(pay_time) = 5, 1, -1) * pay_amount), 2)
            FROM orders JOIN regions USING (province)
            WHERE {PAID} AND region = '华南' AND pay_time >= '2026-04-01' AND pay_time < '2026-06-01'""",
        "change_of_美妆护肤_on_抖音_in_广东": f"""
            SELECT 'item_amount', round(sum(if(month(pay_time) = 5, 1, -1) * item_amount), 2)
            FROM orders JOIN order_items USING (order_id) JOIN products USING (product_id)
            WHERE {PAID} AND province = '广东' AND channel = '抖音' AND category = '美妆护肤'
                AND pay_time >= '2026-04-01' AND pay_time < '2026-06-01'""",
    },
    2: {
        "rating_before": "SELECT product_name, round(avg(rating), 3) FROM reviews JOIN products USING"
        " (product_id) WHERE product_id = $robot AND review_time < '2026-04-01' GROUP BY 1",
        "rating_since": "SELECT product_name, round(avg(rating), 3) FROM reviews JOIN products USING"
        " (product_id) WHERE product_id = $robot AND review_time >= '2026-04-01' GROUP BY 1",
        "refunded_lines": f"""
            SELECT if(order_time >= '2026-04-01', 'since', 'before'),
                round(count(refund_id) / count(*), 4)
            FROM orders JOIN order_items USING (order_id) LEFT JOIN refunds USING (order_id, product_id)
            WHERE {PAID} AND product_id = $robot GROUP BY 1 ORDER BY 1""",
    },
    3: {
        "抖音_share_of_orders": f"""
            SELECT strftime(date_trunc('quarter', pay_time), '%Y-%m'), round(avg((channel = '抖音')::INT), 4)
            FROM orders WHERE {PAID} GROUP BY 1 ORDER BY 1""",
        "sales_per_buyer_2025-01-01_to_06-23": f"""
            SELECT coalesce(channel, '全部'), round(sum(pay_amount) / count(DISTINCT user_id), 2)
            FROM orders WHERE {PAID} AND pay_time >= '2025-01-01' AND pay_time < '2025-06-24'
            GROUP BY ROLLUP (channel) ORDER BY 1""",
        "sales_per_buyer_2026-01-01_to_06-23": f"""
            SELECT coalesce(channel, '全部'), round(sum(pay_amount) / count(DISTINCT user_id), 2)
            FROM orders WHERE {PAID} AND pay_time >= '2026-01-01' AND pay_time < '2026-06-24'
            GROUP BY ROLLUP (channel) ORDER BY 1""",
    },
    4: {
        "back_within_90_days_by_first_campaign": f"""
            WITH paid AS (SELECT user_id, pay_time, campaign_id, order_id FROM orders WHERE {PAID}),
            firsts AS (SELECT * FROM paid
                QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY pay_time, order_id) = 1)
            SELECT coalesce(campaign_name, '无活动'), round(avg((EXISTS (FROM paid p WHERE p.user_id
                = f.user_id AND p.pay_time > f.pay_time AND p.pay_time <= f.pay_time + INTERVAL 90 DAY))::INT), 4)
            FROM firsts f LEFT JOIN campaigns USING (campaign_id)
            WHERE f.pay_time < '2026-03-25' GROUP BY 1 HAVING count(*) >= 100 ORDER BY 2, 1""",
        "back_within_90_days_by_register_channel": f"""
            WITH paid AS (SELECT user_id, pay_time FROM orders WHERE {PAID}),
            firsts AS (SELECT user_id, min(pay_time) AS pay_time FROM paid GROUP BY 1)
            SELECT register_channel, round(avg((EXISTS (FROM paid p WHERE p.user_id = f.user_id
                AND p.pay_time > f.pay_time AND p.pay_time <= f.pay_time + INTERVAL 90 DAY))::INT), 4)
            FROM firsts f JOIN users USING (user_id) WHERE f.pay_time < '2026-03-25'
            GROUP BY 1 ORDER BY 2, 1""",
    },
    5: {
        "加购_to_提交订单_by_session": """
            WITH carts AS (SELECT session_id, any_value(platform || ' ' || app_version) AS version,
                bool_or(event_name = '提交订单') AS submitted FROM events
                WHERE channel = 'APP' AND event_time >= '2026-06-08'
                GROUP BY 1 HAVING bool_or(event_name = '加购'))
            SELECT version, round(avg(submitted::INT), 4) FROM carts
            WHERE version SIMILAR TO '.* 5\\.[12]' GROUP BY 1 ORDER BY 1""",
    },
    6: {
        "lift_by_subcategory": f"""
            WITH held AS (SELECT DISTINCT order_id, subcategory FROM order_items
                JOIN products USING (product_id) JOIN orders USING (order_id) WHERE {PAID}),
            one AS (SELECT subcategory, count(*) AS n FROM held GROUP BY 1),
            two AS (SELECT a.subcategory AS x, b.subcategory AS y, count(*) AS n FROM held a
                JOIN held b ON a.order_id = b.order_id AND a.subcategory < b.subcategory GROUP BY ALL)
            SELECT x || '+' || y, round(two.n * (SELECT count(DISTINCT order_id) FROM held)
                / (ox.n * oy.n), 3)
            FROM two JOIN one ox ON ox.subcategory = x JOIN one oy ON oy.subcategory = y
            ORDER BY 2 DESC, 1 LIMIT 5""",
    },
    7: {
        "conversion": f"""
            SELECT experiment_name || ' ' || variant, round(avg((EXISTS (FROM orders o WHERE
                o.user_id = e.user_id AND {PAID} AND pay_time >= assigned_at))::INT), 4)
            FROM experiments e GROUP BY experiment_name, variant ORDER BY 1""",
        "sales_per_order": f"""
            SELECT experiment_name || ' ' || variant, round(sum(pay_amount) / count(*), 2)
            FROM experiments JOIN orders USING (user_id) WHERE {PAID} AND pay_time >= assigned_at
            GROUP BY experiment_name, variant ORDER BY 1""",
    },
    8: {
        "orders_of_the_bulk_buyer": """
            SELECT user_id, count(*) FROM orders WHERE order_time::DATE = '2026-03-15' AND city = '成都'
            GROUP BY 1 ORDER BY 2 DESC LIMIT 1""",
        "events_around_the_loss": """
            SELECT event_time::DATE, count(*) FROM events
            WHERE event_time::DATE BETWEEN '2026-02-06' AND '2026-02-10' GROUP BY 1 ORDER BY 1""",
    },
    9: {
        "share_of_the_top_4_percent": f"""
            WITH buyers AS (SELECT user_id, sum(pay_amount) AS paid FROM orders WHERE {PAID} GROUP BY 1),
            ranked AS (SELECT *, row_number() OVER (ORDER BY paid DESC, user_id) AS place FROM buyers)
            SELECT 'share', round(sum(paid) FILTER (place <= 0.04 * (SELECT count(*) FROM buyers))
                / sum(paid), 4) FROM ranked""",
        "silent_big_spenders": f"""
            WITH buyers AS (SELECT user_id, sum(pay_amount) AS paid, max(pay_time) AS last FROM orders
                WHERE {PAID} GROUP BY 1)
            SELECT 'users', count(*) FROM buyers WHERE paid >= (SELECT quantile_cont(paid, 0.95) FROM buyers)
                AND date_diff('day', last, $end + INTERVAL 1 DAY) BETWEEN 90 AND 180""",
    },
    10: {
        "rows": """
            SELECT 'duplicate events', count(*) - count(DISTINCT event_id) FROM events
            UNION ALL SELECT 'users without a city', count(*) FROM users WHERE city IS NULL
            UNION ALL SELECT 'orders paid before they were placed', count(*) FROM orders
                WHERE pay_time < order_time
            UNION ALL SELECT 'reviews of unknown orders', count(*) FROM reviews
                ANTI JOIN orders USING (order_id)
            UNION ALL SELECT 'orders with an odd spelling of 上海', count(*) FROM orders
                WHERE city IN ('上海市', 'Shanghai')""",
    },
}  # fmt: skip


def measure(con: duckdb.DuckDBPyConnection, plan: Plan, world: World) -> dict[str, Any]:
    """Row counts, what the planted effects are about, and their figures, as JSON-safe values."""
    tables = con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    found: dict[str, Any] = {
        "seed": plan.seed,
        "scale": plan.scale,
        "end": plan.end.isoformat(),
        "rows": {
            table: con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0]
            for (table,) in tables
        },
        "robot": {"product_id": world.robot + 1, "name": world.product_name[world.robot]},
        "best_sellers": [
            {
                "product_id": int(i) + 1,
                "name": world.product_name[i],
                "category": CATEGORIES[world.category_of[i]],
            }
            for i in world.best_sellers
        ],
        "pairs": [list(pair) for pair in PAIRS],
        "truths": {},
    }
    bound = {"robot": world.robot + 1, "end": plan.end}
    for number, queries in QUERIES.items():
        if not plan.plants(number):
            continue
        figures = found["truths"][str(number)] = {}
        for name, query in queries.items():
            used = {key: value for key, value in bound.items() if f"${key}" in query}
            rows = con.execute(query, used).fetchall()
            figures[name] = {
                str(key): value if isinstance(value, int) else float(value)
                for key, value in rows
                if value is not None
            }
    return found
