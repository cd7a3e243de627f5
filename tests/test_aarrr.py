"""AARRR: every stage of two periods, counted by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from analytics import aarrr
from analytics.contract import Outcome, Refused
from tests.toy_facts import facts, inside, params

JAN, FEB, MAR = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)
# who, registered; events on days; orders on days with money
PEOPLE = {
    1: (
        date(2024, 1, 5),
        {date(2024, 1, 6): "look", date(2024, 1, 8): "cart", date(2024, 2, 3): "look"},
    ),
    2: (date(2024, 1, 20), {date(2024, 1, 20): "look"}),
    3: (date(2024, 2, 2), {date(2024, 2, 2): "look", date(2024, 2, 9): "cart"}),
    4: (date(2024, 2, 10), {date(2024, 2, 11): "cart"}),
    5: (date(2024, 2, 26), {date(2024, 2, 27): "cart"}),
}
ORDERS = [(1, date(2024, 1, 9), 100), (1, date(2024, 2, 4), 80), (4, date(2024, 2, 12), 40)]
EMPTY = (None, None, None, None, None, None)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aarrr, "MIN_PEOPLE", 1)


def run(start: date = FEB, end: date = MAR, *, without: str = "", **said: Any) -> Outcome | Refused:
    def noon(day: date) -> str:
        return f"TIMESTAMP '{datetime(day.year, day.month, day.day, 12)}'"

    people = ", ".join(f"({u}, {noon(day)}, {u // 4})" for u, (day, _) in PEOPLE.items())
    events = ", ".join(
        f"({u}, {noon(day)}, '{e}')" for u, (_, done) in PEOPLE.items() for day, e in done.items()
    )
    orders = ", ".join(f"({u}, {noon(day)}, {y})" for u, day, y in ORDERS)
    tables = {
        "people": f"SELECT uid, joined, nullif(by_whom, 0) AS by_whom FROM (VALUES {people}) AS t(uid, joined, by_whom)",
        "events": f"SELECT * FROM (VALUES {events}) AS t(uid, moment, what)",
        "orders": f"SELECT * FROM (VALUES {orders}) AS t(uid, moment, yuan)",
    }
    roles = {
        "people": {"user": "uid", "register_time": "joined", "inviter": "by_whom"},
        "events": {"user": "uid", "time": "moment", "event": "what"},
        "orders": {"user": "uid", "time": "moment", "amount": "yuan"},
    }
    if without == "inviter":
        del roles["people"]["inviter"]
    elif without:
        del tables[without], roles[without]
    scoped = facts(
        tables, roles, since=JAN, until=MAR - timedelta(days=1), scope=inside(start, end)
    )
    return aarrr.run(scoped, params(aarrr.ANALYSIS, **said))


def stages(outcome: Outcome | Refused) -> dict[str, tuple[Any, ...]]:
    """indicator → (value, before, change, rate, rate before, change of the rate)."""
    assert isinstance(outcome, Outcome), outcome
    return {row[1]: tuple(row[2:]) for row in outcome.rows}


def test_every_stage() -> None:
    found = stages(run(event="cart"))

    assert found["新增用户（人）"] == (3, 2, 0.5, None, None, None)
    # the 5th is too new to tell; the 3rd took until the 7th day, which is no longer within
    assert found["7 天内cart的新用户（人）"] == (1, 1, 0.0, 0.5, 0.5, 0.0)
    # January: 1 and 2 came; of those 1 came again in February
    assert found["上一期来过又来的（人）"][0] == 1
    assert found["上一期来过又来的（人）"][3] == 0.5
    # four came in February, two paid
    assert found["付费用户（人）"][:2] == (2, 1)
    assert found["付费用户（人）"][3] == 0.5
    assert found["收入（元）"][:2] == (120.0, 100.0)
    assert found["邀请人（人）"][0] == 1


def test_more_days_to_activate() -> None:
    found = stages(run(event="cart", days=8))

    assert found["8 天内cart的新用户（人）"][0] == 2


def test_without_events_buying_activates() -> None:
    found = stages(run(without="events"))

    assert found["7 天内购买的新用户（人）"][:2] == (1, 1)


def test_without_registrations_the_first_event_counts() -> None:
    found = stages(run(without="people", event="cart"))

    assert found["新增用户（人）"][:2] == (3, 2)


def test_what_cannot_be_known_is_said() -> None:
    outcome = run(without="inviter")

    assert isinstance(outcome, Outcome)
    assert stages(outcome)["邀请人（人）"] == EMPTY
    assert any("推荐" in f and "没有" in f for f in outcome.findings)
    assert any("邀请人" in n for n in outcome.notes)


def test_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aarrr, "MIN_PEOPLE", 20)

    assert run() == Refused("too-little-data", "这段时间只有 4 人，少于 20 人")
