"""The demo business holds what it promises: each planted truth by a plain query, and none where it is switched off.

Naive SQL on purpose: no product code, so that an analysis can be judged against it. The databases are cached by the
source of the generator.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import pytest

from data.generate import build, main
from data.tables.schema import TABLES

pytestmark = pytest.mark.xdist_group("truths")  # one database, built once

ROOT = Path(__file__).parents[1]
PAID = "pay_time IS NOT NULL AND status <> '已取消'"
NAMES = tuple(line.split()[0] for line in TABLES.strip().splitlines())


def _cached(name: str, without: frozenset[int]) -> Path:
    """The scale-1 database, built once per version of the generator."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "data").rglob("*.py")):
        digest.update(path.read_bytes())
    out = ROOT / ".wenshu" / "cache" / f"{name}-{digest.hexdigest()[:16]}" / "retail.duckdb"
    out.parent.mkdir(parents=True, exist_ok=True)
    with (out.parent / "lock").open("w") as lock:  # test workers are processes: one of them builds
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (out.exists() and (out.parent / "ground_truth.json").exists()):
            build(out, without=without)
    return out


@pytest.fixture(scope="session")
def demo() -> Iterator[duckdb.DuckDBPyConnection]:
    """All truths planted."""
    with duckdb.connect(str(_cached("demo", frozenset())), read_only=True) as con:
        yield con


