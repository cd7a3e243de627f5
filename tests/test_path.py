"""Paths: a table worked out by hand and PostHog's fixture."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from analytics import path
from analytics.contract import Outcome, Refused
from tests.toy_facts import facts, params

DAY = date(2020, 1, 1)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixtures have four people."""
    monkeypatch.setattr(path, "MIN_SESSIONS", 1)


def run(
    walks: dict[str, list[tuple[float, str]]], by: tuple[str, ...] = (), **said: Any
) -> Outcome | Refused:
    """``walks``: who → (minutes, event)."""
    start = datetime(2020, 1, 1, 8)
    rows = ", ".join(
        f"('{who}', TIMESTAMP '{start + timedelta(minutes=m)}', '{event}', '{who[0]}')"
        for who, events in walks.items()
        for m, event in events
    )
    scoped = facts(
        {"v": f"SELECT * FROM (VALUES {rows}) AS t(who, moment, what, side)"},
        {"v": {"user": "who", "time": "moment", "event": "what"}},
        since=DAY,
        until=DAY + timedelta(days=9),
        dimensions={"side": ("v", "side")},
        by=by,
    )
    return path.run(scoped, params(path.ANALYSIS, **said))


def edges(walks: dict[str, list[tuple[float, str]]], **said: Any) -> set[tuple[str, str, int]]:
    """(from, to, sessions)."""
    outcome = run(walks, **said)
    assert isinstance(outcome, Outcome), outcome
    return {(row[1], row[2], row[3]) for row in outcome.rows}


def walk(text: str, pause: float = 1) -> list[tuple[float, str]]:
    return [(i * pause, event) for i, event in enumerate(text.split())]


POSTHOG = {
    "p1": walk("/ /about"),
    "p2": walk("/ /pricing /about"),
    "p3": walk("/pricing /"),
    "p4": walk("/ /pricing"),
}
TOY: dict[str, list[tuple[float, str]]] = {
    "a1": [(0, "home"), (1, "home"), (2, "item"), (50, "home"), (51, "cart")],
    "a2": walk("home item cart pay"),
    "b1": walk("item home item cart"),
    "b2": walk("home"),
}


def test_posthogs_fixture() -> None:
    assert edges(POSTHOG) == {
        ("1 /", "2 /pricing", 2),
        ("1 /", "2 /about", 1),
        ("1 /pricing", "2 /", 1),
        ("2 /pricing", "3 /about", 1),
    }


def test_by_hand() -> None:
    """a1 has two sessions, 48 minutes apart, and says home twice."""
    assert edges(TOY) == {
        ("1 home", "2 item", 2),
        ("1 home", "2 cart", 1),
        ("2 item", "3 cart", 1),
        ("3 cart", "4 pay", 1),
        ("1 item", "2 home", 1),
        ("2 home", "3 item", 1),
        ("3 item", "4 cart", 1),
    }


def test_most_common_path_and_those_who_stop() -> None:
    outcome = run(TOY)

    assert isinstance(outcome, Outcome)
    assert "5 次会话" in outcome.findings[0]
    assert outcome.extra["single"] == [1, 0.2]


def test_a_longer_pause_is_one_session() -> None:
    found = edges(TOY, pause=60)

    assert ("2 item", "3 home", 1) in found
    assert ("1 home", "2 cart", 1) not in found


def test_repeats_may_be_kept() -> None:
    assert ("1 home", "2 home", 1) in edges(TOY, repeats="keep")


def test_from_an_event() -> None:
    assert edges(TOY, origin="item") == {
        ("1 item", "2 cart", 1),
        ("2 cart", "3 pay", 1),
        ("1 item", "2 home", 1),
        ("2 home", "3 item", 1),
        ("3 item", "4 cart", 1),
    }


def test_to_an_event() -> None:
    assert edges(TOY, goal="cart") == {
        ("前1 home", "cart", 1),
        ("前1 item", "cart", 2),
        ("前2 home", "前1 item", 2),
        ("前3 item", "前2 home", 1),
    }


def test_between_two_events() -> None:
    assert edges(TOY, origin="home", goal="cart") == {
        ("1 home", "2 cart", 1),
        ("1 home", "2 item", 2),
        ("2 item", "3 cart", 2),
    }


def test_long_ways_are_cut_in_the_middle() -> None:
    outcome = run({"p": walk("a b c d e f")}, origin="a", goal="f", steps=4)

    assert isinstance(outcome, Outcome)
    assert "a → b → … → f" in outcome.findings[0]


def test_fewer_steps() -> None:
    assert edges(TOY, steps=2) == {
        ("1 home", "2 item", 2),
        ("1 home", "2 cart", 1),
        ("1 item", "2 home", 1),
    }


def test_events_left_out() -> None:
    assert edges(TOY, exclude=("home", "pay")) == {("1 item", "2 cart", 2)}


def test_edges_of_too_few_people() -> None:
    assert edges(TOY, least=2) == {("1 home", "2 item", 2)}
    assert run(TOY, least=3) == Refused("too-little-data", "没有至少 3 人走过的两步")


def test_a_share_is_of_everybody_who_went_on() -> None:
    """Of the three sessions that leave home as their first step, one goes where too few people go."""
    outcome = run(TOY, least=2)

    assert isinstance(outcome, Outcome)
    assert outcome.rows == ((1, "1 home", "2 item", 2, 2, pytest.approx(2 / 3)),)


def test_people_on_more_than_sixty_edges() -> None:
    """Edges are counted in pages of sixty bits; with a least number of people every edge is looked at."""
    names = [f"e{i}" for i in range(9)]
    ways = [f"{a} {b}" for a in names for b in names if a != b]
    walks = {
        f"one {way}": [(99.0 * i + m, event) for i in range(5) for m, event in walk(way)]
        for way in ways[:50]
    }
    walks |= {f"{who} {way}": walk(way) for way in ways[50:] for who in ("one", "two", "three")}
    outcome = run(walks, least=3)

    assert isinstance(outcome, Outcome)
    assert [row[3:5] for row in outcome.rows] == [(3, 3)] * 22


def test_by_group() -> None:
    outcome = run(TOY, by=("side",))

    assert isinstance(outcome, Outcome)
    assert ("b", "home", 1, 1, 0.5) in outcome.rows
    assert ("a", "home → cart", 1, 1, pytest.approx(1 / 3)) in outcome.rows


def test_the_same_event_twice_is_no_goal() -> None:
    assert edges(TOY, origin="item", goal="item") == edges(TOY, origin="item")
