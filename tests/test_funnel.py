"""The funnel against ClickHouse's windowFunnel and PostHog's tests."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from analytics import dropping, funnel, funnel_trend
from analytics.contract import Outcome
from tests.toy_facts import facts, params

DAY = date(2020, 1, 1)
MINUTE = 1 / 1440


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixtures have one to nine people."""
    monkeypatch.setattr(funnel, "MIN_PEOPLE", 1)
    monkeypatch.setattr(funnel_trend, "MIN_PEOPLE", 1)


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


def test_a_step_that_comes_again_ends_it() -> None:
    """00632 with strict_deduplication, alone and beside strict_order."""
    rows = written(CLICKHOUSE)

    alone = levels(rows, "a b c", window=1, repeats="stop")
    adjacent = levels(rows, "a b c", window=1, repeats="stop", mode="strict")

    assert alone == {1: 3, 2: 3, 3: 2, 4: 2, 5: 2, 6: 1}
    assert adjacent == {1: 3, 2: 1, 3: 2, 4: 2, 5: 2, 6: 1}


def test_repeats_end_it_as_the_definition_says_on_random_events() -> None:
    numbers = iter(range(10**6))

    def pick(n: int) -> int:
        return hash((next(numbers) * 2654435761) % 2**32) % n

    rows = sorted({(pick(200), at(pick(4000)), "abcd"[pick(4)]) for _ in range(1500)})
    expected: dict[int, int] = {}
    for who in {u for u, _, _ in rows}:
        starts: dict[int, datetime] = {}
        for t, step in sorted((t, "abcd".index(e)) for u, t, e in rows if u == who):
            if step == 0:
                starts[0] = t
            elif step in starts:
                break
            elif step - 1 in starts and (t - starts[step - 1]).total_seconds() <= 900:
                starts[step] = starts[step - 1]
                if step == 3:
                    break
        if starts:
            expected[who] = max(starts) + 1

    assert levels(rows, "a b c d", window=900 / 86400, repeats="stop") == expected


@pytest.mark.parametrize("mode", ["ordered", "increase", "strict"])
def test_excluded_between_the_steps(mode: str) -> None:
    """PostHog: who does x between sign-up and payment is no part of the funnel, not of its start either."""
    rows = written({1: "a b", 2: "a x b", 3: "a b", 4: "x a b", 5: "a b x", 6: "a x"})

    found = levels(rows, "a b", window=1, exclude=("x",), mode=mode)

    assert found == {1: 2, 3: 2, 4: 2, 5: 2}


def test_another_attempt_without_what_is_excluded_counts() -> None:
    """1 comes back and gets through; 2 comes back and stops at the start, long after."""
    rows = [*written({1: "a x a b", 2: "a x"}), (2, at(5 * 86400), "a")]

    assert levels(rows, "a b", window=1, exclude=("x",)) == {1: 2, 2: 1}


def days(text: dict[int, str]) -> list[tuple[int, datetime, str]]:
    """``a0 b2``: a on day 0, b on day 2."""
    return [(u, at(86400 * int(x[1:])), x[0]) for u, es in text.items() for x in es.split()]


def test_the_share_that_gets_through_by_week_of_start() -> None:
    """2020-01-01 is a Wednesday. 1 begins in both weeks and gets through from both; 2 only in the second."""
    rows = days({1: "a0 b1 a6 b7", 2: "a0 a7 b8", 3: "a1", 4: "a9", 5: "a59"})

    outcome, scoped = run(rows, "a b", window=3, grain="week")

    assert outcome.rows == (
        (date(2019, 12, 30), 3, 1, 1 / 3, "未走完"),
        (date(2020, 1, 6), 3, 2, 2 / 3, "完整"),
        (date(2020, 2, 24), 1, 0, 0.0, "未走完"),  # ends with the data, its window does not
    )
    assert outcome.people is not None
    assert len(scoped.run(outcome.people)) == 5


def test_a_start_is_counted_in_its_own_week_however_late_the_end() -> None:
    """Begun on Sunday, again on Monday or Tuesday, paid on Tuesday: both weeks got them through."""
    rows = days({1: "a4 a5 b6", 2: "a4 a6 b6"})

    outcome, _ = run(rows, "a b", window=3, grain="week")

    assert [r[:3] for r in outcome.rows] == [(date(2019, 12, 30), 2, 2), (date(2020, 1, 6), 2, 2)]


@pytest.mark.parametrize(("touch", "group"), [("first", "甲"), ("last", "乙")])
def test_whose_group_somebody_belongs_to(touch: str, group: str) -> None:
    rows = """SELECT * FROM (VALUES (1, TIMESTAMP '2020-01-01 10:00', 'a', '甲'),
        (1, TIMESTAMP '2020-01-01 11:00', 'b', '乙')) AS t(who, moment, what, via)"""
    roles = {"v": {"user": "who", "time": "moment", "event": "what"}}
    period = {"since": DAY, "until": DAY + timedelta(days=60)}
    scoped = facts({"v": rows}, roles, **period, dimensions={"via": ("v", "via")}, by=("via",))

    outcome = funnel.run(scoped, params(funnel.ANALYSIS, steps=("a", "b"), touch=touch))

    assert isinstance(outcome, Outcome)
    assert {r[0] for r in outcome.rows} == {group}
