"""How often items and pairs of items are in one order: counted in the engine, from one pass over the lines.

Orders as bits are fetched only for items that can be in a set of three. Above ``MOST`` lines a fixed sample of
orders is taken, which a hash draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from analytics.contract import Facts
from analytics.itemsets import Items
from analytics.template import fill

MIN_COUNT = 5  # orders that a pair must be in, whatever its share
USUAL, LEAST = 0.0002, 20  # support and orders of a pair when nobody says
MOST = 3_000_000  # lines that are counted
SIZE = "SELECT COUNT(*) AS lines FROM facts WHERE :order IS NOT NULL AND :item IS NOT NULL"
LINES = """
WITH lines AS MATERIALIZED (
  SELECT DISTINCT bill, item FROM (SELECT :order AS bill, :item AS item FROM facts)
  WHERE bill IS NOT NULL AND item IS NOT NULL AND (:kept = 10000 OR hash(bill) % 10000 < :kept)
)
"""
COUNTS = (
    LINES
    + """,
size AS (SELECT COUNT(DISTINCT bill) AS baskets FROM lines),
bar AS (
  SELECT *, GREATEST(:fewest, FLOOR(wanted * baskets * 0.999)) AS least FROM (
    SELECT *, CASE WHEN :support > 0 THEN :support
      ELSE GREATEST(:usual, CAST(:enough AS DOUBLE) / GREATEST(baskets * 10000 / :kept, 1)) END AS wanted FROM size)
),
pairs AS (
  SELECT a.item AS one, b.item AS other, COUNT(*) AS n FROM lines AS a
  JOIN lines AS b ON a.bill = b.bill AND a.item < b.item GROUP BY 1, 2
),
singles AS (SELECT item, COUNT(*) AS n FROM lines GROUP BY 1),
counted AS (
  SELECT NULL AS one, NULL AS other, baskets AS n, wanted FROM bar
  UNION ALL SELECT item, NULL, n, wanted FROM singles CROSS JOIN bar WHERE n >= least
  UNION ALL SELECT one, other, n, wanted FROM pairs CROSS JOIN bar WHERE n >= least
)
SELECT * FROM counted
"""
)
NAMES = """
SELECT item, ANY_VALUE(name) AS name FROM (SELECT :item AS item, CAST(:name AS VARCHAR) AS name FROM facts)
WHERE item IS NOT NULL GROUP BY 1
"""
PLACES = (
    LINES
    + """,
placed AS (SELECT item, DENSE_RANK() OVER (ORDER BY bill) - 1 AS place FROM lines WHERE item IN (:items))
SELECT item, list(place ORDER BY place) AS places FROM placed GROUP BY 1
"""
)


def sampled(facts: Facts, rows: exp.Select, holes: Mapping[str, Any]) -> int:
    """How many of ten thousand orders are counted."""
    lines = facts.run(fill(SIZE, {"facts": rows}, **holes))[0]["lines"]
    return min(10_000, int(10_000 * MOST / max(lines, 1)))


@dataclass(frozen=True, slots=True)
class Bought:
    """Items in enough orders, the most frequent first, and pairs of their places; ``wanted`` is the support
    asked for, ``least`` the orders that it means."""

    baskets: int
    wanted: float
    least: int
    items: Sequence[Any]
    names: Sequence[str]
    singles: Mapping[Items, int]
    pairs: Mapping[Items, int]


def counted(
    facts: Facts,
    rows: exp.Select,
    holes: Mapping[str, Any],
    kept: int,
    asked: float,
) -> Bought:
    """Orders, items and pairs from one pass over the lines."""
    limits = {"support": asked, "usual": USUAL, "enough": LEAST, "fewest": MIN_COUNT}
    found = facts.run(fill(COUNTS, {"facts": rows}, **holes, kept=kept, **limits))
    baskets, wanted = next((r["n"], r["wanted"]) for r in found if r["one"] is None)
    single = {r["one"]: r["n"] for r in found if r["one"] is not None and r["other"] is None}
    named = {i: i for i in single}
    if holes["name"] != holes["item"]:
        named = {r["item"]: r["name"] for r in facts.run(fill(NAMES, {"facts": rows}, **holes))}

    def place(item: Any) -> tuple[int, bool, str]:
        return -single[item], named[item] is None, str(named[item])

    items = sorted(single, key=place)
    at = {item: i for i, item in enumerate(items)}
    twos = (((at[r["one"]], at[r["other"]]), r["n"]) for r in found if r["other"] is not None)
    return Bought(
        baskets,
        wanted,
        max(MIN_COUNT, int(wanted * baskets * 0.999)),
        items,
        [str(named[item]) for item in items],
        {(i,): single[item] for i, item in enumerate(items)},
        {(min(pair), max(pair)): n for pair, n in twos},
    )


def places(
    facts: Facts,
    rows: exp.Select,
    holes: Mapping[str, Any],
    kept: int,
    place: Mapping[Any, int],
) -> Mapping[int, int]:
    """The orders of every item as bits."""
    found = facts.run(fill(PLACES, {"facts": rows}, **holes, kept=kept, items=list(place)))
    return {place[r["item"]]: _bits(r["places"]) for r in found}


def _bits(places: Sequence[int]) -> int:
    """The integer with these bits set."""
    mask = bytearray(places[-1] // 8 + 1)
    for place in places:
        mask[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(mask, "little")
