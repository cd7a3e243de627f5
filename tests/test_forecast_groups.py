"""Forecasts by group: they add up where groups do, and say so where they don't."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analytics import forecast as module
from analytics.contract import Outcome
from analytics.forecast_groups import MOST, reconciled
from assistant.language.festivals import festival
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.query import MetricRef, Period, Scope
from semantic_layer.scoped import ScopedFacts
from tests.toy_facts import params

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)
JULY = Period(date(2026, 7, 1), date(2026, 8, 1))


def test_the_gap_falls_on_what_is_unsure() -> None:
    parts = np.array([[10.0, 5.0], [20.0, 5.0]])
    unsure = np.array([[1.0, 1.0], [3.0, 1.0]])

    assert reconciled(parts, np.array([34.0, 8.0]), unsure).tolist() == [[11.0, 4.0], [23.0, 4.0]]


def test_nothing_is_moved_below_zero() -> None:
    parts, whole = np.array([[1.0], [20.0]]), np.array([15.0])

    moved = reconciled(parts, whole, np.array([[9.0], [1.0]]))
    assert moved.min() >= 0 and moved.sum() == pytest.approx(15.0)


@pytest.fixture(scope="module")
def assistant() -> Iterator[Assistant]:
    yield Assistant.open("retail")


def july(assistant: Assistant, metric: str, *by: str) -> Outcome:
    facts = ScopedFacts(
        assistant.catalog,
        assistant.engine,
        Scope(periods=(JULY,)),
        assistant.today,
        by,
        MetricRef(metric),
        festival,
    )
    outcome = module.run(facts, params(module.ANALYSIS))
    assert isinstance(outcome, Outcome)
    return outcome


@needs_data
@pytest.mark.slow
def test_regions_add_up_to_the_forecast_without_regions(assistant: Assistant) -> None:
    whole, split = july(assistant, "gmv"), july(assistant, "gmv", "region")

    assert whole.extra["total"] == split.extra["total"]
    assert sum(row[1] for row in split.rows) == pytest.approx(whole.extra["total"])
    assert all(row[2] < row[1] < row[3] for row in split.rows)
    assert any("加起来等于总的预测" in note for note in split.notes)
    drawn = split.view.data
    assert drawn is not None and dict(split.view.options)["panels"] == "group"
    assert {r[0] for r in drawn.rows} == {r[0] for r in split.rows}
    east = [r for r in drawn.rows if r[0] == "华东" and r[1] >= JULY.start]
    assert len(east) == 31
    assert sum(r[3] for r in east) == pytest.approx(
        next(r[1] for r in split.rows if r[0] == "华东")
    )


@needs_data
@pytest.mark.slow
def test_many_groups_are_the_largest_and_the_others_together(assistant: Assistant) -> None:
    split = july(assistant, "gmv", "city")

    assert len(split.rows) == MOST and split.rows[-1][0].startswith("其他 ")
    assert sum(row[1] for row in split.rows) == pytest.approx(split.extra["total"])
    assert split.rows[-1][0] not in "".join(split.findings[1:])


@needs_data
@pytest.mark.slow
def test_buyers_of_two_channels_do_not_add_up_and_it_says_so(assistant: Assistant) -> None:
    reply = assistant.ask("按渠道预测下个月的购买人数")

    assert isinstance(reply, Answer)
    assert sum(row[1] for row in reply.result.rows) > 1.2 * 7600
    assert any("加起来不等于总的预测" in note for note in reply.result.notes)
    assert "7,600" in reply.headline
