"""A large plain shop for timings: ``write(path, lines)`` fills four tables by SQL alone, in seconds.

A tenth as many users as order lines, two and a half lines an order, as many events as lines; a few users
buy most, some products sell most. In the last month one kind of shop sells for half; nothing else is
planted. The same number of lines gives the same rows.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

# Random numbers are hashes of the row and of a name, so that threads cannot reorder them; hashed twice, because
# hashes of one row under two names are not independent.
UNIFORM = "CREATE MACRO u(i, salt) AS hash(hash(i, salt)) / 18446744073709551616.0"
TABLES = (
    """CREATE TABLE users AS SELECT i AS user_id,
        ['甲', '乙', '丙', '丁', '戊', '己'][1 + floor(6 * u(i, 'channel'))::INT] AS origin,
        ['东', '南', '西', '北', '中'][1 + floor(5 * u(i, 'area'))::INT] AS area
    FROM range($users) t(i)""",
    """CREATE TABLE products AS SELECT i AS product_id, '商品' || i AS product_name,
        '品类' || floor(12 * u(i, 'category'))::INT AS category, round(9 + 290 * u(i, 'price') ** 2, 2) AS price
    FROM range(2000) t(i)""",
    """CREATE TABLE orders AS SELECT i AS order_id, floor($users * u(i, 'user') ** 2)::BIGINT AS user_id,
        ['APP', '网店', '门店', '直播'][1 + floor(4 * u(i, 'shop'))::INT] AS shop,
        TIMESTAMP '2024-01-01' + to_seconds(floor(730 * 86400 * i / $orders)) AS paid_at,
        round((9 + 600 * u(i, 'paid') ** 3) * if(u(i, 'shop') >= .75 AND i / $orders >= 700 / 730, .5, 1), 2) AS paid
    FROM range($orders) t(i)""",
    """CREATE TABLE items AS SELECT o.order_id, o.user_id, o.paid_at, k AS line_no,
        floor(2000 * u(o.order_id * 8 + k, 'product') ** 2)::BIGINT AS product_id,
        round(o.paid / 2.5, 2) AS amount
    FROM orders o, range(1 + floor(4 * u(o.order_id, 'lines'))::INT) l(k)""",
    """CREATE TABLE events AS SELECT i AS event_id, floor($users * u(i // 5, 'visitor') ** 2)::BIGINT AS user_id,
        i // 5 AS session_id,
        TIMESTAMP '2024-01-01' + to_seconds(floor(730 * 86400 * u(i // 5, 'begin')) + 40 * (i % 5)) AS at,
        CASE WHEN u(i, 'kind') < .45 THEN '看' WHEN u(i, 'kind') < .65 THEN '搜' WHEN u(i, 'kind') < .82
            THEN '加' WHEN u(i, 'kind') < .93 THEN '交' ELSE '付' END AS kind
    FROM range($lines) t(i)""",
)


def write(path: Path, lines: int) -> None:
    """A DuckDB file with about ``lines`` order lines; left alone where it is already there."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    sizes = {"lines": lines, "orders": lines * 2 // 5, "users": max(lines // 10, 1)}
    with duckdb.connect(str(fresh)) as con:
        con.execute("SET memory_limit = '4GB'")
        con.execute("SET enable_progress_bar = false")
        con.execute(UNIFORM)
        for table in TABLES:
            con.execute(table, {name: n for name, n in sizes.items() if f"${name}" in table})
    fresh.replace(path)
