"""The door to the database: what it lets in, what it stops, what it hands back."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from toy import ROWS, catalog, engine

from semantic_layer import guard
from semantic_layer.engines.base import EngineError, QueryCancelled, QueryTimeout
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.result import Result
from semantic_layer.statement import Statement

SLOW = "SELECT count(*) AS n FROM range(100000) a, range(100000) b, range(1000) c LIMIT 1"


@pytest.fixture(scope="module")
def db() -> DuckDBEngine:
    return engine()


def statement(sql: str, limit: int = 10) -> Statement:
    ast = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(ast, exp.Query)
    return Statement(ast, sql, (), limit)


def run(db: DuckDBEngine, sql: str, limit: int = 10) -> Result:
    return db.run(statement(sql, limit))


ALLOWED = (
    "SELECT city, sum(amount) AS s FROM orders GROUP BY city ORDER BY s LIMIT 5",
    "WITH a AS (SELECT city FROM orders), b AS (SELECT city FROM a) SELECT city FROM b LIMIT 1",
    "SELECT o.city FROM orders AS o JOIN users AS u ON o.user_id = u.user_id LIMIT 3",
    "SELECT list_transform([1, 2], lambda x: x + 1) AS doubled LIMIT 1",
    "SELECT CAST(unnest(generate_series(DATE '2026-01-01', DATE '2026-03-01', INTERVAL 1 MONTH)) AS DATE) AS m LIMIT 9",
    "SELECT median(amount), quantile_cont(amount, 0.9), arg_max(city, amount) FROM orders LIMIT 1",
    "SELECT city FROM orders UNION SELECT city FROM targets LIMIT 5",
)

REFUSED = (
    "SELECT * FROM read_csv('/etc/passwd') LIMIT 1",
    "SELECT * FROM '/etc/passwd' LIMIT 1",
    "SELECT * FROM read_text('/etc/passwd') LIMIT 1",
    "SELECT * FROM glob('/*') LIMIT 1",
    "SELECT * FROM duckdb_settings() LIMIT 1",
    "SELECT * FROM information_schema.tables LIMIT 1",
    "SELECT getenv('HOME') AS home LIMIT 1",
    "SELECT current_setting('threads') AS x LIMIT 1",
    "SELECT salary FROM users LIMIT 1",
    "SELECT * FROM nowhere LIMIT 1",
    "SELECT city FROM orders",
    "SELECT query('DROP TABLE orders') LIMIT 1",
    "SELECT * FROM query('SELECT 1') LIMIT 1",
    "SELECT * FROM query_table('orders') LIMIT 1",
    "SELECT * FROM other.main.orders LIMIT 1",
    "WITH a AS (SELECT 1 AS x) SELECT x FROM (SELECT y FROM a) AS q LIMIT 1",
    "SELECT pg_sleep(10) LIMIT 1",
    "SELECT nextval('s') LIMIT 1",
)


@pytest.mark.parametrize("sql", ALLOWED)
def test_guard_lets_reading_through(sql: str, db: DuckDBEngine) -> None:
    assert run(db, sql).rows


@pytest.mark.parametrize("sql", REFUSED)
def test_guard_refuses(sql: str, db: DuckDBEngine) -> None:
    with pytest.raises(guard.Refused):
        run(db, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE orders",
        "DELETE FROM orders",
        "UPDATE orders SET amount = 0",
        "INSERT INTO orders SELECT * FROM orders",
        "CREATE TABLE x AS SELECT 1",
        "COPY orders TO '/tmp/x.csv'",
        "ATTACH 'x.duckdb'",
        "PRAGMA database_list",
        "SET threads = 1",
    ],
)
def test_guard_refuses_whatever_is_no_select(sql: str, db: DuckDBEngine) -> None:
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    with pytest.raises(guard.Refused):
        guard.check_select(tree, db.schema())


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '/tmp/wenshu_leak.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SET memory_limit = '1GB'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "ATTACH '/tmp/wenshu_other.duckdb'",
    ],
)
def test_the_second_lock_holds_without_the_guard(sql: str, db: DuckDBEngine) -> None:
    with pytest.raises(EngineError):
        db._fetch(sql, 5, None)


def test_a_file_is_opened_to_read_only(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(ROWS)
    shop = DuckDBEngine.open(path)
    assert run(shop, "SELECT count(*) AS n FROM orders LIMIT 1").rows == ((7,),)
    with pytest.raises(EngineError):
        shop._fetch("CREATE TABLE x (y INTEGER)", 5, None)
    assert shop.version() == DuckDBEngine.open(path).version() != "memory"
    shop.close()


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        DuckDBEngine.open(tmp_path / "none.duckdb")


def test_slow_statements_are_interrupted(db: DuckDBEngine) -> None:
    began = time.monotonic()
    with pytest.raises(QueryTimeout):
        db.run(statement(SLOW), timeout=0.2)
    assert time.monotonic() - began < 10


def test_cancelled_from_another_thread(db: DuckDBEngine) -> None:
    cancel = threading.Event()
    threading.Timer(0.1, cancel.set).start()
    with pytest.raises(QueryCancelled):
        db.run(statement(SLOW), timeout=60, cancel=cancel)


def test_an_engine_survives_an_interrupt_and_serves_threads(db: DuckDBEngine) -> None:
    with pytest.raises(QueryTimeout):
        db.run(statement(SLOW), timeout=0.1)
    found: list[object] = []

    def ask() -> None:
        found.append(run(db, "SELECT sum(amount) AS s FROM orders LIMIT 1").rows[0][0])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1769.0] * 8


def test_row_limit_and_truncation(db: DuckDBEngine) -> None:
    cut = run(db, "SELECT order_id FROM orders ORDER BY order_id LIMIT 4", limit=3)
    assert cut.truncated and len(cut.rows) == 3 and cut.total is None
    whole = run(db, "SELECT order_id FROM orders LIMIT 11")
    assert not whole.truncated and whole.total == 7


def test_values_are_plain_python(db: DuckDBEngine) -> None:
    sql = """SELECT CAST(1.5 AS DECIMAL(9, 2)) AS a, DATE '2026-01-01' AS b, TIMESTAMP '2026-01-01 10:00' AS c,
             TRUE AS d, NULL AS e, CAST(12345678901234567890 AS HUGEINT) AS f, 'x' AS g LIMIT 1"""
    (row,) = run(db, sql).rows
    moment = datetime(2026, 1, 1, 10)
    assert row == (1.5, date(2026, 1, 1), moment, True, None, 12345678901234567890, "x")
    assert isinstance(row[0], float)


def test_schema(db: DuckDBEngine) -> None:
    assert db.schema()["cities"] == {"city": "VARCHAR", "province": "VARCHAR"}


def test_values_of_lexicon_dimensions(db: DuckDBEngine) -> None:
    values = db.values(catalog())
    assert values["city"] == ("上海", "北京", "广州", "深圳")
    assert values["category"] == ("食品", "宠物")  # the most frequent first
    assert "user_id" not in values


def test_bounds(db: DuckDBEngine) -> None:
    model = replace(catalog(), primary=("gmv", "refund_amount"))
    assert db.bounds(model) == (date(2025, 6, 15), date(2026, 6, 11))


def test_what_is_booked_ahead(db: DuckDBEngine) -> None:
    model = catalog()
    ahead = db.ahead(model, date(2026, 6, 1))
    assert ahead["gmv"] == date(2026, 6, 10)
    assert "gmv" not in db.ahead(model, date(2026, 6, 10))


def test_an_empty_database_has_no_bounds() -> None:
    empty = duckdb.connect(":memory:")
    empty.execute(";".join(s for s in ROWS.split(";") if "CREATE" in s))
    assert DuckDBEngine.wrap(empty).bounds(catalog()) == (None, None)
