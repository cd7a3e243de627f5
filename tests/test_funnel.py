"""The funnel against ClickHouse's windowFunnel and PostHog's tests."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from analytics import dropping, funnel
from analytics.contract import Outcome
from tests.toy_facts import facts, params

DAY = date(2020, 1, 1)
MINUTE = 1 / 1440


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixtures have one to nine people."""
    monkeypatch.setattr(funnel, "MIN_PEOPLE", 1)


def events(rows: list[tuple[int, datetime, str]]) -> str:
    values = ", ".join(f"({u}, TIMESTAMP '{t}', '{e}')" for u, t, e in rows)
    return f"SELECT * FROM (VALUES {values}) AS t(who, moment, what)"


def levels(rows: list[tuple[int, datetime, str]], steps: str, **said: Any) -> dict[int, int]:
    """Who → how far they came."""
    outcome, scoped = run(rows, steps, **said)
    assert outcome.people is not None
    return {p["user"]: p["level"] for p in scoped.run(outcome.people)}


def run(rows: list[tuple[int, datetime, str]], steps: str, **said: Any) -> tuple[Outcome, Any]:
    roles = {"v": {"user": "who", "time": "moment", "event": "what"}}
    scoped = facts({"v": events(rows)}, roles, since=DAY, until=DAY + timedelta(days=60))
    outcome = funnel.run(scoped, params(funnel.ANALYSIS, steps=tuple(steps.split()), **said))
    assert isinstance(outcome, Outcome)
    return outcome, scoped


def at(seconds: float) -> datetime:
    return datetime(2020, 1, 1) + timedelta(seconds=seconds)


def written(text: dict[int, str]) -> list[tuple[int, datetime, str]]:
    return [(u, at(60 * i), e) for u, es in text.items() for i, e in enumerate(es.split())]


CLICKHOUSE = {  # 00632_aggregation_window_funnel
    1: "a b c",
    2: "a d b c",
    3: "a a b b c c",
    4: "a a a a b b c c",
    5: "a a b b d c c",
    6: "c c b b a a",
}


def test_in_order() -> None:
    assert levels(written(CLICKHOUSE), "a b c", window=1) == {1: 3, 2: 3, 3: 3, 4: 3, 5: 3, 6: 1}


def test_one_right_after_the_other() -> None:
    found = levels(written(CLICKHOUSE), "a b c", window=1, mode="strict")

    assert found == {1: 3, 2: 1, 3: 3, 4: 3, 5: 2, 6: 1}


@pytest.mark.parametrize(("seconds", "reached"), [(2, 3), (3, 4), (4, 5)])
def test_the_window_counts_from_the_first_step(seconds: int, reached: int) -> None:
    rows = [(1, at(i), str(1000 + i)) for i in range(9)]

    found = levels(rows, "1003 1004 1005 1006 1007", window=seconds / 86400)

    assert found == {1: reached}


@pytest.mark.parametrize(("mode", "reached"), [("ordered", 5), ("increase", 2)])
def test_ties_in_time(mode: str, reached: int) -> None:
    rows = [(1, at(t), e) for t, e in zip((0, 1, 1, 1, 2), "abcde", strict=True)]

    assert levels(rows[::-1], "a b c d e", mode=mode) == {1: reached}


def test_later_starts_count() -> None:
    """The first start is too early for the window, the second is not."""
    rows = [(1, at(0), "a"), (1, at(5000), "a"), (1, at(5100), "b"), (1, at(5200), "c")]

    assert levels(rows, "a b c", window=10 * MINUTE) == {1: 3}


def test_any_order() -> None:
    rows = written({1: "c a b", 2: "b x a", 3: "c", 4: "x"})

    assert levels(rows, "a b c", mode="any") == {1: 3, 2: 2, 3: 1}


def test_people_and_times_between_steps() -> None:
    """PostHog: sign-up 12:00, play 13:00, buy 15:00; 14:00, 16:00; 14:00, 16:00, 17:00."""
    hours = {1: {"a": 12, "b": 13, "c": 15}, 2: {"a": 14, "b": 16}, 3: {"a": 14, "b": 16, "c": 17}}
    rows = [(u, at(h * 3600), e) for u, steps in hours.items() for e, h in steps.items()]

    outcome, _ = run(rows, "a b c")

    assert outcome.rows == (
        ("a", 1, 3, None, 1.0, None, None),
        ("b", 2, 3, 1.0, 1.0, 120.0, 100.0),
        ("c", 3, 2, 2 / 3, 2 / 3, 90.0, 90.0),
    )


