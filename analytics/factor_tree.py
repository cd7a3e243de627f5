"""A measure as a product of factors, and how much of a change each factor brings.

Logarithmic mean Divisia index (LMDI-I, Ang 2005): ΔM = Σ L(M₁, M₀)·ln(f₁/f₀) with L(a, b) = (a−b)/ln(a/b),
exact and without remainder. What the declared factors don't multiply up to is a factor of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.contract import Facts
from analytics.contributions import Sides, fetch
from semantic_layer.catalog import Metric
from semantic_layer.errors import Unanswerable
from semantic_layer.query import Condition, Measure

OTHER = "其他因素"


@dataclass(frozen=True, slots=True)
class Factor:
    """``power`` −1 divides. ``effect`` is its part of the change, in units of the product."""

    label: str
    before: float
    after: float
    effect: float = 0.0
    power: int = 1
    metric: Metric | None = None
    measure: Measure | None = None


def tree(
    facts: Facts, measure: Measure, sides: Sides, where: Condition | None = None
) -> tuple[Factor, ...]:
    """Factors before and after with their effects, which add up to the change; () where there are none."""
    for factors in ways(facts, measure):
        asked = (measure, *(m for m, _ in factors))
        try:
            rows = fetch(facts, asked, sides, "", where)
        except Unanswerable:
            continue
        before, after = rows.get(None, ((), ()))
        known = [
            Factor(label_of(facts, m), b, a, power=power, metric=facts.anatomy.metric(m), measure=m)
            for (m, power), b, a in zip(factors, before[1:], after[1:], strict=False)
            if b and a and b > 0 and a > 0
        ]
        first, last = (before[0], after[0]) if before and after else (None, None)
        if len(known) == len(factors) and first and last and first > 0 and last > 0:
            return effects(known, (first, last))
    return ()


def ways(facts: Facts, measure: Measure) -> Sequence[tuple[tuple[Measure, int], ...]]:
    """Products that ``measure`` is, likeliest first; a ratio is its numerator over its denominator."""
    found = [tuple((m, 1) for m in way) for way in facts.anatomy.factorings(measure)]
    if halves := facts.anatomy.fraction(measure):
        found.append(((halves[0], 1), (halves[1], -1)))
    return found


def label_of(facts: Facts, measure: Measure) -> str:
    metric = facts.anatomy.metric(measure)
    return metric.label if metric else ""


def effects(factors: Sequence[Factor], whole: tuple[float, float]) -> tuple[Factor, ...]:
    """With what each brings; the remainder of the product is one more factor, where there is one.

    >>> two = effects([Factor("a", 2, 4), Factor("b", 5, 5)], (10, 20))
    >>> [(f.label, round(f.effect, 6)) for f in two]
    [('a', 10.0), ('b', 0.0)]
    """
    product = [math.prod(_side(f, side) ** f.power for f in factors) for side in (0, 1)]
    rest = (whole[0] / product[0], whole[1] / product[1])
    listed = list(factors)
    if any(abs(math.log(r)) > 1e-9 for r in rest):
        listed.append(Factor(OTHER, *rest))
    mean = log_mean(whole[1], whole[0])
    return tuple(
        Factor(
            f.label,
            f.before,
            f.after,
            mean * f.power * math.log(f.after / f.before),
            f.power,
            f.metric,
            f.measure,
        )
        for f in listed
    )


def _side(factor: Factor, side: int) -> float:
    return factor.after if side else factor.before


def log_mean(a: float, b: float) -> float:
    """
    >>> log_mean(3.0, 3.0), round(log_mean(2.0, 1.0), 6)
    (3.0, 1.442695)
    """
    return a if math.isclose(a, b, rel_tol=1e-12) else (a - b) / math.log(a / b)


def formula(label: str, factors: Sequence[Factor]) -> str:
    """销售额 = 访客数 × 转化率 × 客单价

    >>> formula("率", [Factor("子", 1, 1), Factor("母", 1, 1, power=-1)])
    '率 = 子 ÷ 母'
    """
    text = ""
    for f in factors:
        if f.label != OTHER:
            text += (" ÷ " if f.power < 0 else " × ") * bool(text) + f.label
    return f"{label} = {text}"


def by_label(factors: Sequence[Factor]) -> Mapping[str, Factor]:
    return {f.label: f for f in factors}
