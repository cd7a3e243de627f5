"""Who buys again: published chances, the engine's arithmetic against numpy's, and a prediction held to account."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analytics import bgnbd, repurchase
from analytics.contract import Outcome, Refused
from tests.toy_facts import BENCH, facts, params

SAMPLE = BENCH / "cdnow" / "CDNOW_sample.txt"
ROLES = {"sales": {"user": "who", "time": "day"}}


def test_chance_of_a_new_customer() -> None:
    """P(X(39) = 0) = 0.5737864 with the parameters of CDNOW."""
    model, nothing = bgnbd.BgNbd(0.243, 4.414, 0.793, 2.426), np.zeros(1)

    assert 1 - model.comes(39, nothing, nothing, nothing)[0] == pytest.approx(0.5737864, abs=1e-7)
    assert model.alive(nothing, nothing, nothing + 500)[0] == 1


def test_long_silence_makes_a_frequent_buyer_doubtful() -> None:
    model = bgnbd.BgNbd(0.243, 30.9, 0.793, 2.426)
    often, once = np.array([20.0]), np.array([1.0])

    day, year = np.array([300.0]), np.array([600.0])

    assert model.alive(often, day, year)[0] < model.alive(once, day, year)[0]
    assert model.alive(often, day, day)[0] > 0.95


@pytest.mark.skipif(not SAMPLE.exists(), reason="the reference data are not here")
def test_prediction_of_cdnow_is_held_against_what_came() -> None:
    rows = f"""
        SELECT substr(l, 2, 5) AS who, CAST(strptime(substr(l, 13, 8), '%Y%m%d') AS DATE) AS day
        FROM read_csv('{SAMPLE}', columns = {{'l': 'VARCHAR'}}, header = false, delim = '|')"""
    scoped = facts({"sales": rows}, ROLES, since=date(1997, 1, 1), until=date(1998, 6, 30))

    outcome = repurchase.run(scoped, params(repurchase.ANALYSIS, horizon=273))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    predicted, actual, auc = outcome.extra["test"]
    assert actual == 684  # of 2,357 customers bought in the second 39 weeks
    assert predicted == pytest.approx(actual, rel=0.12)
    assert auc > 0.75
    people, whole = scoped.run(outcome.people), outcome.extra["whole"]
    assert len(people) == whole["people"] == 2357
    for name, column in (("comes", "buyers"), ("orders", "orders")):
        assert sum(p[name] for p in people) == pytest.approx(whole[column], rel=1e-9)
    counted = {line[0]: line[1] for line in outcome.rows}
    for band in counted:
        assert sum(p["group"] == band for p in people) == counted[band]


def test_too_few_who_came_back() -> None:
    rows = "SELECT i AS who, DATE '2025-01-01' + CAST(i AS INTEGER) AS day FROM range(100) t(i)"
    scoped = facts({"sales": rows}, ROLES, since=date(2025, 1, 1), until=date(2025, 12, 31))

    assert isinstance(repurchase.run(scoped, params(repurchase.ANALYSIS)), Refused)