def test_a_window_of_minutes() -> None:
    """PostHog: three of whom one needs longer than five minutes."""
    rows = [(1, at(0), "a"), (1, at(300), "b"), (2, at(0), "a"), (2, at(300), "b")]
    rows += [(3, at(0), "a"), (3, at(301), "b")]

    assert sorted(levels(rows, "a b", window=5 * MINUTE).values()) == [1, 2, 2]


def brute(
    rows: list[tuple[int, datetime, str]], steps: list[str], seconds: float
) -> dict[int, int]:
    """The definition, word by word: the longest chain over every start."""
    found: dict[int, int] = {}
    for who in {u for u, _, _ in rows}:
        mine = sorted((t, steps.index(e)) for u, t, e in rows if u == who and e in steps)
        best = 0
        for i, (start, step) in enumerate(mine):
            if step != 0:
                continue
            reached = 1
            for t, s in mine[i + 1 :]:
                if s == reached and (t - start).total_seconds() <= seconds:
                    reached += 1
            best = max(best, reached)
        if best:
            found[who] = best
    return found


def test_equal_to_the_definition_on_random_events() -> None:
    numbers = iter(range(10**6))

    def pick(n: int) -> int:
        return hash((next(numbers) * 2654435761) % 2**32) % n

    rows = [(pick(300), at(pick(4000)), "abcdx"[pick(5)]) for _ in range(6000)]

    assert levels(rows, "a b c d", window=600 / 86400) == brute(rows, list("abcd"), 600)


def counted(name: str, value: str, came: int, went: int) -> dict[str, Any]:
    return {"name": name, "value": value, "k": 1, "came": came, "went": went}


def test_odds_of_dropping_by_hand() -> None:
    """60 of 200 stop on one side, 100 of 800 on the other: (60 × 700) / (140 × 100) = 3."""
    found = dropping.odds([counted("platform", "a", 200, 140), counted("platform", "b", 800, 700)])

    mine = next(o for o in found if o.value == "a")
    error = (1 / 60 + 1 / 140 + 1 / 100 + 1 / 700) ** 0.5
    assert (mine.stopped, mine.others, mine.ratio) == pytest.approx((0.3, 0.125, 3.0))
    # two tables: 1 − 0.05/2 two-sided, z = 2.241403
    assert mine.low == pytest.approx(3 * math.exp(-2.241403 * error), rel=1e-6)
    assert mine.high == pytest.approx(3 * math.exp(2.241403 * error), rel=1e-6)


def test_too_few_are_no_difference() -> None:
    assert (
        dropping.odds([counted("platform", "a", 99, 40), counted("platform", "b", 800, 700)]) == []
    )


def test_what_differs_about_those_who_drop() -> None:
    """Everybody adds; on the second phone half of them go no further."""
    rows, phones = [], {}
    for who in range(800):
        phones[who] = "old" if who % 2 else "new"
        rows += [(who, at(who), "a"), (who, at(who + 1), "b")]
        if who % 20 != 1 if who % 2 else who % 4:
            rows.append((who, at(who + 2), "c"))
    values = ", ".join(f"({u}, TIMESTAMP '{t}', '{e}', '{phones[u]}')" for u, t, e in rows)
    scoped = facts(
        {"v": f"SELECT * FROM (VALUES {values}) AS t(who, moment, what, phone)"},
        {"v": {"user": "who", "time": "moment", "event": "what", "platform": "phone"}},
        since=DAY,
        until=DAY + timedelta(days=60),
    )

    outcome = funnel.run(scoped, params(funnel.ANALYSIS, steps=("a", "b", "c"), focus="differ"))

    assert isinstance(outcome, Outcome)
    assert outcome.rows[0][:6] == ("b→c", "端", "new", 400, 0.5, 0.1)
    assert "new" in outcome.findings[0]


def test_without_a_period_the_last_ninety_days() -> None:
    rows = [(1, at(0), "a"), (2, at(86400 * 20), "a"), (2, at(86400 * 20 + 60), "b")]
    roles = {"v": {"user": "who", "time": "moment", "event": "what"}}
    scoped = facts({"v": events(rows)}, roles, since=DAY, until=DAY + timedelta(days=100))

    outcome = funnel.run(scoped, params(funnel.ANALYSIS, steps=("a", "b")))

    assert isinstance(outcome, Outcome)
    assert [row[2] for row in outcome.rows] == [1, 1]
    assert "近 90 天" in outcome.notes[0]
