"""Retention against PostHog's fixtures and the Online Retail cohorts."""

from __future__ import annotations

from datetime import date

import pytest

from analytics import bits, lifecycle, retention
from analytics.contract import Outcome
from tests.toy_facts import BENCH, facts, inside, params

ONLINE = BENCH / "online_retail" / "online_retail.parquet"
D0 = date(2020, 6, 10)


def visits(days: dict[str, tuple[int, ...]]) -> str:
    rows = [f"('{who}', DATE '{D0}' + {n})" for who, ns in days.items() for n in ns]
    return f"SELECT * FROM (VALUES {', '.join(rows)}) AS t(who, day)"


def cells(outcome: Outcome) -> dict[str, list[float]]:
    """Cohort → people who came back, period by period."""
    found: dict[str, list[float]] = {}
    for cohort, _, _, back, *_ in outcome.rows:
        found.setdefault(cohort, []).append(back)
    found.pop(retention.MEAN, None)
    return found


def run(days: dict[str, tuple[int, ...]], last: int, first: int = 0, **said: object) -> Outcome:
    roles = {"v": {"user": "who", "time": "day"}}
    since, until = date.fromordinal(D0.toordinal() + first), date.fromordinal(D0.toordinal() + last)
    scope = inside(D0, date(2020, 7, 31)) if said.pop("june", False) else None
    scoped = facts({"v": visits(days)}, roles, since=since, until=until, scope=scope)
    outcome = retention.run(scoped, params(retention.ANALYSIS, **({"grain": "day"} | said)))
    assert isinstance(outcome, Outcome)
    return outcome


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixtures have two to five people."""
    monkeypatch.setattr(retention, "MIN_PEOPLE", 1)


def test_days_where_every_active_day_starts_a_cohort() -> None:
    outcome = run({"p1": (0, 1, 2, 5, 5, 6), "p2": (1, 2, 3, 6)}, 10, start="any")

    assert list(cells(outcome).values()) == [
        [1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0],
        [2, 2, 1, 0, 1, 2, 0, 0, 0, 0],
        [2, 1, 0, 1, 2, 0, 0, 0, 0],
        [1, 0, 0, 1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [2, 0, 0, 0, 0],
    ]


def test_on_that_day_or_later() -> None:
    people = {"p1": (0, 3, 4), "p2": (0, 1), "p3": (1, 2, 3), "p4": (3, 4), "p5": (4,)}

    outcome = run(people, 5, 1, start="any", mode="after")

    assert list(cells(outcome).values()) == [[2, 1, 1, 0, 0], [1, 1, 0, 0], [3, 2, 0], [3, 0]]


def test_first_time_only() -> None:
    outcome = run({"p1": (0, 1, 2), "p2": (1, 2), "p3": (1,)}, 3)

    assert cells(outcome) == {"2020-06-10": [1, 1, 1, 0], "2020-06-11": [2, 1, 0]}
    assert [r[4] for r in outcome.rows if r[0] == retention.MEAN] == [1, 2 / 3, 1 / 3, 0]


def test_a_period_that_is_not_over_is_marked_and_left_out_of_the_mean() -> None:
    rows = """SELECT who, CAST(day AS DATE) AS day FROM (VALUES ('a', '2025-01-05'), ('a', '2025-02-05'),
        ('b', '2025-01-20'), ('b', '2025-02-01'), ('b', '2025-03-02'), ('c', '2025-02-09')) AS t(who, day)"""
    scoped = facts(
        {"v": rows},
        {"v": {"user": "who", "time": "day"}},
        since=date(2025, 1, 1),
        until=date(2025, 3, 10),
    )

    outcome = retention.run(scoped, params(retention.ANALYSIS))

    assert isinstance(outcome, Outcome)
    assert [r for r in outcome.rows if r[0] != retention.MEAN] == [
        ("2025-01", 2, 0, 2, 1.0, "完整"),
        ("2025-01", 2, 1, 2, 1.0, "完整"),
        ("2025-01", 2, 2, 1, 0.5, "未走完"),
        ("2025-02", 1, 0, 1, 1.0, "完整"),
        ("2025-02", 1, 1, 0, 0.0, "未走完"),
    ]
    assert [r[4] for r in outcome.rows if r[0] == retention.MEAN] == [1.0, 1.0]


@pytest.mark.skipif(not ONLINE.exists(), reason="the reference data are not here")
def test_first_cohort_of_online_retail() -> None:
    """Lines with a customer; December 2011 had nine days."""
    import duckdb

    names = {c[0].lower(): c[0] for c in duckdb.sql(f"DESCRIBE FROM '{ONLINE}'").fetchall()}
    who = next(v for k, v in names.items() if "customer" in k)
    when = next(v for k, v in names.items() if "date" in k)
    rows = f"""SELECT "{who}" AS who, "{when}" AS day FROM '{ONLINE}' WHERE "{who}" IS NOT NULL"""
    scoped = facts(
        {"v": rows},
        {"v": {"user": "who", "time": "day"}},
        since=date(2010, 12, 1),
        until=date(2011, 12, 9),
    )

    outcome = retention.run(scoped, params(retention.ANALYSIS))

    assert isinstance(outcome, Outcome)
    first = cells(outcome)["2010-12"]
    assert first == [948, 362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260]
    assert [r[5] for r in outcome.rows if r[0] == "2010-12"][-1] == "未走完"


RANDOM = """SELECT i % 97 AS who, ['甲', '乙'][1 + i % 2] AS kind,
    TIMESTAMP '2024-02-10' + to_hours((hash(i) % 9000)::INT) AS day FROM range(700) t(i)"""


@pytest.mark.parametrize("grain", ["week", "month"])
@pytest.mark.parametrize("mode", ["on", "after"])
@pytest.mark.parametrize("by", [(), ("kind",)])
@pytest.mark.parametrize("spans", [(), ("1-3", 4)])
def test_one_number_a_person_counts_what_rows_count(
    grain: str,
    mode: str,
    by: tuple[str, ...],
    spans: tuple[object, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Retention and lifecycle, by bits and by joining every period with every other."""
    roles = {"v": {"user": "who", "time": "day"}}
    dimensions = {"kind": ("v", "kind")}
    days = {"since": date(2024, 3, 1), "until": date(2025, 1, 20)}
    scoped = facts({"v": RANDOM}, roles, **days, dimensions=dimensions, by=by)
    said = params(retention.ANALYSIS, grain=grain, mode=mode, **{grain: spans})
    flow = params(lifecycle.ANALYSIS, grain=grain)
    fast = retention.run(scoped, said), lifecycle.run(scoped, flow)
    monkeypatch.setattr(bits, "BITS", 0)  # no period fits
    slow = retention.run(scoped, said), lifecycle.run(scoped, flow)
    for one, other in zip(fast, slow, strict=True):
        assert isinstance(one, Outcome) and isinstance(other, Outcome)
        assert one.rows == other.rows