@pytest.fixture(scope="session")
def plain() -> Iterator[duckdb.DuckDBPyConnection]:
    """No truth planted: what the same checks must not find."""
    with duckdb.connect(str(_cached("plain", frozenset(range(1, 11)))), read_only=True) as con:
        yield con


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def one(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    return rows(con, query)[0][0]


def pairs(con: duckdb.DuckDBPyConnection, query: str) -> dict[Any, Any]:
    return dict(rows(con, query))


GROWTH = f"""
    SELECT region, sum(pay_amount) FILTER (month(pay_time) = 5)
        / sum(pay_amount) FILTER (month(pay_time) = 4) - 1
    FROM orders JOIN regions USING (province)
    WHERE {PAID} AND pay_time >= '2026-04-01' AND pay_time < '2026-06-01' GROUP BY region"""


@pytest.mark.slow
def test_1_south_falls_for_one_reason(demo: duckdb.DuckDBPyConnection) -> None:
    growth = pairs(demo, GROWTH)
    assert growth.pop("华南") == pytest.approx(-0.22, abs=0.01)
    assert all(0.005 < rate < 0.04 for rate in growth.values()), growth
    lost = rows(
        demo,
        f"""SELECT channel, province, category, sum(if(month(pay_time) = 5, 1, -1) * item_amount) AS change
        FROM orders JOIN order_items USING (order_id) JOIN products USING (product_id)
            JOIN regions USING (province)
        WHERE {PAID} AND region = '华南' AND pay_time >= '2026-04-01' AND pay_time < '2026-06-01'
        GROUP BY ALL ORDER BY change""",
    )
    whole = sum(row[3] for row in lost)
    assert lost[0][:3] == ("抖音", "广东", "美妆护肤")
    assert lost[0][3] / whole > 0.9


@pytest.mark.slow
def test_1_six_best_sellers_were_out_of_stock(demo: duckdb.DuckDBPyConnection) -> None:
    weeks = rows(
        demo,
        """SELECT warehouse, product_id, min(snapshot_date), count(*) FROM inventory
        WHERE stock_qty = 0 AND snapshot_date BETWEEN '2026-05-11' AND '2026-05-25'
        GROUP BY ALL HAVING count(*) = 3 ORDER BY product_id""",
    )
    assert len(weeks) == 6
    assert {row[0] for row in weeks} == {"广州仓"}
    best = rows(
        demo,
        f"""SELECT product_id FROM orders JOIN order_items USING (order_id) JOIN products USING (product_id)
        WHERE {PAID} AND province = '广东' AND pay_time >= '2026-04-01' AND pay_time < '2026-05-01'
        GROUP BY product_id ORDER BY sum(item_amount) DESC LIMIT 6""",
    )
    assert {row[0] for row in best} == {row[1] for row in weeks}


@pytest.mark.slow
def test_2_one_product_loses_quality(demo: duckdb.DuckDBPyConnection) -> None:
    worst = rows(
        demo,
        """SELECT product_id, any_value(subcategory), avg(rating) FILTER (review_time < '2026-04-01') AS before,
            avg(rating) FILTER (review_time >= '2026-04-01') AS since,
            avg((content LIKE '%噪音%' OR content LIKE '%续航%')::INT)
                FILTER (review_time >= '2026-04-01' AND rating <= 3)
        FROM reviews JOIN products USING (product_id) GROUP BY 1
        HAVING count(*) FILTER (review_time >= '2026-04-01') >= 25 ORDER BY since - before LIMIT 2""",
    )
    robot, kind, before, since, complains = worst[0]
    assert kind == "扫地机器人"
    assert before == pytest.approx(4.6, abs=0.05)
    assert since == pytest.approx(2.9, abs=0.12)
    assert complains > 0.8
    assert worst[1][3] - worst[1][2] > -0.9  # nothing else comes near
    refunded = pairs(
        demo,
        f"""SELECT order_time >= '2026-04-01', count(refund_id) / count(*)
        FROM orders JOIN order_items USING (order_id) LEFT JOIN refunds USING (order_id, product_id)
        WHERE {PAID} AND product_id = {robot} GROUP BY 1""",
    )
    assert 2.6 < refunded[True] / refunded[False] < 3.6
    reason = f"""SELECT reason FROM refunds JOIN orders USING (order_id) WHERE product_id = {robot}
        AND order_time >= '2026-04-01' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"""
    assert one(demo, reason) == "质量问题"


def _per_buyer(year: int) -> str:
    return f"""SELECT coalesce(channel, '全部'), sum(pay_amount) / count(DISTINCT user_id) FROM orders
        WHERE {PAID} AND pay_time >= '{year}-01-01' AND pay_time < '{year}-06-24' GROUP BY ROLLUP (channel)"""


SHARE = f"SELECT avg((channel = '抖音')::INT) FROM orders WHERE {PAID} AND pay_time"


@pytest.mark.slow
def test_3_sales_per_buyer_fall_by_mix(demo: duckdb.DuckDBPyConnection) -> None:
    assert one(demo, f"{SHARE} < '2025-07-01'") == pytest.approx(0.075, abs=0.01)
    assert one(demo, f"{SHARE} >= '2026-01-01'") == pytest.approx(0.30, abs=0.025)
    before, since = pairs(demo, _per_buyer(2025)), pairs(demo, _per_buyer(2026))
    change = {channel: since[channel] / before[channel] - 1 for channel in before}
    assert change.pop("全部") < -0.02
    assert len(change) == 6
    assert min(change.values()) > 0, change
    assert before["抖音"] < 0.5 * min(v for k, v in before.items() if k != "抖音")


BACK = f"""
    WITH paid AS (SELECT order_id, user_id, pay_time, campaign_id FROM orders WHERE {PAID}),
    firsts AS (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY pay_time, order_id) AS nth FROM paid),
    cohort AS (SELECT f.*, EXISTS (FROM paid p WHERE p.user_id = f.user_id AND p.pay_time > f.pay_time
            AND p.pay_time <= f.pay_time + INTERVAL 90 DAY) AS back
        FROM firsts f WHERE nth = 1 AND pay_time < '2026-03-25')"""
BY_CAMPAIGN = f"""{BACK} SELECT coalesce(campaign_name, '无'), avg(back::INT) FROM cohort
    LEFT JOIN campaigns USING (campaign_id) GROUP BY 1 HAVING count(*) >= 150"""
BY_CHANNEL = f"""{BACK} SELECT register_channel, avg(back::INT) FROM cohort JOIN users USING (user_id)
    GROUP BY 1"""


@pytest.mark.slow
def test_4_the_live_cohort_comes_back_half_as_often(demo: duckdb.DuckDBPyConnection) -> None:
    back = pairs(demo, BY_CAMPAIGN)
    live = back.pop("2025双11直播狂欢夜")
    assert len(back) >= 8
    assert 0.35 < live / min(back.values()) < 0.55
    channels = pairs(demo, BY_CHANNEL)
    best = channels.pop("小程序")
    assert best > max(channels.values()) + 0.05


CARTS = """
    WITH carts AS (SELECT session_id, any_value(platform || ' ' || app_version) AS version,
            bool_or(event_name = '提交订单') AS submitted
        FROM events WHERE channel = 'APP' AND event_time >= '2026-06-08'
        GROUP BY 1 HAVING bool_or(event_name = '加购'))
    SELECT version, avg(submitted::INT) FROM carts
    WHERE version IN ('Android 5.1', 'Android 5.2', 'iOS 5.1', 'iOS 5.2') GROUP BY 1"""


@pytest.mark.slow
def test_5_android_52_loses_carts(demo: duckdb.DuckDBPyConnection) -> None:
    rates = pairs(demo, CARTS)
    broken = rates.pop("Android 5.2")
    usual = sum(rates.values()) / 3
    assert broken / usual == pytest.approx(0.60, abs=0.08)
    assert all(abs(rate / usual - 1) < 0.08 for rate in rates.values()), rates
    assert one(demo, "SELECT min(event_time)::DATE FROM events WHERE app_version = '5.2'") == date(
        2026, 6, 8
    )


LIFT = f"""
    WITH held AS (SELECT DISTINCT order_id, subcategory AS kind FROM order_items
        JOIN products USING (product_id) JOIN orders USING (order_id) WHERE {PAID}),
    one AS (SELECT kind, count(*) AS n FROM held GROUP BY 1),
    two AS (SELECT a.kind AS x, b.kind AS y, count(*) AS n FROM held a JOIN held b
        ON a.order_id = b.order_id AND a.kind < b.kind GROUP BY ALL)
    SELECT x, y, two.n * (SELECT count(DISTINCT order_id) FROM held) / (ox.n * oy.n) AS lift
    FROM two JOIN one ox ON ox.kind = x JOIN one oy ON oy.kind = y ORDER BY lift DESC"""


@pytest.mark.slow
def test_6_three_pairs_and_no_other(demo: duckdb.DuckDBPyConnection) -> None:
    found = rows(demo, LIFT)
    wanted = [{"咖啡豆", "滤纸"}, {"猫粮", "猫砂"}, {"隔离霜", "卸妆油"}]
    assert sorted(map(sorted, ({x, y} for x, y, _ in found[:3]))) == sorted(map(sorted, wanted))
    assert all(3 < lift < 6 for _, _, lift in found[:3])
    assert found[3][2] < 1.5


def _trial(con: duckdb.DuckDBPyConnection, name: str) -> tuple[float, float, float]:
    """(relative lift of conversion, its z, relative change of sales per order)."""
    arms = {
        arm: (n, k, sales / orders)
        for arm, n, k, sales, orders in rows(
            con,
            f"""WITH bought AS (SELECT variant, e.user_id, count(order_id) AS orders,
                    coalesce(sum(pay_amount), 0) AS sales
                FROM experiments e LEFT JOIN (FROM orders WHERE {PAID}) o
                    ON o.user_id = e.user_id AND pay_time >= assigned_at
                WHERE experiment_name = '{name}' GROUP BY ALL)
            SELECT variant, count(*), count(*) FILTER (orders > 0), sum(sales)::DOUBLE, sum(orders)
            FROM bought GROUP BY 1""",
        )
    }
    (n0, k0, v0), (n1, k1, v1) = arms["对照组"], arms["实验组"]
    pooled = (k0 + k1) / (n0 + n1)
    z = (k1 / n1 - k0 / n0) / (pooled * (1 - pooled) * (1 / n0 + 1 / n1)) ** 0.5
    return (k1 / n1) / (k0 / n0) - 1, z, v1 / v0 - 1


@pytest.mark.slow
def test_7_experiments(demo: duckdb.DuckDBPyConnection) -> None:
    lift, z, _ = _trial(demo, "详情页改版")
    assert lift == pytest.approx(0.06, abs=0.006)
    assert z > 2.6
    lift, z, value = _trial(demo, "按钮颜色")
    assert abs(z) < 0.5
    assert abs(value) < 0.08
    lift, z, value = _trial(demo, "满减门槛")
    assert z < -2
    assert value > 0.04
    arms = pairs(demo, "SELECT experiment_name || variant, count(*) FROM experiments GROUP BY 1")
    assert all(abs(n / arms[k.replace("实验组", "对照组")] - 1) < 0.01 for k, n in arms.items())


EVENTS_OF = "SELECT event_time::DATE, count(*) FROM events WHERE event_time::DATE BETWEEN '2026-02-01' AND '2026-02-15' GROUP BY 1"
BUSIEST = """SELECT count(*), count(DISTINCT product_id), any_value(city), any_value(order_time::DATE)
    FROM orders JOIN order_items USING (order_id) GROUP BY user_id, order_time::DATE ORDER BY 1 DESC LIMIT 1"""


@pytest.mark.slow
def test_8_bulk_buyer_and_lost_log(demo: duckdb.DuckDBPyConnection) -> None:
    assert rows(demo, BUSIEST) == [(400, 1, "成都", date(2026, 3, 15))]
    days = pairs(demo, EVENTS_OF)
    lost = days.pop(date(2026, 2, 8))
    assert lost / (sum(days.values()) / len(days)) == pytest.approx(0.3, abs=0.06)
    orders = pairs(demo, EVENTS_OF.replace("event_time", "order_time").replace("events", "orders"))
    there = orders.pop(date(2026, 2, 8))
    assert there / (sum(orders.values()) / len(orders)) > 0.75


TOP = f"""WITH buyers AS (SELECT user_id, sum(pay_amount) AS paid, count(*) AS n,
        date_diff('day', max(pay_time), DATE '2026-06-24') AS silent FROM orders WHERE {PAID} GROUP BY 1),
    placed AS (SELECT *, row_number() OVER (ORDER BY paid DESC, user_id) / count(*) OVER () AS place FROM buyers)"""


@pytest.mark.slow
def test_9_buyers_are_unequal(demo: duckdb.DuckDBPyConnection) -> None:
    top = one(demo, f"{TOP} SELECT sum(paid) FILTER (place <= 0.04) / sum(paid) FROM placed")
    assert top == pytest.approx(1 / 3, abs=0.03)
    silent = pairs(
        demo, f"{TOP} SELECT silent // 30, count(*) FROM placed WHERE place <= 0.05 GROUP BY 1"
    )
    assert sum(silent[month] for month in (3, 4, 5)) >= 200
    assert silent[4] + silent[5] > 2 * silent[2]  # more than fading explains
    groups = rows(
        demo,
        f"""{TOP}, scored AS (SELECT ntile(5) OVER (ORDER BY silent DESC, user_id) AS r,
                ntile(5) OVER (ORDER BY n, user_id) AS f, ntile(5) OVER (ORDER BY paid, user_id) AS m FROM buyers)
            SELECT r >= 4, f >= 4, m >= 4, count(*) FROM scored GROUP BY ALL""",
    )
    assert len(groups) == 8
    assert min(row[3] for row in groups) > 200


DIRT = {
    "twice": "SELECT 1 - count(DISTINCT event_id) / count(*) FROM events",
    "cityless": "SELECT avg((city IS NULL)::INT) FROM users",
    "early": "SELECT count(*) FROM orders WHERE pay_time < order_time",
    "strays": "SELECT count(*) FROM reviews ANTI JOIN orders USING (order_id)",
    "spelt": "SELECT avg((city IN ('上海市', 'Shanghai'))::INT) FROM orders",
}


@pytest.mark.slow
def test_10_dirty_rows(demo: duckdb.DuckDBPyConnection) -> None:
    dirt = {name: one(demo, query) for name, query in DIRT.items()}
    assert dirt["twice"] == pytest.approx(0.003, abs=0.0002)
    assert dirt["cityless"] == pytest.approx(0.005, abs=0.0002)
    assert (dirt["early"], dirt["strays"]) == (20, 15)
    assert dirt["spelt"] == pytest.approx(0.002, abs=0.0001)
    spellings = "SELECT DISTINCT city FROM orders WHERE province = '上海' ORDER BY 1"
    assert [row[0] for row in rows(demo, spellings)] == ["Shanghai", "上海", "上海市"]


@pytest.mark.slow
def test_nothing_is_there_once_switched_off(plain: duckdb.DuckDBPyConnection) -> None:
    assert abs(pairs(plain, GROWTH)["华南"]) < 0.15
    ratings = pairs(
        plain,
        """SELECT review_time >= '2026-04-01', avg(rating) FROM reviews JOIN products USING (product_id)
        WHERE subcategory = '扫地机器人' GROUP BY 1""",
    )
    assert abs(ratings[True] - ratings[False]) < 0.4
    assert one(plain, f"{SHARE} >= '2026-01-01'") < 0.1
    back = pairs(plain, BY_CAMPAIGN)
    assert max(back.values()) / min(back.values()) < 1.5
    rates = pairs(plain, CARTS)
    assert abs(rates["Android 5.2"] / rates["iOS 5.2"] - 1) < 0.15
    assert rows(plain, LIFT)[0][2] < 1.5
    for name in ("详情页改版", "按钮颜色", "满减门槛"):
        lift, z, _ = _trial(plain, name)
        assert abs(z) < 1, (name, lift)
    assert rows(plain, BUSIEST)[0][0] < 60
    days = pairs(plain, EVENTS_OF)
    assert days[date(2026, 2, 8)] / (sum(days.values()) / len(days)) > 0.75
    assert (
        one(plain, f"{TOP} SELECT sum(paid) FILTER (place <= 0.04) / sum(paid) FROM placed") < 0.27
    )
    assert {name: one(plain, query) for name, query in DIRT.items()} == dict.fromkeys(DIRT, 0)


@pytest.mark.slow
def test_sizes_and_ground_truth(demo: duckdb.DuckDBPyConnection) -> None:
    wanted = {
        "users": 60_000, "products": 800, "stores": 150, "regions": 31, "campaigns": 24, "orders": 350_000,
        "order_items": 800_000, "refunds": 20_000, "events": 4_000_000, "reviews": 70_000, "experiments": 30_000,
    }  # fmt: skip
    for table, about in wanted.items():
        assert one(demo, f"SELECT count(*) FROM {table}") == pytest.approx(about, rel=0.06), table
    folder = _cached("demo", frozenset()).parent
    assert (folder / "retail.duckdb").stat().st_size < 200e6
    truth = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    assert set(truth["truths"]) == {str(number) for number in range(1, 11)}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A fiftieth of the business, with the clean tables: quick, and enough for rules that hold at any size."""
    out = tmp_path_factory.mktemp("small") / "retail.duckdb"
    began = perf_counter()
    build(out, scale=0.02, without=frozenset({10}))
    assert perf_counter() - began < 20  # about two seconds on an idle machine
    with duckdb.connect(str(out), read_only=True) as con:
        yield con


def _fingerprint(path: Path) -> dict[str, Any]:
    with duckdb.connect(str(path), read_only=True) as con:
        return {
            name: one(con, f"SELECT bit_xor(hash(t)) || '/' || count(*) FROM {name} t")
            for name in NAMES
        }


def test_same_seed_same_rows(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        build(tmp_path / f"{name}.duckdb", seed=seed, scale=0.005)
    a, b, c = (_fingerprint(tmp_path / f"{name}.duckdb") for name in "abc")
    assert a == b
    assert a["orders"] != c["orders"]


def test_schema_is_whole_at_any_scale(small: duckdb.DuckDBPyConnection) -> None:
    tables = [row[0] for row in rows(small, "SELECT table_name FROM duckdb_tables()")]
    assert sorted(tables) == sorted(NAMES)
    assert all(one(small, f"SELECT count(*) FROM {name}") for name in NAMES)


KEYS = (
    ("orders", "user_id", "users"), ("orders", "store_id", "stores"), ("orders", "campaign_id", "campaigns"),
    ("orders", "province", "regions"), ("order_items", "order_id", "orders"),
    ("order_items", "product_id", "products"), ("refunds", "order_id", "orders"),
    ("refunds", "product_id", "products"), ("reviews", "order_id", "orders"), ("reviews", "user_id", "users"),
    ("events", "user_id", "users"), ("events", "product_id", "products"), ("events", "campaign_id", "campaigns"),
    ("experiments", "user_id", "users"), ("inventory", "product_id", "products"), ("targets", "region", "regions"),
    ("users", "province", "regions"), ("stores", "province", "regions"),
)  # fmt: skip


@pytest.mark.parametrize(("table", "key", "to"), KEYS, ids=lambda part: part)
def test_foreign_keys_resolve(
    small: duckdb.DuckDBPyConnection, table: str, key: str, to: str
) -> None:
    query = f"SELECT count(*) FROM {table} ANTI JOIN {to} USING ({key}) WHERE {key} IS NOT NULL"
    assert one(small, query) == 0


LAWS = {
    "pay = order - discount + shipping": "SELECT count(*) FROM orders WHERE pay_amount <> order_amount - discount_amount + shipping_fee",
    "items add up to the order": "SELECT count(*) FROM orders LEFT JOIN (SELECT order_id, sum(item_amount) AS items FROM order_items GROUP BY 1) USING (order_id) WHERE items IS DISTINCT FROM order_amount",
    "item = quantity × price": "SELECT count(*) FROM order_items WHERE item_amount <> quantity * unit_price",
    "lines are numbered": "SELECT count(*) FROM (SELECT order_id FROM order_items GROUP BY 1 HAVING max(line_no) <> count(*) OR count(DISTINCT product_id) <> count(*))",
    "prices end in 9": "SELECT count(*) FROM products WHERE right(replace(list_price::VARCHAR, '.', '').rtrim('0'), 1) <> '9'",
    "paid after ordered": "SELECT count(*) FROM orders WHERE pay_time < order_time",
    "ordered after registered": "SELECT count(*) FROM orders JOIN users USING (user_id) WHERE order_time < register_time",
    "refunded after paid": "SELECT count(*) FROM refunds JOIN orders USING (order_id) WHERE pay_time IS NULL OR refund_time < pay_time OR refund_amount > order_amount",
    "reviewed after paid": "SELECT count(*) FROM reviews JOIN orders USING (order_id) WHERE pay_time IS NULL OR review_time < pay_time",
    "sold after launched": "SELECT count(*) FROM order_items JOIN orders USING (order_id) JOIN products USING (product_id) WHERE order_time < launch_date",
    "shops only offline, and open": "SELECT count(*) FROM orders LEFT JOIN stores s USING (store_id) WHERE (channel = '线下门店') <> (store_id IS NOT NULL) OR order_time < open_date OR s.province <> orders.province",
    "unpaid has no payment": "SELECT count(*) FROM orders WHERE (status = '待支付' AND pay_time IS NOT NULL) OR (status NOT IN ('待支付', '已取消') AND pay_time IS NULL)",
    "campaigns in their days": "SELECT count(*) FROM orders JOIN campaigns USING (campaign_id) WHERE order_time::DATE NOT BETWEEN start_date AND end_date",
    "nothing outside history": "SELECT count(*) FROM (SELECT order_time AS moment FROM orders UNION ALL SELECT pay_time FROM orders UNION ALL SELECT event_time FROM events UNION ALL SELECT review_time FROM reviews UNION ALL SELECT refund_time FROM refunds UNION ALL SELECT register_time FROM users) WHERE moment < '2024-01-01' OR moment >= '2026-06-24'",
    "a submission per online order": "SELECT abs((SELECT count(*) FROM events WHERE event_name = '提交订单') - (SELECT count(*) FROM orders WHERE channel <> '线下门店' AND order_time::DATE <> '2026-02-08') ) > 12",
    "no cart before login": "SELECT count(*) FROM events WHERE user_id IS NULL AND event_name IN ('加购', '提交订单', '支付成功', '收藏', '领券')",
}


@pytest.mark.parametrize("law", LAWS)
def test_rows_keep_the_books(small: duckdb.DuckDBPyConnection, law: str) -> None:
    assert not one(small, LAWS[law])


def test_some_never_buy_and_some_never_log_in(small: duckdb.DuckDBPyConnection) -> None:
    never = one(
        small,
        "SELECT count(*) / (SELECT count(*) FROM users) FROM users ANTI JOIN orders USING (user_id)",
    )
    assert 0.1 < never < 0.5
    anonymous = (
        "SELECT count(*) FROM (SELECT device_id FROM events GROUP BY 1 HAVING count(user_id) = 0)"
    )
    assert one(small, anonymous) > 500
    assert 0 < one(small, "SELECT avg((phone IS NULL)::INT) FROM users") < 0.1


def test_an_earlier_end(tmp_path: Path) -> None:
    build(tmp_path / "early.duckdb", scale=0.02, end=date(2025, 8, 31))
    with duckdb.connect(str(tmp_path / "early.duckdb"), read_only=True) as con:
        assert one(con, "SELECT max(pay_time)::DATE FROM orders") == date(2025, 8, 31)
        assert one(con, "SELECT count(*) FROM experiments") == 0
        assert one(con, "SELECT max(start_date) FROM campaigns") <= date(2025, 8, 31)


def test_command_line_is_quiet_without_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "cli.duckdb"
    assert main(["--scale", "0.005", "--out", str(out), "--without", "8,10"]) == 0
    said = capsys.readouterr()
    assert set(json.loads(said.out)["truths"]) == {str(n) for n in range(1, 11)} - {"8", "10"}
    assert said.err.count("\n") == 1
    with pytest.raises(SystemExit):
        main(["--without", "11"])
