"""Data quality: every dirty row of the demo is found, a clean table is clean, each check by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from analytics import quality
from analytics.contract import Outcome
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.catalog import Join
from tests.toy_facts import facts, params
from tests.toy_world import world

TRUTH = Path(__file__).parents[1] / "data" / "ground_truth.json"
needs_data = pytest.mark.skipif(
    not TRUTH.exists(), reason="the demo data is not built: python -m data.generate"
)


def problems(outcome: object) -> dict[tuple[str, str, str], int]:
    """(check, table, problem) → rows."""
    assert isinstance(outcome, Outcome)
    found = (dict(zip([c.name for c in outcome.columns], r, strict=True)) for r in outcome.rows)
    return {
        (r["check"], r["table"], r["problem"]): r["rows"]
        for r in found
        if r["problem"] != quality.FINE
    }


@needs_data
def test_every_dirty_row_of_the_demo_is_found() -> None:
    reply = Assistant.open("retail").ask("检查一下数据质量")

    assert isinstance(reply, Answer)
    names = [c.name for c in reply.result.columns]
    rows = [dict(zip(names, r, strict=True)) for r in reply.result.rows]
    found = {(r["table"], r["problem"]): r["rows"] for r in rows}
    events = json.loads(TRUTH.read_text(encoding="utf-8"))["rows"]["events"]
    assert found["行为事件", "主键event_id重复"] == pytest.approx(0.003 * events, rel=0.02)
    assert found["用户", "用户城市为空"] == 300
    assert found["订单", "支付时间早于下单时间"] == 20
    assert found["评论", "order_id在订单里找不到"] == 15
    assert found["订单", "上海另写作Shanghai、上海市"] == 712
    lost = [p for t, p in found if t == "行为事件" and p.startswith("2026-02-08")]
    assert len(lost) == 1
    alarms = [r for r in rows if r["check"] == "稳定性" and r["problem"] != quality.FINE]
    assert len(alarms) <= 2


def test_each_check_by_hand() -> None:
    """100 bills of which 2 are twice, 1 unpaid by nobody, 3 of no customer there is."""
    bills = """
        SELECT i AS id, i % 5 AS who, IF(i = 7, NULL, 10.0) AS paid FROM range(98) t(i)
        UNION ALL SELECT 0, 0, 10.0 UNION ALL SELECT 1, 9, 10.0"""
    scoped = facts(
        {"bills": bills, "people": "SELECT i AS who FROM range(5) t(i)"},
        {"bills": {"user": "who"}},
        since=date(2025, 1, 1),
        until=date(2025, 1, 31),
        joins=(Join("bills", "people", (("who", "who"),)),),
        keys={"bills": ("id",), "people": ("who",)},
    )

    assert problems(quality.run(scoped, params(quality.ANALYSIS))) == {
        ("完整性", "bills", "paid为空"): 1,
        ("唯一性", "bills", "主键id重复"): 2,
        ("引用完整性", "bills", "who在people里找不到"): 1,
    }


def test_a_day_without_most_of_its_rows() -> None:
    """100 rows a day for ten weeks, 20 on one Wednesday."""
    rows = """
        SELECT DATE '2025-01-01' + CAST(d AS INTEGER) AS at, i AS id
        FROM range(70) t(d), range(100) u(i) WHERE d <> 35 OR i < 20"""
    scoped = facts(
        {"log": rows},
        {"log": {"time": "at"}},
        since=date(2025, 1, 1),
        until=date(2025, 3, 11),
        times={"log": "at"},
    )

    assert problems(quality.run(scoped, params(quality.ANALYSIS))) == {
        ("稳定性", "log", "2025-02-05 只有平常的 20%"): 80
    }


def drifting(kind: str, city: str) -> dict[tuple[str, str, str], int]:
    """1,000 rows in each of ten months (``m`` from 0), ``i`` from 0; the SQL of two columns."""
    rows = f"""SELECT DATE '2025-01-01' + to_months(CAST(m AS INTEGER)) + to_days(CAST(i % 28 AS INTEGER)) AS at,
        {kind} AS kind, {city} AS city FROM range(10) t(m), range(1000) u(i)"""
    scoped = facts(
        {"log": rows},
        {"log": {"time": "at"}},
        since=date(2025, 1, 1),
        until=date(2025, 10, 31),
        dimensions={"kind": ("log", "kind"), "city": ("log", "city")},
        values={"kind": ("甲", "乙"), "city": ("东", "西")},
        times={"log": "at"},
    )
    found = problems(quality.run(scoped, params(quality.ANALYSIS)))
    return {key: n for key, n in found.items() if key[0] == "漂移"}


STEADY = "IF(i % 10 < 5, '甲', '乙')"


def test_a_column_that_empties_from_a_month_on() -> None:
    """From July three in ten have no city, where one in twenty had none: 250 more in each of four months."""
    city = "CASE WHEN i % 20 < IF(m >= 6, 6, 1) THEN NULL ELSE '东' END"

    assert drifting(STEADY, city) == {
        ("漂移", "log", "city为空的占比从 2025-07 起升到 30.0%，此前最多 5.0%"): 1000
    }


def test_values_that_come_in_other_shares_from_a_month_on() -> None:
    """Half and half, from August on nine of ten: PSI = 0.4 × ln(0.9/0.5) − 0.4 × ln(0.1/0.5) = 0.88."""
    kind = "IF(i % 10 < IF(m >= 7, 9, 5), '甲', '乙')"

    assert drifting(kind, "'东'") == {
        (
            "漂移",
            "log",
            "kind的分布从 2025-08 起变了（PSI 0.88，此前最多 0.00），甲从 50.0% 到 90.0%",
        ): 400
    }


@pytest.mark.parametrize(
    "kind",
    [
        STEADY,
        "IF(i % 10 < IF(m % 2 = 0, 8, 2), '甲', '乙')",
        "IF(i % 100 < 40 + 2 * m, '甲', '乙')",
    ],
    ids=["steady", "always changing", "slowly"],
)
def test_what_always_moves_is_no_drift(kind: str) -> None:
    """One month with a tenth fewer cities is none either: it did not last."""
    city = "CASE WHEN i % 10 < IF(m = 5, 4, 1) THEN NULL ELSE '东' END"

    assert drifting(kind, city) == {}


def test_a_clean_business_is_clean() -> None:
    found = problems(quality.run(world(), params(quality.ANALYSIS)))

    assert not [p for p in found if p[0] in ("唯一性", "引用完整性", "有效性")]
