"""Recommendations: the published cosines, out of time above best sellers on two shops, a toy by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics import recommend, similar_items
from analytics.contract import Outcome
from analytics.recommend_words import AGAIN, FRESH
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.scoped import ScopedFacts
from tests.toy_facts import BENCH, facts, params

pytestmark = pytest.mark.slow  # ten seconds and more over the demo

BASKETS = BENCH / "groceries" / "baskets.csv.gz"
RETAIL = BENCH / "online_retail" / "online_retail.parquet"
DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_bench = pytest.mark.skipif(not BASKETS.exists(), reason="the reference data are not here")
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)
ROLES = {"user": "who", "product": "item", "time": "day"}


def shop(rows: str, since: date, until: date) -> ScopedFacts:
    return facts({"bought": rows}, {"bought": ROLES}, since=since, until=until)


def known(
    scoped: ScopedFacts, until: date, cut: date
) -> tuple[similar_items.Baskets, similar_items.Baskets]:
    bought = scoped.select("user", "product", "time")
    return similar_items.baskets(scoped, bought, scoped.select("user"), until, cut)


@needs_bench
def test_neighbours_of_whole_milk() -> None:
    """As ``implicit``'s CosineRecommender says of the Groceries baskets."""
    rows = f"""
        SELECT bill AS who, unnest(string_split(line, ',')) AS item, DATE '2025-01-01' AS day FROM (
          SELECT row_number() OVER () AS bill, line FROM read_csv('{BASKETS}',
            columns = {{'line': 'VARCHAR'}}, header = false, sep = '\t'))"""
    day = date(2025, 1, 2)
    now, _ = known(shop(rows, date(2025, 1, 1), date(2025, 1, 1)), day, day)

    similar = similar_items.cosine(now.own)[now.goods.index("whole milk")]
    best = sorted(zip(similar.tolist(), now.goods, strict=True), reverse=True)[:5]
    assert [(name, round(value, 5)) for value, name in best] == [
        ("other vegetables", 0.33656),
        ("yogurt", 0.29674),
        ("root vegetables", 0.29306),
        ("rolls/buns", 0.26124),
        ("tropical fruit", 0.25832),
    ]


@needs_bench
def test_better_than_best_sellers_out_of_time() -> None:
    """Online retail, learned before 2011-11-09, held against the month after."""
    rows = f"""
        SELECT CustomerID AS who, StockCode AS item, InvoiceDate AS day FROM read_parquet('{RETAIL}')
        WHERE CustomerID IS NOT NULL AND NOT starts_with(InvoiceNo, 'C')
          AND Quantity > 0 AND UnitPrice > 0"""
    scoped = shop(rows, date(2010, 12, 1), date(2011, 12, 9))
    _, then = known(scoped, date(2011, 12, 10), date(2011, 11, 9))

    tested = similar_items.backtest(then, 10)

    assert tested["fresh"]["recall"] > 2 * tested["fresh_popular"]["recall"]
    assert tested["again"]["recall"] > 5 * tested["again_popular"]["recall"]
    assert tested["fresh"]["coverage"] > 5 * tested["fresh_popular"]["coverage"]


@needs_data
def test_better_than_best_sellers_on_the_demo() -> None:
    reply = Assistant.open("retail").ask("做个个性化推荐")

    assert isinstance(reply, Answer)
    assert any("发现新品的召回率@10" in f and "，好于只推爆款" in f for f in reply.findings)


@needs_data
def test_conditions_on_products_choose_products_and_not_people() -> None:
    assistant = Assistant.open("retail")
    pets = assistant.ask("给沉睡用户推荐宠物用品")
    all_ = assistant.ask("给沉睡用户推荐什么商品")

    assert isinstance(pets, Answer) and isinstance(all_, Answer)
    assert {r[1] for r in pets.result.rows} != {r[1] for r in all_.result.rows}
    assert any("猫" in r[1] for r in pets.result.rows)
    people = assistant.ask("沉睡用户有多少人")
    assert isinstance(people, Answer)
    assert max(r[2] for r in pets.result.rows) <= people.result.rows[0][0]


def told(rows: str, **said: object) -> list[Mapping[str, Any]]:
    scoped = shop(rows, date(2025, 1, 1), date(2025, 6, 30))
    outcome = recommend.run(scoped, params(recommend.ANALYSIS, **said))
    assert isinstance(outcome, Outcome) and outcome.people is not None
    people = scoped.run(outcome.people)
    assert {p["group"] for p in people} <= {FRESH, AGAIN}
    names = [c.name for c in outcome.columns]
    return [dict(zip(names, r, strict=True)) for r in outcome.rows]


TOY = """
    SELECT who, unnest(['猫粮', '猫砂']) AS item, DATE '2025-06-01' AS day FROM range(30) t(who)
    UNION ALL SELECT 100 + who, unnest(['茶', '杯']), DATE '2025-06-01' FROM range(30) t(who)
    UNION ALL SELECT 500, '猫粮', DATE '2025-06-10' FROM range(3)
    UNION ALL SELECT 501, '茶', DATE '2025-06-10'"""


def test_what_goes_with_what_somebody_has() -> None:
    """One has only the food, one only the tea: each lacks what goes with it."""
    fresh = told(TOY, mode="fresh")

    assert {(r["name"], r["people"], r["because"]) for r in fresh} == {
        ("猫砂", 1, "猫粮"),
        ("杯", 1, "茶"),
    }


def test_what_is_bought_again_was_bought_before() -> None:
    again = told(TOY, mode="again", n=1)

    assert {r["group"] for r in again} == {AGAIN}
    assert sum(r["people"] for r in again) == 62


def test_too_few_people_are_said() -> None:
    scoped = shop(
        "SELECT 1 AS who, '茶' AS item, DATE '2025-01-01' AS day",
        date(2025, 1, 1),
        date(2025, 1, 31),
    )

    outcome = recommend.run(scoped, params(recommend.ANALYSIS))

    assert not isinstance(outcome, Outcome)
    assert "少于" in outcome.message


@needs_data
def test_one_person_by_number() -> None:
    """What is new to them they never bought, what to buy again they did; nobody else is counted."""
    import duckdb

    assistant = Assistant.open("retail")
    answer = assistant.ask("给用户100123推荐什么")

    assert isinstance(answer, Answer)
    assert "给用户 100123" in answer.headline
    with duckdb.connect(str(DATA), read_only=True) as data:
        mine = data.execute(
            "SELECT DISTINCT product_name FROM order_items JOIN orders USING (order_id) JOIN products USING (product_id)"
            " WHERE orders.user_id = 100123"
        ).fetchall()
    bought = {name for (name,) in mine}
    fresh = {r[1] for r in answer.result.rows if r[0] == FRESH}
    again = {r[1] for r in answer.result.rows if r[0] == AGAIN}
    assert fresh and again
    assert not fresh & bought
    assert again <= bought
    assert {r[2] for r in answer.result.rows} == {1}


@needs_data
def test_nobody_by_that_number() -> None:
    reply = Assistant.open("retail").ask("给用户999999推荐什么")

    assert not isinstance(reply, Answer)
    assert "999999" in reply.message
