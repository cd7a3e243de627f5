"""Anomalies: planted ones are found, festivals are explained, and quiet series stay quiet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from analytics import anomaly, anomaly_chart
from analytics.alarms import DOWN, LEAST_CHANGE, LOWERED, RAISED, RECORD, UP, Series, alarms
from analytics.anomaly import LIMITS
from analytics.anomaly_words import Told
from analytics.baseline import baseline
from analytics.contract import Outcome, Refused
from analytics.occasions import by_day, stretches
from analytics.shifts import changes, steps
from assistant.language.festivals import festival
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.catalog import Kind
from semantic_layer.query import Measure, MetricRef, Op, Period, Scope, Where
from semantic_layer.result import Column, ColumnRole
from semantic_layer.scoped import ScopedFacts
from tests.toy_facts import params
from tests.toy_world import TODAY, catalog, engine

pytestmark = pytest.mark.slow  # ten seconds and more over the demo

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)
# Annual flow of the Nile at Aswan, 1871-1970 (Cobb 1978): the dam and the drier years begin in 1899.
NILE = (
    "1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210 1150 "
    "1250 1260 1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120 1100 832 "
    "764 821 768 845 864 862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801 "
    "1040 860 874 848 890 744 749 838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740"
)
START = date(2024, 1, 1)
COLUMN = Column("n", "单量", Kind.NUMBER, ColumnRole.MEASURE)


def test_the_nile_changes_in_1899() -> None:
    flow = np.array([float(x) for x in NILE.split()])

    assert changes(flow, 10) == [28]


def test_a_slope_is_no_step() -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, 300)
    slope = np.linspace(0, 1, 300) + noise
    step = np.where(np.arange(300) < 180, 0.0, 0.4) + noise

    assert steps(slope, 21, 0.18, 28) == []
    assert [at for at, _ in steps(step, 21, 0.18, 28)] == [180]


# ── one series ────────────────────────────────────────────────────────────────────────────────


def quiet(days: int = 730, seed: int = 3) -> tuple[list[date], np.ndarray]:
    """Growth of 20% a year, a weekly wave, 5% noise."""
    rng = np.random.default_rng(seed)
    starts = [START + timedelta(days=i) for i in range(days)]
    week = np.array([1.0, 0.95, 0.95, 1.0, 1.05, 1.2, 1.15])
    at = np.arange(days)
    values = 500 * np.exp(0.2 * at / 365) * week[at % 7] * rng.lognormal(0, 0.05, days)
    return starts, values


def rung(
    starts: list[date], values: np.ndarray, limit: float = LIMITS["normal"]
) -> list[tuple[str, date]]:
    base = baseline(starts, values, "day", festival)
    series = Series("单量", MetricRef("n"), COLUMN, tuple(starts), tuple(values), base)
    return [(a.kind, a.first) for a in alarms(series, "day", starts[0], starts[-1], limit)]


def test_a_quiet_series_is_quiet() -> None:
    """Forty metric-years without anything planted: at most two false alarms a year, in fact far fewer."""
    found = [rung(*quiet(seed=seed)) for seed in range(20)]

    assert sum(map(len, found)) <= 4


def test_the_usual_range_is_what_does_not_ring() -> None:
    """What is drawn as usual and what is told as odd are one rule."""
    starts, values = festive()
    values[[300, 500]] *= [1.6, 0.5]
    base = baseline(starts, values, "day", festival)
    low, high = base.bounds(LIMITS["normal"], LEAST_CHANGE)
    judged = ~np.isnan(base.score)
    outside = {starts[i] for i in np.flatnonzero(judged & ((values < low) | (values > high)))}

    rang = {day for kind, day in rung(starts, values) if kind in (UP, DOWN)}
    assert {starts[300], starts[500]} <= rang == outside
    near, far = base.bounds(1.0, 0.0)  # many points lie about this one
    beyond = (values < near) | (values > far)
    assert beyond[judged].sum() > 50 and (beyond == (np.abs(base.score) > 1.0))[judged].all()


def test_the_chart_is_the_series_with_the_odd_day_marked() -> None:
    starts, values = quiet()
    values[500] *= 2.5
    base = baseline(starts, values, "day", festival)
    series = Series("单量", MetricRef("n"), COLUMN, tuple(starts), tuple(values), base)
    found = alarms(series, "day", starts[480], starts[520], LIMITS["normal"])
    t = Told("day", 4.0, starts[480], starts[520], (series,), tuple(found), {}, (), (), ())

    drawn = anomaly_chart.view(t).data
    assert drawn is not None
    assert drawn.column("at") == starts[461:521]  # the period and enough before it
    assert drawn.column("value") == values[461:521].tolist()
    marked = [
        (d, text) for d, text in zip(drawn.column("at"), drawn.column("odd"), strict=True) if text
    ]
    assert [d for d, _ in marked] == [starts[500]] and marked[0][1].startswith(UP)


@pytest.mark.parametrize("factor", [0.4, 0.7, 1.4, 2.5])
def test_a_planted_day_is_found(factor: float) -> None:
    starts, values = quiet()
    values[500] *= factor

    assert rung(starts, values) == [(UP if factor > 1 else DOWN, starts[500])]


def test_a_lasting_change_is_one_alarm_and_not_thirty() -> None:
    starts, values = quiet()
    values[400:] *= 0.65

    found = rung(starts, values)

    assert [kind for kind, _ in found] == [LOWERED]
    assert abs((found[0][1] - starts[400]).days) <= 3


def festive(strength: float = 3.5) -> tuple[list[date], np.ndarray]:
    """A series that festivals move the same way every year."""
    starts, values = quiet()
    for i, stretch in enumerate(
        by_day(starts[0], len(starts), stretches(starts[0], starts[-1], festival))
    ):
        factor = {
            "双11当天": strength,
            "618当天": 2.5,
            "双11开门红": 1.8,
            "春节": 0.5,
            "年货节": 1.25,
        }
        values[i] *= factor.get(stretch.name, 1.0) if stretch else 1.0
    return starts, values


def test_festivals_are_explained() -> None:
    assert rung(*festive()) == []


def test_a_festival_that_fails_is_an_alarm() -> None:
    """双11 of 2025 sells as on any other day, after 3.5 times as much the year before."""
    starts, values = festive()
    at = (date(2025, 11, 11) - START).days
    values[at] /= 3.5

    assert rung(starts, values) == [(DOWN, date(2025, 11, 11))]


def test_a_loss_inside_a_long_festival_is_an_alarm() -> None:
    """Within 年货节 2025, which lifts every day alike, one day loses 70%."""
    starts, values = festive()
    values[(date(2025, 1, 12) - START).days] *= 0.3

    assert (DOWN, date(2025, 1, 12)) in rung(starts, values)


def test_sensitivity_orders_the_alarms() -> None:
    starts, values = quiet()
    values[[300, 450, 600]] *= [1.25, 1.35, 3.0]

    counts = [len(rung(starts, values, LIMITS[s])) for s in ("low", "normal", "high")]

    assert counts == sorted(counts)
    assert counts[0] >= 1


# ── the whole of it ───────────────────────────────────────────────────────────────────────────


def toy(measure: Measure, scope: Scope | None = None) -> ScopedFacts:
    return ScopedFacts(catalog(), engine(), scope or Scope(), TODAY, (), measure, festival)


def test_single_customers_are_named_and_can_be_listed() -> None:
    """Customer 11 orders three hundred times on one July day; others once."""
    facts = toy(MetricRef("deals"))

    outcome = anomaly.run(facts, params(anomaly.ANALYSIS))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    records = [r for r in outcome.rows if r[1] == RECORD]
    assert [(r[2], r[4], r[8]) for r in records] == [(date(2025, 7, 5), 300, "客户 11")]
    assert [p["user"] for p in facts.run(outcome.people)] == [11]


def test_too_short_a_past_is_refused() -> None:
    one = Scope(Where("uid", Op.EQ, (7,)))

    got = anomaly.run(toy(MetricRef("deals"), one), params(anomaly.ANALYSIS))

    assert isinstance(got, Refused)
    assert "少于 56 天" in got.message


# ── the demo ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def assistant() -> Iterator[Assistant]:
    yield Assistant.open("retail")


def demo(assistant: Assistant, metric: str, scope: Scope | None = None) -> Outcome:
    facts = ScopedFacts(
        assistant.catalog,
        assistant.engine,
        scope or Scope(),
        assistant.today,
        (),
        MetricRef(metric),
        festival,
    )
    outcome = anomaly.run(facts, params(anomaly.ANALYSIS))
    assert isinstance(outcome, Outcome)
    return outcome


def rang(outcome: Outcome) -> list[tuple[str, date]]:
    return [(r[1], r[2]) for r in outcome.rows if r[1] in (UP, DOWN, RAISED, LOWERED)]


@needs_data
def test_the_bulk_buyer_is_found_in_one_city(assistant: Assistant) -> None:
    outcome = demo(assistant, "order_count")

    assert rang(outcome) == [(UP, date(2026, 3, 15))]
    assert outcome.rows[0][8] == "城市：成都"
    assert [r[4] for r in outcome.rows if r[1] == RECORD] == [400]


@needs_data
def test_the_lost_log_is_found_and_falls_everywhere(assistant: Assistant) -> None:
    outcome = demo(assistant, "page_views")

    first = outcome.rows[0]
    assert (first[1], first[2], first[8]) == (DOWN, date(2026, 2, 8), "各维度同步")
    assert first[6] == pytest.approx(-0.7, abs=0.02)


@needs_data
@pytest.mark.parametrize(
    "metric",
    [
        "gmv",
        "order_count",
        "buyer_count",
        "arppu",
        "refund_rate",
        "visitors",
        "units_sold",
        "new_buyers",
    ],
)
def test_at_most_two_false_alarms_a_metric_year(assistant: Assistant, metric: str) -> None:
    """905 days; what is planted does not count."""
    all_days = Scope(periods=(Period(date(2024, 1, 1), date(2026, 6, 24)),))
    planted = {date(2026, 3, 15), date(2026, 2, 8)}

    false = [a for a in rang(demo(assistant, metric, all_days)) if a[1] not in planted]

    assert len(false) <= 2


@needs_data
def test_what_went_wrong_in_may_shows_in_its_channel(assistant: Assistant) -> None:
    """抖音 falls when the best sellers are out of stock."""
    scope = Scope(Where("channel", Op.EQ, ("抖音",)))

    found = rang(demo(assistant, "gmv", scope))

    assert any(kind == LOWERED and abs((day - date(2026, 5, 3)).days) <= 7 for kind, day in found)


@needs_data
def test_asked_in_words(assistant: Assistant) -> None:
    reply = assistant.ask("今年有什么异常")

    assert isinstance(reply, Answer)
    assert "2026-03-15" in reply.headline and "成都" in reply.headline
    assert any("2026-02-08" in finding for finding in reply.findings)
