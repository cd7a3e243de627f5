"""Forecasts: published hold-outs, honest intervals, festivals, and the admission of being no better than naive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from analytics import forecast as module
from analytics.backtest import NAIVE, Forecast, forecast, origins
from analytics.contract import Outcome, Refused
from analytics.occasions import by_day, stretches
from analytics.smoothing import Pasts, holt_winters, naive, seasonal, theta
from assistant.language.festivals import festival
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.query import MetricRef, Op, Period, Scope, Where
from semantic_layer.scoped import ScopedFacts
from tests.air_passengers import AIR_PASSENGERS
from tests.toy_facts import params
from tests.toy_world import TODAY, catalog, engine

pytestmark = pytest.mark.slow  # ten seconds and more over the demo

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)
AIR = np.array(AIR_PASSENGERS, dtype=float)
MONTHS = [date(1949 + i // 12, i % 12 + 1, 1) for i in range(144)]
START = date(2024, 1, 1)


def mape(point: np.ndarray, truth: np.ndarray) -> float:
    return float(np.mean(np.abs(point / truth - 1))) * 100


# ── the methods ───────────────────────────────────────────────────────────────────────────────


def test_the_series_is_the_published_one() -> None:
    assert len(AIR) == 144
    assert AIR.sum() == 40363


def test_hold_out_of_two_years_by_each_method() -> None:
    """24 months of AirPassengers: seasonal naive 15.52, R's hw 7.31, theta 13.34, damped (ets) 13.30."""
    pasts, truth = Pasts(np.log(AIR)[None, :], (120,), 12), AIR[120:]

    got = {
        "naive": mape(np.exp(naive(pasts, 24)[0]), truth),
        "hw": mape(np.exp(holt_winters(pasts, 24, False)[0]), truth),
        "damped": mape(np.exp(holt_winters(pasts, 24, True)[0]), truth),
        "theta": mape(np.exp(theta(pasts, 24)[0]), truth),
    }

    assert got["naive"] == pytest.approx(15.52, abs=0.005)
    assert got["hw"] <= 7.31
    assert got["damped"] <= 13.30
    assert got["theta"] <= 13.34


def test_the_back_test_chooses_what_the_hold_out_confirms() -> None:
    """Chosen on 120 months alone, right to 7.5% on the 24 that follow."""
    found = forecast(MONTHS[:120], AIR[:120], MONTHS[120:], "month", festival)

    assert found is not None
    assert found.chosen.name == "Holt-Winters"
    assert mape(found.point, AIR[120:]) <= 7.5


def test_a_line_with_a_season_goes_on() -> None:
    t = np.arange(84)
    x = 10 + 0.1 * t + np.tile([0.0, 1, 2, 3, -3, -2, -1], 12)
    pasts = Pasts(x[None, :70], (70,), 7)

    assert holt_winters(pasts, 14, False)[0] == pytest.approx(x[70:], abs=0.05)


def test_many_pasts_at_once_are_the_same_as_one_by_one() -> None:
    x = np.log(AIR)
    together = holt_winters(Pasts(np.stack([x, x]), (96, 120), 12), 12, True)
    alone = holt_winters(Pasts(x[None, :], (120,), 12), 12, True)

    assert together[1] == pytest.approx(alone[0], abs=0.02)  # the random search differs a little


def test_seasons_add_up_to_nothing() -> None:
    x = np.tile([5.0, 1, 1, 1], 6) + np.arange(24) * 0.5

    assert seasonal(x, 4) == pytest.approx([3, -1, -1, -1], abs=0.3)


# ── intervals ─────────────────────────────────────────────────────────────────────────────────


def daily(seed: int, days: int = 560) -> np.ndarray:
    """A random walk in logs with a week and noise."""
    rng = np.random.default_rng(seed)
    level = np.cumsum(rng.normal(0, 0.01, days))
    week = np.array([0.0, -0.05, -0.05, 0.0, 0.05, 0.15, 0.1])[np.arange(days) % 7]
    return np.asarray(np.exp(6 + level + week + rng.normal(0, 0.06, days)))


def ahead(days: int, start: int) -> list[date]:
    return [START + timedelta(days=start + i) for i in range(days)]


def made(values: np.ndarray, horizon: int) -> Forecast:
    known = len(values) - horizon
    found = forecast(ahead(known, 0), values[:known], ahead(horizon, known), "day", festival=None)
    assert found is not None
    return found


def test_intervals_hold_what_they_promise_on_days_never_seen() -> None:
    """Thirty series, 14 days each: about four in five points are inside."""
    inside, whole = [], []
    for seed in range(30):
        values = daily(seed)
        found = made(values, 14)
        truth = values[-14:]
        low, high = found.bounds[0.8]
        inside.append(np.mean((low <= truth) & (truth <= high)))
        least, most = found.total_bounds[0.8]
        whole.append(least <= truth.sum() <= most)

    assert np.mean(inside) == pytest.approx(0.8, abs=0.07)
    assert np.mean(whole) >= 0.65


def test_noise_is_not_forecast_better_than_the_mean() -> None:
    """White noise: what is chosen does not wander."""
    values = 100 + np.random.default_rng(5).normal(0, 5, 400)
    found = made(values, 14)

    assert found.point == pytest.approx(np.full(14, 100), abs=4)


def test_a_random_walk_by_day_may_be_no_better_than_naive() -> None:
    """Weeks that repeat exactly but for a jump at each: last week is the best guess."""
    rng = np.random.default_rng(11)
    jumps = np.repeat(np.cumsum(rng.normal(0, 0.3, 60)), 7)
    shape = np.tile(rng.normal(0, 1.0, 7), 60)
    found = made(np.exp(5 + jumps + shape), 7)

    plain = next(m for m in found.methods if m.name == NAIVE)
    assert found.chosen.mase <= plain.mase


