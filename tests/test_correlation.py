"""Correlation: scipy's numbers to the last digit, and what trends, small samples and shifts do."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from scipy import stats

from analytics import correlation
from analytics.contract import Outcome, Refused
from analytics.related import over_time, relate
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.query import MetricRef, Period, Scope
from tests.toy_facts import params
from tests.toy_world import world

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
X = [float((i * 37) % 101) for i in range(60)]
Y = [x + ((i * 53) % 47) for i, x in enumerate(X)]


def test_as_scipy_says() -> None:
    got = relate(X, Y)

    pearson, spearman = stats.pearsonr(X, Y), stats.spearmanr(X, Y)
    interval = pearson.confidence_interval(0.95)
    assert (got.r, got.p) == pytest.approx((pearson.statistic, pearson.pvalue), abs=1e-12)
    assert (got.low, got.high) == pytest.approx((interval.low, interval.high), abs=1e-12)
    assert (got.rho, got.rho_p) == pytest.approx((spearman.statistic, spearman.pvalue), abs=1e-12)


def test_interval_is_fishers() -> None:
    got = relate(X, Y)

    z, half = math.atanh(got.r), stats.norm.ppf(0.975) / math.sqrt(57)
    assert (got.low, got.high) == pytest.approx((math.tanh(z - half), math.tanh(z + half)))


def test_two_trends_look_related_and_their_changes_do_not() -> None:
    up = [i + X[i] / 20 for i in range(60)]
    also = [2 * i + ((i * 29) % 31) / 5 for i in range(60)]

    got = over_time(up, also, relate(up, also))

    assert got.r > 0.95 and min(got.trends) > 0.95
    assert got.steps is not None and abs(got.steps) < 0.5


def test_the_shift_at_which_they_meet() -> None:
    late = [0.0] * 3 + X[:-3]

    got = over_time(X, late, relate(X, late))

    assert (got.ahead, got.best) == (3, pytest.approx(1.0))


def test_too_few_points() -> None:
    with pytest.raises(ValueError, match="four"):
        relate([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])


def test_two_named_metrics_are_shown_point_by_point() -> None:
    facts = world(measure=MetricRef("takings"))
    both = replace(facts, others=(MetricRef("deals"),))

    got = correlation.run(both, params(correlation.ANALYSIS, grain="month"))
    one = correlation.run(facts, params(correlation.ANALYSIS, grain="month"))

    assert isinstance(got, Outcome) and isinstance(one, Outcome)
    assert len(got.rows) == 24 and got.view.mark == "scatter"
    x, y = [r[1] for r in got.rows], [r[2] for r in got.rows]
    assert got.extra["r"] == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)
    assert "样本少于 30 个，区间很宽，结论不稳" in got.notes
    assert {r[0] for r in one.rows} == {"成交单数", "买的人数"}


def test_lag_pairs_one_with_the_later_other() -> None:
    facts = replace(world(measure=MetricRef("takings")), others=(MetricRef("deals"),))

    plain = correlation.run(facts, params(correlation.ANALYSIS))
    late = correlation.run(facts, params(correlation.ANALYSIS, lag=7))

    assert isinstance(plain, Outcome) and isinstance(late, Outcome)
    assert len(late.rows) == len(plain.rows) - 7
    assert late.rows[0][1] == plain.rows[0][1] and late.rows[0][2] == plain.rows[7][2]


def test_a_week_is_too_little() -> None:
    week = Scope(periods=(Period(date(2025, 6, 2), date(2025, 6, 9)),))

    got = correlation.run(world(week), params(correlation.ANALYSIS))

    assert isinstance(got, Refused) and "8 天" in got.message


@pytest.mark.skipif(not DATA.exists(), reason="the demo data is not built: python -m data.generate")
def test_visitors_and_orders_of_the_demo() -> None:
    reply = Assistant.open("retail").ask("今年访客数和订单数的相关性怎么样")

    assert isinstance(reply, Answer)
    assert "强正相关" in reply.headline and "相关不代表因果" in reply.result.notes
    x, y = reply.result.column("x"), reply.result.column("y")
    assert f"{stats.pearsonr(x, y).statistic:.2f}" in reply.headline