# ── brackets, several days, whole hours, another start ────────────────────────────────────────


def told(outcome: Outcome) -> dict[tuple[str, str], tuple[float, float | None]]:
    """(cohort, span) → people who came back, their share."""
    return {(r[0], r[2]): (r[3], r[4]) for r in outcome.rows}


def test_a_bracket_counts_everybody_once() -> None:
    """a comes back on days 2 and 3, b on day 5, c never: days 1–3 have a, days 4–7 have b."""
    outcome = run({"a": (0, 2, 3), "b": (0, 5), "c": (0,)}, 10, day=("1-3", "4-7"))

    assert told(outcome) == {
        ("2020-06-10", "第 1–3 天"): (1, 1 / 3),
        ("2020-06-10", "第 4–7 天"): (1, 1 / 3),
    }
    assert outcome.findings[0] == "3 人起始，留存率：第 1–3 天 33.3%，第 4–7 天 33.3%"


def test_a_bracket_is_over_with_its_last_day() -> None:
    """The second cohort's day 3 is the last whole day, its days 4–7 have only begun."""
    outcome = run({"a": (0, 1), "b": (0,), "c": (1, 4)}, 4, day=("1-3", "4-7"))

    assert told(outcome)["2020-06-11", "第 1–3 天"] == (1, 1.0)
    assert [r[5] for r in outcome.rows if r[:3:2] == ("2020-06-10", "第 4–7 天")] == ["未走完"]
    assert (retention.MEAN, "第 4–7 天") not in told(outcome)
    assert "第 4–7 天还没走完" in outcome.findings[0]


