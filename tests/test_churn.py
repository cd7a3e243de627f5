"""Churn: the core against telco churn, no look into the future, and features by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics import churn, churn_features, classify
from analytics.contract import Outcome, Refused
from tests.toy_facts import BENCH, facts, inside, params

TELCO = BENCH / "telco_churn" / "telco.csv.gz"
needs_telco = pytest.mark.skipif(not TELCO.exists(), reason="the reference data are not here")
ROLES = {"sales": {"user": "who", "time": "day", "amount": "paid"}}
SPAN = {"since": date(2024, 1, 1), "until": date(2025, 12, 31)}
Chances = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def telco() -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """7,043 customers: names, features (one column a category), churned or not."""
    data = pd.read_csv(TELCO)
    data["TotalCharges"] = pd.to_numeric(data["TotalCharges"], errors="coerce").fillna(0)
    features = pd.get_dummies(data.drop(columns=["customerID", "Churn"]), drop_first=True)
    return tuple(features), features.to_numpy(float), (data["Churn"] == "Yes").to_numpy(float)


def crossed(chances: Chances, values: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Chances of every row, from models that never saw it: five folds."""
    fold = np.random.default_rng(0).permutation(len(truth)) % 5
    found = np.zeros(len(truth))
    for i in range(5):
        found[fold == i] = chances(values[fold != i], truth[fold != i], values[fold == i])
    return found


def _straight(names: tuple[str, ...]) -> Chances:
    return lambda values, truth, other: classify.linear(names, values, truth).chances(other)


@needs_telco
def test_logistic_regression_of_telco(telco: Any) -> None:
    names, values, truth = telco

    found = classify.score(crossed(_straight(names), values, truth), truth)

    assert found.base == pytest.approx(0.2654, abs=5e-5)
    assert found.auc == pytest.approx(0.845, abs=0.004)
    assert found.precision > 0.64
    assert found.lift > 2.7
    assert all(chance == pytest.approx(came, abs=0.06) for chance, came in found.bins)


@needs_telco
def test_shallow_tree_of_telco(telco: Any) -> None:
    _, values, truth = telco

    assert classify.auc(crossed(classify.tree, values, truth), truth) == pytest.approx(
        0.82, abs=0.01
    )


@needs_telco
def test_shuffled_labels_say_nothing(telco: Any) -> None:
    names, values, truth = telco
    drawn = [np.random.default_rng(seed).permutation(truth) for seed in range(4)]

    areas = [classify.auc(crossed(_straight(names), values, y), y) for y in drawn]

    assert np.mean(areas) == pytest.approx(0.5, abs=0.02)


@needs_telco
def test_a_column_from_the_future_is_caught(telco: Any) -> None:
    names, values, truth = telco
    noise = np.random.default_rng(0).normal(0, 0.1, len(truth))
    planted = np.column_stack([values, 1 - truth + noise])

    assert not classify.leaks(names, values, truth)
    assert classify.leaks((*names, "days until the next bill"), planted, truth) == (
        "days until the next bill",
    )


def test_shares_add_up_to_the_log_odds() -> None:
    draw = np.random.default_rng(1)
    values = draw.normal(3, 2, (500, 3))
    truth = (values[:, 0] + draw.normal(0, 1, 500) > 3).astype(float)

    model = classify.linear(("a", "b", "c"), values, truth)

    odds = np.log(model.chances(values) / (1 - model.chances(values)))
    assert model.shares(values).sum(1) + model.intercept == pytest.approx(odds)
    assert model.weights[0] > 5 * abs(model.weights[1])


def test_features_by_hand() -> None:
    """Cut-off 2025-06-30 with 90 days: 甲 came back, 乙 did not, 丙 was silent before, 丁 is of later."""
    rows = _bought(
        ("甲", "2025-04-01", 10),
        ("甲", "2025-05-01", 30),
        ("甲", "2025-06-30", 5),
        ("乙", "2025-06-29", 20),
        ("乙", "2025-09-28", 20),  # 90 days after the cut-off: too late
        ("丙", "2025-01-01", 99),
        ("丁", "2025-07-02", 99),
    )
    scoped = facts({"sales": rows}, ROLES, **SPAN)

    sample = churn_features.learnt(scoped, (date(2025, 6, 30),), 90, 1)

    raw = np.expm1(sample.values[:, list(churn_features.FEATURES).index("silent")])
    assert sorted(zip(raw.round().tolist(), sample.gone.tolist(), strict=True)) == [
        (1, 1),
        (60, 0),
    ]
    spend = np.expm1(sample.values[:, list(churn_features.FEATURES).index("spend")])
    assert sorted(spend.round().tolist()) == [20, 20]


