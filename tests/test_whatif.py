"""What if: identities by hand on a small shop, and the demo asked in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from analytics import whatif
from analytics.contract import Outcome, Refused
from analytics.supposed import Change
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.query import Measure, MetricRef, Op, Period, Scope, Where
from semantic_layer.scoped import ScopedFacts
from tests.test_why import FALL, JUNE, shop
from tests.toy_facts import params

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)
EACH, SALES = MetricRef("each"), MetricRef("sales")


def ran(scoped: ScopedFacts, *others: Measure, **said: object) -> Outcome:
    got = whatif.run(replace(scoped, others=others), params(whatif.ANALYSIS, **said))
    assert isinstance(got, Outcome), got
    return got


@pytest.mark.parametrize(
    ("change", "value", "expected"),
    [
        (Change(1.1), 200.0, 220.0),
        (Change(1.0, 0.02), 0.1, 0.12),
        (Change(0.5), 8.0, 4.0),
    ],
)
def test_changes(change: Change, value: float, expected: float) -> None:
    assert change.applied(value) == pytest.approx(expected)


def test_a_factor_acts_in_proportion() -> None:
    """June: 5,200 of 600 people; a tenth more each is 520 more."""
    outcome = ran(shop(FALL, "each"), SALES, rise=10)

    rows = {r[0]: r[1:] for r in outcome.rows}
    assert rows["销售额"] == pytest.approx((5200.0, 5720.0, 520.0, 0.1))
    assert rows["人数"][2] == 0.0
    assert "多 520 元" in outcome.findings[0]


def test_the_order_of_the_two_names_does_not_matter() -> None:
    first, second = ran(shop(FALL, "each"), SALES, rise=10), ran(shop(FALL), EACH, rise=10)

    assert first.rows == second.rows


def test_the_denominator_divides() -> None:
    outcome = ran(shop(FALL, "buyers"), EACH, scale="2")

    assert outcome.rows[0][4] == pytest.approx(-0.5)


def test_what_is_no_factor_is_refused() -> None:
    got = whatif.run(
        replace(shop(FALL, "mean"), others=(MetricRef("buyers"),)), params(whatif.ANALYSIS, rise=5)
    )

    assert isinstance(got, Refused) and "怎么相乘" in got.message


def test_without_one_segment() -> None:
    """The web orders of June are 300, a third of which fell to 2: 2,200 of 5,200."""
    scope = Scope(Where("channel", Op.NE, ("网",)), (JUNE,))

    said = ran(shop(FALL, scope=scope))
    gone = ran(shop(FALL, scope=Scope(Where("channel", Op.EQ, ("网",)), (JUNE,))), gone="yes")

    assert said.rows[0][1:4] == pytest.approx((5200.0, 3000.0, -2200.0))
    assert gone.rows == said.rows


def test_without_some_days() -> None:
    inner = Period(date(2025, 6, 1), date(2025, 6, 4))

    both = ran(shop(FALL, scope=Scope(periods=(JUNE, inner))))
    alone = ran(shop(FALL, scope=Scope(periods=(inner,))), gone="yes")

    assert both.rows[0][1] == 5200.0 and both.rows[0][2] == pytest.approx(5200.0 - 600.0)
    assert alone.rows == both.rows


def test_every_factor_beside_the_others() -> None:
    outcome = ran(shop(FALL), view="all")

    assert [r[0] for r in outcome.rows] == ["人数", "人均"]
    assert [r[3] for r in outcome.rows] == pytest.approx([520.0, 520.0])
    assert outcome.rows[1][4] == pytest.approx(800.0)  # back to ten each


def test_nothing_supposed_looks_at_every_factor() -> None:
    outcome = ran(shop(FALL))

    assert outcome.rows == ran(shop(FALL), view="all").rows
    assert any("没有说改变什么" in note for note in outcome.notes)


@pytest.mark.slow
@needs_data
@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("如果转化率提升10%，销售额会怎样", ("+10.0%", "支付转化率")),
        ("要是没有抖音，上个月销售额会是多少", ("没有抖音", "321.9 万元", "-10.9%")),
        ("如果去掉双11那天，销售额会是多少", ("2025-11-11", "低")),
    ],
)
def test_the_demo_in_words(question: str, words: tuple[str, ...]) -> None:
    reply = Assistant.open("retail").ask(question)

    assert isinstance(reply, Answer)
    assert all(word in reply.headline for word in words)
