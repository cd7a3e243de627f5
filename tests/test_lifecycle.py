"""The lifecycle against PostHog's fixture; stages by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analytics import lifecycle, stages
from analytics.contract import Outcome
from tests.toy_facts import facts, inside, params

VISITS = {"p1": (11, 12, 13, 15, 17, 19), "p2": (9, 12), "p3": (12,), "p4": (15,)}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture has four people."""
    monkeypatch.setattr(lifecycle, "MIN_PEOPLE", 1)
    monkeypatch.setattr(stages, "MIN_PEOPLE", 1)


def run(since: int, until: int, **said: Any) -> tuple[Outcome, Any]:
    values = ", ".join(f"('{w}', DATE '2020-01-{d:02}')" for w, ds in VISITS.items() for d in ds)
    scoped = facts(
        {"v": f"SELECT * FROM (VALUES {values}) AS t(who, day)"},
        {"v": {"user": "who", "time": "day"}},
        since=date(2020, 1, 1),
        until=date(2020, 1, 31),
        scope=inside(date(2020, 1, since), date(2020, 1, until + 1)),
    )
    outcome = lifecycle.run(scoped, params(lifecycle.ANALYSIS, **said))
    assert isinstance(outcome, Outcome)
    return outcome, scoped


def test_days_of_the_fixture() -> None:
    outcome, _ = run(12, 19, grain="day")

    found = {s: [n for _, state, n in outcome.rows if state == s] for s in lifecycle.STATES}
    assert found == {
        "新增": [1, 0, 0, 1, 0, 0, 0, 0],
        "留存": [1, 1, 0, 0, 0, 0, 0, 0],
        "回流": [1, 0, 0, 1, 0, 1, 0, 1],
        "沉默": [0, -2, -1, 0, -2, 0, -1, 0],
    }


def test_people_of_the_last_day() -> None:
    outcome, scoped = run(12, 16, grain="day")

    assert outcome.people is not None
    assert {(p["user"], p["group"]) for p in scoped.run(outcome.people)} == {
        ("p1", "沉默用户"),
        ("p4", "沉默用户"),
    }


def test_stages_with_a_said_threshold() -> None:
    """On the 21st p1 came 2 days ago (six times), p4 6, p2 and p3 9; gone means more than 8 days."""
    outcome, scoped = run(1, 20, view="stage", gone=8)

    assert outcome.people is not None
    assert {p["user"]: p["group"] for p in scoped.run(outcome.people)} == {
        "p1": "活跃阶段用户",
        "p4": "沉睡阶段用户",
        "p2": "流失阶段用户",
        "p3": "流失阶段用户",
    }
    assert [r[:3] for r in outcome.rows] == [("活跃", 1, 0.25), ("沉睡", 1, 0.25), ("流失", 2, 0.5)]
