"""RFM against the R package rfm: the same cut points, scores and segments for every customer."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date

import pytest

from analytics import rfm
from analytics.contract import Outcome, Refused
from assistant.analyse import bound
from semantic_layer.query import AnalysisQuery
from semantic_layer.scoped import ScopedFacts
from tests.toy_facts import BENCH, facts, params

DATA = BENCH / "rfm"
needs_bench = pytest.mark.skipif(not DATA.exists(), reason="the reference data are not here")
ENGLISH = {
    "冠军客户": "Champions",
    "潜力忠诚客户": "Potential Loyalist",
    "忠诚客户": "Loyal Customers",
    "有希望的客户": "Promising",
    "新近客户": "New Customers",
    "不能失去的客户": "Can't Lose Them",
    "有流失风险的客户": "At Risk",
    "需要关注的客户": "Need Attention",
    "即将沉睡的客户": "About To Sleep",
    "已流失客户": "Lost",
    "其他客户": "Others",
}


@needs_bench
def test_scores_of_every_order_history() -> None:
    """4,906 orders of 995 customers at 2006-12-31."""
    rows = f"SELECT row_number() OVER () AS id, * FROM read_csv('{DATA / 'orders.csv'}')"
    roles = {"user": "customer_id", "time": "order_date", "amount": "revenue", "order": "id"}
    scoped = facts(
        {"orders": rows}, {"orders": roles}, since=date(2001, 1, 1), until=date(2006, 12, 30)
    )

    outcome = rfm.run(scoped, params(rfm.ANALYSIS, model="eleven"))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    people = scoped.run(outcome.people)
    score = {
        p["user"]: (p["r"], p["f"], p["m"], p["r_score"], p["f_score"], p["m_score"])
        for p in people
    }
    assert len(people) == 995
    assert score["Abbey O'Reilly"] == (205, 6, 472, 3, 4, 3)
    assert score["Add Senger"] == (140, 3, 340, 4, 1, 2)
    assert score["Aden Murphy"] == (98, 7, 596, 5, 4, 4)
    best = [p for p in people if min(p["r_score"], p["f_score"], p["m_score"]) >= 4]
    assert len(best) == 158
    assert sum(p["f"] for p in best) == 1234
    assert sum(p["m"] for p in best) == 120178


@needs_bench
def test_segments_of_every_customer() -> None:
    """39,999 customers with known scores and segment."""
    path = DATA / "customers.csv.gz"
    rows = f"""
        SELECT customer_id AS id, most_recent_visit AS at, k,
               CASE WHEN k = 1 THEN revenue ELSE 0 END AS paid
        FROM (SELECT *, unnest(range(1, CAST(number_of_orders AS BIGINT) + 1)) AS k
              FROM read_csv('{path}'))"""
    roles = {"user": "id", "time": "at", "amount": "paid", "order": "k"}
    scoped = facts(
        {"orders": rows}, {"orders": roles}, since=date(2004, 1, 1), until=date(2006, 12, 31)
    )

    outcome = rfm.run(scoped, params(rfm.ANALYSIS, model="eleven"))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    assert {ENGLISH[r[0]]: r[1] for r in outcome.rows} == {
        "Potential Loyalist": 12762,
        "Loyal Customers": 6965,
        "Lost": 5535,
        "New Customers": 4475,
        "About To Sleep": 4095,
        "At Risk": 2081,
        "Champions": 1571,
        "Can't Lose Them": 1471,
        "Need Attention": 679,
        "Promising": 297,
        "Others": 68,
    }
    with gzip.open(DATA / "customers_expected.csv.gz", "rt", encoding="utf-8") as file:
        expected = {int(r["customer_id"]): r for r in csv.DictReader(file)}
    differing = Counter(
        key
        for p in scoped.run(outcome.people)
        for key, got in (
            ("segment", ENGLISH[p["group"]]),
            ("r_score", str(p["r_score"])),
            ("f_score", str(p["f_score"])),
            ("m_score", str(p["m_score"])),
        )
        if expected[int(p["user"])][key] != got
    )
    assert not differing


def test_eight_groups_split_at_the_means() -> None:
    """Twenty who bought long ago and little, one who buys now, often and a lot."""
    rows = """
        SELECT 'old' || i AS who, DATE '2025-01-01' AS at, 10.0 AS paid, i AS id FROM range(20) t(i)
        UNION ALL
        SELECT 'new', DATE '2025-06-30', 500.0, 100 + i FROM range(4) t(i)"""
    roles = {"user": "who", "time": "at", "amount": "paid", "order": "id"}
    scoped = facts(
        {"orders": rows}, {"orders": roles}, since=date(2025, 1, 1), until=date(2025, 6, 30)
    )

    outcome = rfm.run(scoped, params(rfm.ANALYSIS))

    assert isinstance(outcome, Outcome)
    assert [(r[0], r[1], r[3]) for r in outcome.rows] == [
        ("重要价值客户", 1, 2000.0),
        ("一般挽留客户", 20, 200.0),
    ]


def shop(rows: str) -> ScopedFacts:
    roles = {"user": "who", "time": "at", "amount": "paid", "order": "id"}
    return facts(
        {"orders": rows}, {"orders": roles}, since=date(2025, 1, 1), until=date(2025, 6, 30)
    )


OLD_AND_NEW = """
    SELECT 'old' || i AS who, DATE '2025-01-01' AS at, 10.0 AS paid, i AS id FROM range(20) t(i)
    UNION ALL SELECT 'big', DATE '2025-02-01', 900.0, 100
    UNION ALL SELECT 'new', DATE '2025-06-30', 500.0, 200 + i FROM range(4) t(i)"""


def test_limits_that_were_said() -> None:
    """150 days is recent, one order often, 800 much: the one of February is the best there is."""
    said = params(rfm.ANALYSIS, r_cut=150, f_cut=1, m_cut=800)

    outcome = rfm.run(shop(OLD_AND_NEW), said)

    assert isinstance(outcome, Outcome) and outcome.people is not None
    assert {(r[0], r[1]) for r in outcome.rows} == {
        ("重要价值客户", 2),
        ("一般保持客户", 20),
    }


def test_weights_make_one_score() -> None:
    """Only money counts: a total is the score of M."""
    scoped = shop(OLD_AND_NEW)

    outcome = rfm.run(scoped, params(rfm.ANALYSIS, r_weight=0, f_weight=0, m_weight=1))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    assert all(p["total"] == p["m_score"] for p in scoped.run(outcome.people))
    assert {r[0] for r in outcome.rows} == {"高分客户", "低分客户"}


def test_who_moved_between_two_days() -> None:
    """60 days ago nobody knew the one who buys now; the big one was near then and is not any more."""
    scoped = shop(OLD_AND_NEW)

    outcome = rfm.run(scoped, params(rfm.ANALYSIS, show="moves", back=60, r_cut=100))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    assert {(r[0], r[1], r[2], r[4]) for r in outcome.rows} == {
        ("一般挽留客户", "一般挽留客户", 20, "不变"),
        ("重要发展客户", "重要挽留客户", 1, "下降"),
        ("之前没有购买", "重要价值客户", 1, "新来"),
    }
    people = scoped.run(outcome.people)
    assert len(people) == 22
    assert [(p["user"], p["source"], p["target"]) for p in people if p["group"] == "层级下降"] == [
        ("big", "重要发展客户", "重要挽留客户")
    ]
    assert sorted({p["group"] for p in people}) == ["层级下降", "层级不变", "新进分层"]


def test_who_fell_is_listed_without_asking_for_the_moves() -> None:
    """The group says which parameters make it."""
    asked = AnalysisQuery("rfm", (("back", 60), ("r_cut", 100)), people="层级下降")

    said = bound(rfm.ANALYSIS, asked)

    assert (said["show"], said["back"]) == ("moves", 60)
    assert bound(rfm.ANALYSIS, AnalysisQuery("rfm", people="重要价值客户"))["show"] == "segments"


def test_a_day_before_the_data_is_said() -> None:
    outcome = rfm.run(shop(OLD_AND_NEW), params(rfm.ANALYSIS, show="moves", back=400))

    assert outcome == Refused("too-little-data", "400 天前还没有数据")


def bought(lines: str, key: tuple[str, ...]) -> dict[str, tuple[int, float]]:
    """Who → how often and for how much, by a table of (who, order, line, amount)."""
    scoped = facts(
        {"t": f"SELECT *, DATE '2026-01-05' AS day FROM ({lines}) AS t(who, bill, line, paid)"},
        {"t": {"user": "who", "time": "day", "amount": "paid", "order": "bill"}},
        since=date(2026, 1, 1),
        until=date(2026, 1, 31),
        keys={"t": key},
    )
    outcome = rfm.run(scoped, params(rfm.ANALYSIS))
    assert isinstance(outcome, Outcome) and outcome.people is not None
    grouped = sum("rows AS" in sql or '"rows" AS' in sql for sql in scoped.ran)
    assert grouped == (key != ("bill",)), "orders are grouped only where one may have several rows"
    return {p["user"]: (p["f"], p["m"]) for p in scoped.run(outcome.people)}


def test_an_order_of_several_rows_counts_once() -> None:
    lines = "SELECT i // 4, i // 2, i % 2, i FROM range(100) AS r(i)"
    once = "SELECT i // 2, i, 0, 4 * i + 1 FROM range(50) AS r(i)"

    assert {f for f, _ in bought(lines, ("bill", "line")).values()} == {2}
    assert bought(lines, ("bill", "line")) == bought(lines, ()) == bought(once, ("bill",))
