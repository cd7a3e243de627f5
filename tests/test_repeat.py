"""Repeat purchases by hand, and the totals of Online Retail after the usual cleaning."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from analytics import repeat
from analytics.contract import Outcome
from tests.toy_facts import BENCH, facts, params

ONLINE = BENCH / "online_retail" / "online_retail.parquet"


def test_gaps_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """甲 buys on days 0, 5, 25, 乙 on 0 and 40, 丙 once; two lines of one order are one order."""
    monkeypatch.setattr(repeat, "MIN_BUYERS", 1)
    monkeypatch.setattr(repeat, "MIN_GAPS", 1)
    rows = """SELECT who, bill, DATE '2025-01-01' + day AS day, 10.0 AS paid FROM (VALUES
        ('甲', 1, 0), ('甲', 1, 0), ('甲', 2, 5), ('甲', 3, 25), ('乙', 4, 0), ('乙', 5, 40), ('丙', 6, 3)
        ) AS t(who, bill, day)"""
    roles = {"o": {"user": "who", "time": "day", "order": "bill", "amount": "paid"}}
    scoped = facts({"o": rows}, roles, since=date(2025, 1, 1), until=date(2025, 3, 1))

    outcome = repeat.run(scoped, params(repeat.ANALYSIS))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    assert [r[:2] for r in outcome.rows if r[1]] == [
        ("7 天内", 1),
        ("16–30 天", 1),
        ("31–60 天", 1),
    ]
    total = outcome.extra["total"]
    assert (total["buyers"], total["repeaters"], total["orders"]) == (3, 2, 6)
    assert total["mean_gap"] == pytest.approx((5 + 20 + 40) / 3)
    assert total["qs"][repeat.LEVELS.index(0.5)] == 20
    assert {p["user"]: p["orders"] for p in scoped.run(outcome.people)} == {
        "甲": 3,
        "乙": 2,
        "丙": 1,
    }


@pytest.mark.skipif(not ONLINE.exists(), reason="the reference data are not here")
def test_totals_of_online_retail() -> None:
    """No missing customer, no cancelled invoice, quantity and price above zero."""
    names = {
        c[0].lower().replace("_", ""): c[0]
        for c in duckdb.sql(f"DESCRIBE FROM '{ONLINE}'").fetchall()
    }
    who = next(v for k, v in names.items() if "customer" in k)
    bill = next(v for k, v in names.items() if "invoice" in k and "date" not in k)
    when = next(v for k, v in names.items() if "date" in k)
    price = next(v for k, v in names.items() if "price" in k)
    rows = f"""SELECT "{who}" AS who, "{bill}" AS bill, "{when}" AS day, quantity * "{price}" AS paid FROM '{ONLINE}'
        WHERE "{who}" IS NOT NULL AND CAST("{bill}" AS VARCHAR) NOT LIKE 'C%' AND quantity > 0 AND "{price}" > 0"""
    roles = {"o": {"user": "who", "time": "day", "order": "bill", "amount": "paid"}}
    scoped = facts({"o": rows}, roles, since=date(2010, 12, 1), until=date(2011, 12, 9))

    outcome = repeat.run(scoped, params(repeat.ANALYSIS))

    assert isinstance(outcome, Outcome)
    total = outcome.extra["total"]
    assert (total["buyers"], total["orders"]) == (4338, 18532)
    assert total["amount"] == pytest.approx(8_911_407.904)
