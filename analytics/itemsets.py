"""Frequent itemsets and one-item rules over baskets, in whole numbers.

Apriori over bit sets: an item is the integer whose bits are its baskets, so a set's count is the bits of
an AND. Supports and confidences are compared as counts, because 8/10 as a float falls below 0.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import sqrt

Items = tuple[int, ...]
CLEARLY = 3.0


@dataclass(frozen=True, slots=True)
class Rule:
    """``left`` ⇒ ``right`` with the counts that everything else follows from."""

    left: Items
    right: int
    both: int
    left_count: int
    right_count: int
    baskets: int

    @property
    def support(self) -> float:
        return self.both / self.baskets

    @property
    def confidence(self) -> float:
        return self.both / self.left_count

    @property
    def lift(self) -> float:
        return self.both * self.baskets / (self.left_count * self.right_count)

    @property
    def leverage(self) -> float:
        return self.support - self.left_count * self.right_count / self.baskets**2

    @property
    def conviction(self) -> float | None:
        """None where the rule never fails."""
        fails = self.left_count - self.both
        missing = (self.baskets - self.right_count) / self.baskets
        return missing * self.left_count / fails if fails else None


def exact(value: float) -> Fraction:
    """A threshold as people wrote it: 0.8 is 4/5.

    >>> exact(0.8), exact(0.001)
    (Fraction(4, 5), Fraction(1, 1000))
    """
    return Fraction(repr(value))


def often(
    singles: Mapping[Items, int], pairs: Mapping[Items, int], baskets: int, support: float
) -> dict[Items, int]:
    """Those of ``singles`` and ``pairs`` that are in at least ``support`` of the baskets.

    >>> often({(0,): 8, (1,): 4}, {(0, 1): 3}, 10, 0.4)
    {(0,): 8, (1,): 4}
    """
    least = exact(support) * baskets
    return {items: n for items, n in (*singles.items(), *pairs.items()) if n >= least}


def meeting(counts: Mapping[Items, int]) -> frozenset[int]:
    """Items that can be in a set of three: all of its pairs are frequent.

    >>> sorted(meeting(dict.fromkeys([(0, 1), (0, 2), (1, 2), (2, 3)], 1)))
    [0, 1, 2]
    """
    pairs = sorted(items for items in counts if len(items) == 2)
    joined = (((*left, right[-1]), (left[-1], right[-1])) for left, right in _joinable(pairs))
    return frozenset(i for items, last in joined if last in counts for i in items)


def frequent(
    bits: Mapping[int, int],
    baskets: int,
    support: float,
    longest: int,
    known: Mapping[Items, int] | None = None,
) -> dict[Items, int]:
    """Every set of at most ``longest`` items in at least ``support`` of the baskets, with its count.

    ``known``: the frequent single items and pairs, where somebody has counted them; then only items that
    can be in larger sets (``meeting``) need ``bits``.
    """
    least = exact(support) * baskets
    if known is None:
        level: dict[Items, int] = {
            (i,): b for i, b in sorted(bits.items()) if b.bit_count() >= least
        }
        found = {items: b.bit_count() for items, b in level.items()}
    else:
        twos = (items for items in known if len(items) == 2 and bits.keys() >= set(items))
        level, found = {(i, j): bits[i] & bits[j] for i, j in twos}, dict(known)
    while level and len(next(iter(level))) < longest:
        following: dict[Items, int] = {}
        for left, right in _joinable(sorted(level)):
            items = (*left, right[-1])
            if any(part not in level for part in combinations(items, len(left))):
                continue
            both = level[left] & bits[right[-1]]
            if both.bit_count() >= least:
                following[items] = both
        found.update((items, b.bit_count()) for items, b in following.items())
        level = following
    return found


def telling(rule: Rule, counts: Mapping[Items, int]) -> bool:
    """Does every item on the left matter? Without one of them the rule would have to be clearly less
    often right: by more than ``CLEARLY`` standard deviations of what its baskets would do by chance.

    >>> counts = {(0,): 1000, (1,): 1000, (2,): 500, (0, 2): 100, (1, 2): 100}
    >>> [telling(Rule((0, 1), 2, both, 100, 500, 9000), counts) for both in (12, 40)]
    [False, True]
    """
    for item in rule.left if len(rule.left) > 1 else ():
        fewer = tuple(i for i in rule.left if i != item)
        usual = counts[tuple(sorted((*fewer, rule.right)))] / counts[fewer]
        spread = sqrt(rule.left_count * usual * (1 - usual))
        if rule.both <= rule.left_count * usual + CLEARLY * spread:
            return False
    return True


def _joinable(sets: Sequence[Items]) -> Iterator[tuple[Items, Items]]:
    """Pairs that differ in their last item only."""
    start = 0
    while start < len(sets):
        end = start
        while end < len(sets) and sets[end][:-1] == sets[start][:-1]:
            end += 1
        yield from combinations(sets[start:end], 2)
        start = end


def rules(counts: Mapping[Items, int], baskets: int, confidence: float) -> list[Rule]:
    """One-item consequents with at least ``confidence``; the highest lift first."""
    least = exact(confidence)
    found = []
    for items, both in counts.items():
        if len(items) < 2:
            continue
        for right in items:
            left = tuple(i for i in items if i != right)
            if both * least.denominator >= least.numerator * counts[left]:
                found.append(Rule(left, right, both, counts[left], counts[(right,)], baskets))
    return sorted(found, key=lambda r: (-r.lift, -r.both, r.left, r.right))
