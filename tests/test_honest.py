"""What an answer must not do: show who somebody is, invent a period, compare mornings with evenings."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from assistant.reply import Answer, Refusal
from assistant.service import Assistant
from semantic_layer.periods import shifted
from semantic_layer.query import CompareKind, Comparison, DetailQuery, Period

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)
LAST_WEEK = "pay_time >= '2026-06-15' AND pay_time < '2026-06-22' AND status <> '已取消'"


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant.open("retail")


def told(assistant: Assistant, question: str) -> Answer:
    reply = assistant.ask(question)
    assert isinstance(reply, Answer), reply
    return reply


@needs_data
def test_numbers_of_people_are_masked_and_it_is_said(assistant: Assistant) -> None:
    answer = told(assistant, "列出金卡会员的手机号")
    at = next(i for i, c in enumerate(answer.result.columns) if c.source == "phone")
    seen = [row[at] for row in answer.result.rows if row[at] is not None]
    assert seen and all("****" in text for text in seen)
    assert any("遮盖" in note for note in answer.result.notes)


@needs_data
def test_new_or_old_needs_a_period(assistant: Assistant) -> None:
    """Told from the start of a period: without one everybody would be new."""
    reply = assistant.ask("老客贡献了多少销售额")
    assert isinstance(reply, Refusal) and reply.code == "needs-period"


@needs_data
def test_the_rows_behind_a_figure_are_those_it_counts(assistant: Assistant) -> None:
    answer = told(assistant, "上周销售额的明细")
    assert isinstance(answer.query, DetailQuery)
    with duckdb.connect(str(DATA), read_only=True) as db:
        (n,) = db.execute(f"SELECT count(*) FROM orders WHERE {LAST_WEEK}").fetchone() or (0,)
    assert len(answer.result.rows) == n


@needs_data
def test_conditions_on_measures_choose_whom_an_analysis_is_about(assistant: Assistant) -> None:
    answer = told(assistant, "消费满20000元的客户做个RFM")
    at = next(i for i, c in enumerate(answer.result.columns) if c.unit == "人")
    with duckdb.connect(str(DATA), read_only=True) as db:
        (n,) = db.execute(
            "SELECT count(*) FROM (SELECT user_id FROM orders WHERE pay_time IS NOT NULL AND "
            "status <> '已取消' GROUP BY user_id HAVING sum(pay_amount) >= 20000)"
        ).fetchone() or (0,)
    assert sum(row[at] for row in answer.result.rows) == n


def test_hours_are_compared_with_the_same_hours_of_the_day_before() -> None:
    morning = Period(datetime(2026, 6, 23), datetime(2026, 6, 23, 8))
    before = shifted(morning, Comparison(CompareKind.PREVIOUS_PERIOD))
    assert (before.start, before.end) == (datetime(2026, 6, 22), datetime(2026, 6, 22, 8))
    day = Period(date(2026, 6, 23), date(2026, 6, 24))
    assert shifted(day, Comparison(CompareKind.PREVIOUS_PERIOD)).start == date(2026, 6, 22)