def test_all_days_asked_are_told() -> None:
    outcome = run({"a": (0, 1, 7), "b": (0, 1), "c": (0, 3)}, 12, day=(7, 1, 3))

    assert outcome.findings[0] == "3 人起始，留存率：次日 66.7%，第 3 天 33.3%，第 7 天 33.3%"
    assert [r[2] for r in outcome.rows] == ["次日", "第 3 天", "第 7 天"]


def test_days_and_months_in_one_answer() -> None:
    outcome = run({"a": (0, 1, 25), "b": (0,)}, 60, day=(1,), month=(1,), june=True)

    assert {(r[2], r[4]) for r in outcome.rows} == {("次日", 0.5), ("次月", 0.5)}


def test_within_seven_days() -> None:
    outcome = run({"a": (0, 6), "b": (0, 8), "c": (0,)}, 12, within=(7,))

    assert told(outcome) == {("2020-06-10", "第 1–7 天"): (1, 1 / 3)}


def test_days_of_cohorts_of_a_month() -> None:
    """June: a and b start, a comes back on day 1. July: c starts and comes back."""
    outcome = run({"a": (0, 1), "b": (5,), "c": (25, 26)}, 60, day=(1,), grain="month", june=True)

    rates = {r[0]: r[4] for r in outcome.rows if r[2] == 1}
    assert rates == {retention.MEAN: 2 / 3, "2020-06": 0.5, "2020-07": 1.0}


HOURS = """SELECT * FROM (VALUES ('a', TIMESTAMP '2020-06-10 23:00'), ('a', TIMESTAMP '2020-06-11 01:00'),
    ('b', TIMESTAMP '2020-06-10 10:00'), ('b', TIMESTAMP '2020-06-11 11:00'),
    ('c', TIMESTAMP '2020-06-10 12:00'), ('c', TIMESTAMP '2020-06-12 11:00')) AS t(who, day)"""


@pytest.mark.parametrize("clock", ["calendar", "rolling"])
@pytest.mark.parametrize("mode", ["on", "after"])
def test_a_day_of_24_hours_counts_from_everybodys_own_start(clock: str, mode: str) -> None:
    """a is back after 2 hours (the next date), b after 25 (day 1 both ways), c after 47 (date 2, day 1)."""
    scoped = facts(
        {"v": HOURS},
        {"v": {"user": "who", "time": "day"}},
        since=D0,
        until=date(2020, 6, 20),
    )

    outcome = retention.run(scoped, params(retention.ANALYSIS, day=(1,), clock=clock, mode=mode))

    assert isinstance(outcome, Outcome)
    expected = {"calendar": {"a", "b"}, "rolling": {"b", "c"}}[clock]
    if mode == "after" and clock == "calendar":
        expected = {"a", "b", "c"}
    assert outcome.people is not None
    kept = {p["user"] for p in scoped.run(outcome.people) if p["group"] == retention.KEPT}
    assert kept == expected
    assert [r[3] for r in outcome.rows if r[2] == 1] == [len(expected)]


