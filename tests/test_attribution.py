"""Attribution: paths worked out by hand, weights that add to one, and a removal effect known in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from analytics import attribution, credit
from analytics.attribution_words import METHODS
from analytics.contract import Outcome, Refused
from tests.toy_facts import facts, params

DAY = date(2024, 1, 1)
ROLES = {
    "visits": {"user": "who", "time": "moment", "event": "what", "channel": "via"},
    "orders": {"user": "who", "time": "moment", "amount": "yuan"},
}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toys have one to six deals."""
    monkeypatch.setattr(attribution, "MIN_DEALS", 1)


def at(day: float) -> datetime:
    return datetime(2024, 1, 1, 8) + timedelta(days=day)


def run(
    visits: Sequence[tuple[int, float, str]],
    orders: Sequence[tuple[int, float, float]],
    **said: Any,
) -> Outcome | Refused:
    """``visits``: (who, day, channel); ``orders``: (who, day, money)."""
    seen = ", ".join(f"({u}, TIMESTAMP '{at(d)}', 'look', '{c}')" for u, d, c in visits)
    paid = ", ".join(f"({u}, TIMESTAMP '{at(d)}', {y})" for u, d, y in orders)
    scoped = facts(
        {
            "visits": f"SELECT * FROM (VALUES {seen}) AS t(who, moment, what, via)",
            "orders": f"SELECT * FROM (VALUES {paid}) AS t(who, moment, yuan)",
        },
        ROLES,
        since=DAY,
        until=DAY + timedelta(days=60),
    )
    return attribution.run(scoped, params(attribution.ANALYSIS, **said))


def shares(outcome: Outcome | Refused, method: str) -> dict[str, float]:
    assert isinstance(outcome, Outcome), outcome
    names = [c.name for c in outcome.columns]
    share = names.index(f"{method}_share")
    return {row[0]: row[share] for row in outcome.rows if row[share]}


ONE = [(1, 0, "a"), (1, 7, "b"), (1, 12, "c"), (1, 14, "d")]  # bought on day 14
TOY = [*ONE, (2, 1, "a"), (2, 2, "b"), (3, 3, "c"), (4, 1, "b"), (4, 5, "d"), (5, 2, "a")]
BOUGHT = [(1, 14, 100.0), (2, 2, 50.0), (3, 3, 10.0), (3, 4, 30.0)]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("first", {"a": 1}),
        ("last", {"d": 1}),
        ("linear", {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}),
        ("position", {"a": 0.4, "b": 0.1, "c": 0.1, "d": 0.4}),
    ],
)
def test_one_deal_of_four_visits(method: str, expected: dict[str, float]) -> None:
    assert shares(run(ONE, [(1, 14, 100.0)]), method) == pytest.approx(expected)


def test_time_decay_halves_every_week() -> None:
    """Two weeks, one week, two days and none before the deal."""
    raw = {"a": 0.25, "b": 0.5, "c": 2 ** (-2 / 7), "d": 1.0}

    found = shares(run(ONE, [(1, 14, 100.0)]), "decay")

    assert found == pytest.approx({c: w / sum(raw.values()) for c, w in raw.items()})


def test_two_visits_share_by_position() -> None:
    assert shares(run([(1, 0, "a"), (1, 1, "b")], [(1, 1, 9.0)]), "position") == {
        "a": 0.5,
        "b": 0.5,
    }


@pytest.mark.parametrize("method", METHODS)
def test_weights_add_to_one(method: str) -> None:
    outcome = run(TOY, BOUGHT, method=(method,))

    assert sum(shares(outcome, method).values()) == pytest.approx(1)
    assert isinstance(outcome, Outcome)
    assert sum(row[1] for row in outcome.rows) == pytest.approx(4)  # deals
    assert sum(row[2] for row in outcome.rows) == pytest.approx(190)  # money


def test_the_window() -> None:
    found = shares(run(ONE, [(1, 14, 100.0)], window=3), "linear")

    assert found == {"c": 0.5, "d": 0.5}


def test_visits_after_the_deal_do_not_count() -> None:
    assert shares(run(ONE, [(1, 8, 100.0)]), "last") == {"b": 1}


def test_events_of_one_visit_are_one_touch() -> None:
    visits = [(1, 0, "a"), (1, 0.01, "a"), (1, 0.015, "b"), (1, 0.02, "b")]

    assert shares(run(visits, [(1, 0.03, 9.0)]), "linear") == {"a": 0.5, "b": 0.5}


def test_a_deal_without_a_visit_belongs_to_nobody() -> None:
    outcome = run(ONE, [(1, 14, 100.0), (9, 3, 70.0)])

    assert isinstance(outcome, Outcome)
    assert sum(row[2] for row in outcome.rows) == 100
    assert any("1 单成交前没有触点" in n for n in outcome.notes)


def test_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MIN_DEALS", 20)

    assert run(TOY, BOUGHT) == Refused("too-little-data", "只有 4 单成交前有触点，少于 20 单")


# ── the chain ─────────────────────────────────────────────────────────────────────────────────


def moves(*paths: str) -> list[dict[str, Any]]:
    """Paths as ``a b +`` (a deal) or ``a b -``, to counts of transitions."""
    counts: dict[tuple[str | None, str | None, str], int] = {}
    for text in paths:
        *names, end = text.split()
        steps: list[tuple[str | None, str | None, str]] = [
            (a, b, "on") for a, b in zip([None, *names], names, strict=False)
        ]
        for step in (*steps, (names[-1], None, "won" if end == "+" else "lost")):
            counts[step] = counts.get(step, 0) + 1
    return [{"source": s, "target": t, "kind": k, "n": n} for (s, t, k), n in counts.items()]


def test_removal_effect_by_hand() -> None:
    """C1→C2→C3→deal, C1→nothing, C2→C3→nothing: a third converts; without C1 half of that is left,
    without C2 or C3 nothing. So 0.2, 0.4 and 0.4 of the credit."""
    effects = credit.removal(moves("c1 c2 c3 +", "c1 -", "c2 c3 -"))

    assert effects == pytest.approx({"c1": 0.5, "c2": 1.0, "c3": 1.0})


def test_removal_effect_of_a_loop() -> None:
    """From a half go on to a again: the loop changes nothing."""
    assert credit.removal(moves("a a +", "b -", "b +")) == pytest.approx(
        credit.removal(moves("a +", "b -", "b +"))
    )


def test_the_chain_over_visits() -> None:
    visits = [(1, 0, "c1"), (1, 1, "c2"), (1, 2, "c3"), (2, 0, "c1"), (3, 0, "c2"), (3, 1, "c3")]

    found = shares(run(visits, [(1, 3, 10.0)]), "markov")

    assert found == pytest.approx({"c1": 0.2, "c2": 0.4, "c3": 0.4})
