"""Association rules against R's arules on Groceries, and a basket counted by hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import basket
from analytics.contract import Outcome
from analytics.itemsets import Items, frequent, meeting, often, rules
from assistant.service import Assistant
from semantic_layer.query import Scope
from semantic_layer.scoped import ScopedFacts
from tests.toy_facts import BENCH, facts, params

GROCERIES = BENCH / "groceries" / "baskets.csv.gz"
TRUTH = Path(__file__).parents[1] / "data" / "ground_truth.json"
needs_data = pytest.mark.skipif(
    not TRUTH.exists(), reason="the demo data is not built: python -m data.generate"
)
needs_bench = pytest.mark.skipif(not GROCERIES.exists(), reason="the reference data are not here")


@cache
def groceries() -> ScopedFacts:
    """9,835 baskets, one a line."""
    rows = f"""SELECT bill, unnest(string_split(line, ',')) AS item, DATE '2025-01-01' AS day FROM (
        SELECT row_number() OVER () AS bill, line FROM read_csv('{GROCERIES}', columns = {{'line': 'VARCHAR'}},
        header = false, delim = '\\t', quote = ''))"""
    roles = {"l": {"order": "bill", "product": "item", "time": "day"}}
    return facts({"l": rows}, roles, since=date(2025, 1, 1), until=date(2025, 1, 2))


@needs_bench
@pytest.mark.parametrize(
    ("support", "confidence", "total", "lengths"),
    [
        (0.01, 0.5, 15, {}),
        (0.006, 0.25, 463, {}),
        (0.001, 0.8, 410, {"3": 29, "4": 229, "5": 140, "6": 12}),
        (0.001, 0.5, 5668, {"2": 11, "3": 1461, "4": 3211, "5": 939, "6": 46}),
    ],
)
def test_rules_of_arules(
    support: float, confidence: float, total: int, lengths: dict[str, int]
) -> None:
    said = params(basket.ANALYSIS, support=support, confidence=confidence, lift=0, longest=10)

    outcome = basket.run(groceries(), said)

    assert isinstance(outcome, Outcome)
    assert outcome.extra["baskets"] == 9835
    assert outcome.extra["rules"] == total
    assert not lengths or outcome.extra["lengths"] == lengths


@needs_bench
def test_the_strongest_rules_of_arules() -> None:
    for confidence, pair, lift in (
        (0.8, ({"liquor", "red/blush wine"}, "bottled beer"), 11.235),
        (0.5, ({"Instant food products", "soda"}, "hamburger meat"), 18.9957),
    ):
        said = params(basket.ANALYSIS, support=0.001, confidence=confidence, lift=0, longest=10)
        outcome = basket.run(groceries(), said)
        assert isinstance(outcome, Outcome)
        top = outcome.rows[0]
        assert (set(top[0].split(" + ")), top[1]) == pair
        assert top[5] == pytest.approx(lift, abs=1e-3)


def test_every_figure_by_hand() -> None:
    """Of ten orders six have a, five b, four both."""
    both, a, b, neither = range(4), range(4, 6), range(6, 7), range(7, 10)
    bits = {
        0: sum(1 << i for i in (*both, *a)),
        1: sum(1 << i for i in (*both, *b)),
        2: sum(1 << i for i in neither),
    }

    counts = frequent(bits, 10, 0.1, 3)
    found = {(r.left, r.right): r for r in rules(counts, 10, 0.5)}

    assert counts == {(0,): 6, (1,): 5, (2,): 3, (0, 1): 4}
    rule = found[(0,), 1]
    assert rule.support == pytest.approx(0.4)
    assert rule.confidence == pytest.approx(4 / 6)
    assert rule.lift == pytest.approx(4 / 3)
    assert rule.leverage == pytest.approx(0.1)
    assert rule.conviction == pytest.approx(1.5)
    assert found[(1,), 0].confidence == pytest.approx(0.8)


def test_thresholds_are_compared_in_whole_numbers() -> None:
    """8 of 10 is 0.8, whatever floats make of it."""
    bits = {0: (1 << 10) - 1, 1: (1 << 8) - 1}

    assert Counter(r.right for r in rules(frequent(bits, 10, 0.1, 2), 10, 0.8)) == {0: 1, 1: 1}


@given(st.lists(st.frozensets(st.integers(0, 6), min_size=1), min_size=1, max_size=40))
def test_counts_from_elsewhere_give_the_same_sets(orders: list[frozenset[int]]) -> None:
    """Single items and pairs counted by whoever holds the lines; bits for no more than what can be in three."""
    bits = {
        i: sum(1 << k for k, held in enumerate(orders) if i in held)
        for i in frozenset().union(*orders)
    }
    whole = frequent(bits, len(orders), 0.1, 5)

    singles: dict[Items, int] = {(i,): b.bit_count() for i, b in bits.items()}
    pairs: dict[Items, int] = {
        (i, j): (bits[i] & bits[j]).bit_count() for i in bits for j in bits if i < j
    }
    known = often(singles, pairs, len(orders), 0.1)
    few = {i: bits[i] for i in meeting(known)}

    assert frequent(few, len(orders), 0.1, 5, known) == whole
    assert all(set(items) <= few.keys() for items in whole if len(items) > 2)


@needs_data
def test_the_planted_pairs_of_the_demo() -> None:
    """By subcategory the pairs that were planted have the lift that was measured back."""
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))["truths"]["6"]["lift_by_subcategory"]
    assistant = Assistant.open("retail")
    scoped = ScopedFacts(assistant.catalog, assistant.engine, Scope(), assistant.today)

    outcome = basket.run(scoped, params(basket.ANALYSIS, level="subcategory", longest=2))

    assert isinstance(outcome, Outcome)
    lifts = {"+".join(sorted(r[:2])): r[5] for r in outcome.rows}
    for pair, lift in truth.items():
        if lift > 2:
            assert lifts["+".join(sorted(pair.split("+")))] == pytest.approx(lift, rel=0.01)


@needs_bench
def test_pairs_are_drawn_with_both_their_names() -> None:
    outcome = basket.run(groceries(), params(basket.ANALYSIS, support=0.006, confidence=0.25))

    assert isinstance(outcome, Outcome) and outcome.view.data is not None
    left, right, *_ = outcome.rows[0]
    drawn = outcome.view.data.rows
    assert drawn[0] == (f"{left} → {right}", outcome.rows[0][5])
    assert len(drawn) == basket.DRAWN < len(outcome.rows)


def test_what_happens_to_lie_in_a_basket_too_makes_no_rule() -> None:
    """甲 and 乙 belong together; 丙 is in every third order and has nothing to do with them."""
    rows = ", ".join(
        f"({n}, '{item}')"
        for n in range(900)
        for item, there in (
            ("甲", n % 10 == 0),
            ("乙", n % 10 == 0 or n % 50 == 7),
            ("丙", n % 3 == 0),
        )
        if there
    )
    lines = f"SELECT *, DATE '2025-01-01' AS day FROM (VALUES {rows}) AS t(o, p)"
    roles = {"lines": {"order": "o", "product": "p", "time": "day"}}
    scoped = facts({"lines": lines}, roles, since=date(2025, 1, 1), until=date(2025, 1, 2))
    outcome = basket.run(scoped, params(basket.ANALYSIS))
    assert isinstance(outcome, Outcome)
    assert {row[:2] for row in outcome.rows} == {("甲", "乙"), ("乙", "甲")}
    assert outcome.extra["left"] > 0
    every = basket.run(scoped, params(basket.ANALYSIS, support=0.01))
    assert isinstance(every, Outcome) and len(every.rows) > 2
