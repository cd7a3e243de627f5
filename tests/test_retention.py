"""Retention against PostHog's fixtures and the Online Retail cohorts."""

from __future__ import annotations

from datetime import date

import pytest

from analytics import bits, lifecycle, retention
from analytics.contract import Outcome
from tests.toy_facts import BENCH, facts, params

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
    scoped = facts({"v": visits(days)}, roles, since=since, until=until)
    outcome = retention.run(scoped, params(retention.ANALYSIS, grain="day", **said))
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
def test_one_number_a_person_counts_what_rows_count(
    grain: str, mode: str, by: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retention and lifecycle, by bits and by joining every period with every other."""
    roles = {"v": {"user": "who", "time": "day"}}
    dimensions = {"kind": ("v", "kind")}
    days = {"since": date(2024, 3, 1), "until": date(2025, 1, 20)}
    scoped = facts({"v": RANDOM}, roles, **days, dimensions=dimensions, by=by)
    said = params(retention.ANALYSIS, grain=grain, mode=mode)
    flow = params(lifecycle.ANALYSIS, grain=grain)
    fast = retention.run(scoped, said), lifecycle.run(scoped, flow)
    monkeypatch.setattr(bits, "BITS", 0)  # no period fits
    slow = retention.run(scoped, said), lifecycle.run(scoped, flow)
    for one, other in zip(fast, slow, strict=True):
        assert isinstance(one, Outcome) and isinstance(other, Outcome)
        assert one.rows == other.rows