def test_24_hours_of_the_last_to_start_end_a_day_later() -> None:
    """Data end with the 12th: day 1 of who started at 23:00 on the 11th is not over."""
    rows = HOURS.replace("2020-06-12 11:00", "2020-06-12 09:00").replace("2020-06-10", "2020-06-11")
    scoped = facts(
        {"v": rows}, {"v": {"user": "who", "time": "day"}}, since=D0, until=date(2020, 6, 12)
    )

    by_date = retention.run(scoped, params(retention.ANALYSIS, day=(1,)))
    by_hours = retention.run(scoped, params(retention.ANALYSIS, day=(1,), clock="rolling"))

    assert isinstance(by_date, Outcome)
    assert not isinstance(by_hours, Outcome)


SHOP = {
    "people": "SELECT * FROM (VALUES ('a', DATE '2020-06-10'), ('b', DATE '2020-06-10'), ('c', DATE '2020-06-11')) AS t(uid, joined)",
    "buys": "SELECT * FROM (VALUES ('a', DATE '2020-06-12'), ('b', DATE '2020-06-10'), ('c', DATE '2020-06-12'), ('x', DATE '2020-06-11')) AS t(uid, day)",
}


def test_who_registered_and_bought() -> None:
    """a buys on day 2, b only on day 0, c on day 1; x never registered."""
    roles = {
        "people": {"user": "uid", "register_time": "joined"},
        "buys": {"user": "uid", "time": "day"},
    }
    scoped = facts(SHOP, roles, since=D0, until=date(2020, 6, 20))

    outcome = retention.run(scoped, params(retention.ANALYSIS, begin="register", day=(1, 2)))

    assert isinstance(outcome, Outcome)
    found = told(outcome)
    assert found[retention.MEAN, "次日"] == (1, 1 / 3)
    assert found["2020-06-10", "第 2 天"] == (1, 0.5)
    assert found["2020-06-11", "次日"] == (1, 1.0)
    assert any("起始行为是注册" in n for n in outcome.notes)


def test_one_event_starts_and_another_is_coming_back() -> None:
    """a adds on D0 and pays on day 2; b adds, never pays; c pays without adding."""
    rows = """SELECT * FROM (VALUES ('a', DATE '2020-06-10', 'add'), ('a', DATE '2020-06-12', 'pay'),
        ('a', DATE '2020-06-11', 'see'), ('b', DATE '2020-06-10', 'add'), ('b', DATE '2020-06-12', 'see'),
        ('c', DATE '2020-06-10', 'pay')) AS t(who, day, what)"""
    roles = {"v": {"user": "who", "time": "day", "event": "what"}}
    scoped = facts({"v": rows}, roles, since=D0, until=date(2020, 6, 20))

    outcome = retention.run(
        scoped, params(retention.ANALYSIS, origin="add", back="pay", day=(1, 2))
    )

    assert isinstance(outcome, Outcome)
    assert told(outcome) == {
        ("2020-06-10", "次日"): (0, 0.0),
        ("2020-06-10", "第 2 天"): (1, 0.5),
    }


@pytest.mark.parametrize(("clock", "known"), [("calendar", {"a", "c"}), ("rolling", {"a"})])
def test_the_list_has_those_whose_span_is_over(clock: str, known: set[str]) -> None:
    """b started with the last whole day: whether b comes back is not known; nor is c's whole second day."""
    rows = visits({"a": (0, 1), "b": (4,), "c": (3,)})
    roles = {"v": {"user": "who", "time": "day"}}
    scoped = facts({"v": rows}, roles, since=D0, until=date(2020, 6, 14))

    outcome = retention.run(scoped, params(retention.ANALYSIS, day=(1,), clock=clock))

    assert isinstance(outcome, Outcome)
    assert outcome.people is not None
    listed = {p["user"]: p["group"] for p in scoped.run(outcome.people)}
    assert listed == {who: retention.KEPT if who == "a" else retention.GONE for who in known}