def test_festivals_are_learnt_from_years_before() -> None:
    """双11 sells three times as much in two years: so it will in the third, and nothing else does."""
    days = (date(2026, 11, 1) - START).days
    values = daily(2, days) * 1.0
    for i, s in enumerate(
        by_day(START, days, stretches(START, START + timedelta(days=days), festival))
    ):
        values[i] *= 3.0 if s and s.name == "双11当天" else 1.0
    future = ahead(14, days)

    with_them = forecast(ahead(days, 0), values, future, "day", festival)
    without = forecast(ahead(days, 0), values, future, "day", None)

    assert with_them is not None and without is not None
    at = future.index(date(2026, 11, 11))
    assert with_them.point[at] / without.point[at] == pytest.approx(3.0, rel=0.15)
    assert with_them.point[at - 4] / without.point[at - 4] == pytest.approx(1.0, rel=0.15)


def test_origins_leave_room_for_what_was_not_known() -> None:
    found = origins(400, 30, "day")

    assert len(found) == 10
    assert max(found) == 370
    assert origins(120, 30, "day") == ()


# ── the whole of it ───────────────────────────────────────────────────────────────────────────


def test_a_short_past_is_refused() -> None:
    one = Scope(Where("uid", Op.EQ, (7,)))
    facts = ScopedFacts(catalog(), engine(), one, TODAY, (), MetricRef("deals"), festival)

    got = module.run(facts, params(module.ANALYSIS, level="month"))

    assert isinstance(got, Refused)
    assert "至少要" in got.message


@pytest.fixture(scope="module")
def assistant() -> Iterator[Assistant]:
    yield Assistant.open("retail")


def demo(assistant: Assistant, metric: str, first: date, end: date, **said: object) -> Outcome:
    scope = Scope(periods=(Period(first, end),))
    facts = ScopedFacts(
        assistant.catalog, assistant.engine, scope, assistant.today, (), MetricRef(metric), festival
    )
    outcome = module.run(facts, params(module.ANALYSIS, **said))
    assert isinstance(outcome, Outcome)
    return outcome


JULY = date(2026, 7, 1), date(2026, 8, 1)


@needs_data
@pytest.mark.parametrize("metric", ["gmv", "order_count", "visitors", "units_sold"])
def test_it_beats_seasonal_naive_on_the_demo(assistant: Assistant, metric: str) -> None:
    extra = demo(assistant, metric, *JULY, level="day").extra

    best = min(mase for mase, _ in extra["methods"].values())
    assert best < 0.8 * extra["methods"][NAIVE][0]


@needs_data
@pytest.mark.parametrize("metric", ["gmv", "order_count", "visitors", "arppu"])
def test_coverage_of_the_back_test(assistant: Assistant, metric: str) -> None:
    covered = demo(assistant, metric, *JULY, level="day").extra["covered"]

    assert covered[0] == pytest.approx(0.80, abs=0.05)
    assert covered[1] == pytest.approx(0.95, abs=0.05)


@needs_data
def test_total_is_the_sum_of_its_days(assistant: Assistant) -> None:
    outcome = demo(assistant, "gmv", *JULY)

    inside = [r for r in outcome.rows if r[0] >= JULY[0]]
    assert len(inside) == 31
    assert outcome.extra["total"] == pytest.approx(sum(r[2] for r in inside))
    assert outcome.extra["low"] < outcome.extra["total"] < outcome.extra["high"]


@needs_data
def test_double_eleven_is_the_day_of_the_year(assistant: Assistant) -> None:
    """2025-11-11 brought 437 thousand on a smaller base."""
    outcome = demo(assistant, "gmv", date(2026, 11, 11), date(2026, 11, 12))

    row = outcome.rows[-1]
    assert (row[0], row[7]) == (date(2026, 11, 11), "双11当天")
    assert 350_000 < row[2] < 550_000


@needs_data
def test_buyers_of_a_month_are_no_sum_of_days(assistant: Assistant) -> None:
    outcome = demo(assistant, "buyer_count", *JULY)

    assert outcome.columns[0].label == "月份"
    assert "合计" not in outcome.findings[0]


@needs_data
def test_what_has_been_of_this_month_is_counted(assistant: Assistant) -> None:
    reply = assistant.ask("这个月销售额最后能到多少")

    assert isinstance(reply, Answer)
    assert "2026-06-01 至 2026-06-30" in reply.headline
    assert "373.8 万元 已经发生" in reply.headline


@needs_data
def test_a_bare_month_is_the_next_one(assistant: Assistant) -> None:
    reply = assistant.ask("预测7月的销售额")

    assert isinstance(reply, Answer)
    assert "2026-07-01 至 2026-07-31" in reply.headline


@pytest.mark.parametrize(
    ("question", "span"),
    [
        ("全年订单数能到多少", "2026-01-01 至 2026-12-31"),
        ("年底订单数能到多少", "2026-01-01 至 2026-12-31"),
        ("季末订单数能到多少", "2026-04-01 至 2026-06-30"),
        ("月底订单数能到多少", "2026-06-01 至 2026-06-30"),
    ],
)
def test_the_end_of_a_period_is_what_has_been_and_what_comes(
    assistant: Assistant, question: str, span: str
) -> None:
    reply = assistant.ask(question)

    assert isinstance(reply, Answer), reply
    assert span in reply.headline and "已经发生" in reply.headline