def test_features_know_nothing_of_later() -> None:
    """The same customers, with and without what happened from the cut-off on: the same features."""
    cut = date(2025, 6, 30)
    whole = facts({"sales": _business()}, ROLES, **SPAN)
    before = facts({"sales": f"{_business()} AND day < DATE '2025-06-30'"}, ROLES, **SPAN)

    then, now = (churn_features.learnt(f, (cut,), 90, 1) for f in (before, whole))

    assert len(now.gone) > 100
    assert np.array_equal(then.values, now.values)
    assert then.gone.all() and not now.gone.all()


def test_outcomes_that_are_learnt_are_over_before_the_test() -> None:
    cuts = churn_features.cut_offs(facts({"sales": _business()}, ROLES, **SPAN), 90)

    assert cuts[0] + timedelta(days=90) == SPAN["until"] + timedelta(days=1)
    assert all(b + timedelta(days=90) <= a for a, b in pairwise(cuts))


def test_risk_of_the_engine_is_the_risk_of_the_model() -> None:
    scoped = facts({"sales": _business()}, ROLES, **SPAN)

    outcome = churn.run(scoped, params(churn.ANALYSIS))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    cuts = churn_features.cut_offs(scoped, 90)
    sample = churn_features.learnt(scoped, cuts, 90, 1)
    test, model = churn.tested(sample, cuts, 1)
    today = churn_features.learnt(scoped, (SPAN["until"] + timedelta(days=1),), 90, 1)
    people = scoped.run(outcome.people)
    assert sorted(p["risk"] for p in people) == pytest.approx(
        sorted(model.chances(today.values).tolist())
    )
    assert len(people) == sum(row[1] for row in outcome.rows)
    assert {p["group"] for p in people} == set(churn.BANDS)
    assert all(p["reason"] for p in people)
    assert test.score.auc > 0.6
    assert outcome.extra["test"]["base"] == pytest.approx(test.score.base)
    assert any(f"AUC {test.score.auc:.3f}" in note for note in outcome.notes)


def test_nobody_acts_on_a_prediction_that_is_no_good() -> None:
    """Customers who come back by the toss of a coin: said to be so, and no list is recommended."""
    rows = """
        SELECT i AS who, DATE '2024-01-01' + CAST(k * 90 + hash(i * 977 + k) % 89 AS INTEGER) AS day, 10.0 AS paid
        FROM range(1500) t(i), range(8) s(k) WHERE hash(i * 31 + k * 7) % 2 = 0"""
    scoped = facts({"sales": rows}, ROLES, since=date(2024, 1, 1), until=date(2025, 12, 20))

    outcome = churn.run(scoped, params(churn.ANALYSIS))

    assert isinstance(outcome, Outcome)
    assert outcome.extra["test"]["auc"] < 0.6
    assert any("可信度低" in note for note in outcome.notes)
    assert [s.ask_next for s in outcome.suggestions] == [""]


def test_too_short_for_a_later_test() -> None:
    short = inside(date(2024, 1, 1), date(2024, 8, 1))
    scoped = facts({"sales": _business()}, ROLES, scope=short, **SPAN)

    refused = churn.run(scoped, params(churn.ANALYSIS))

    assert isinstance(refused, Refused)
    assert "少于 270 天" in refused.message


def _bought(*rows: tuple[str, str, int]) -> str:
    values = ", ".join(f"('{who}', DATE '{day}', {paid}.0)" for who, day, paid in rows)
    return f"SELECT * FROM (VALUES {values}) AS t(who, day, paid)"


def _business() -> str:
    """800 customers who buy at their own pace and stop on a day of their own."""
    return """
        SELECT who, day, 20.0 + CAST(hash(who) % 50 AS INTEGER) AS paid FROM (
          SELECT i AS who, stop, DATE '2024-01-01' + CAST(hash(i * 3) % 300 + k * (4 + hash(i * 7) % 30)
                 + hash(i * 11 + k) % 7 AS INTEGER) AS day
          FROM (SELECT i, 90 + hash(i * 13) % 900 AS stop, unnest(range(120)) AS k FROM range(800) t(i))
        ) WHERE day <= DATE '2024-01-01' + CAST(stop AS INTEGER) AND day <= DATE '2025-12-31'"""
