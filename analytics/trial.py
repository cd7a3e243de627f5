"""One experiment (or one segment of it): its groups, its measures and what the tests say of each.

Numbers come as aggregates of one SELECT; nothing here asks the engine or writes a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt

from analytics import comparisons
from analytics.comparisons import Difference, Sample

MEASURES = {"rate": "转化率", "basket": "每单金额", "value": "人均金额", "orders": "人均单数"}
ALWAYS = ("rate", "basket", "value")
CONTROLS = ("对照", "control", "baseline", "原版", "旧版", "原始", "默认", "default")
SPREAD = 0.05  # of the control's value: the effect that looking at any time is tuned for


@dataclass(frozen=True, slots=True)
class Asked:
    metric: str
    confidence: float
    power: float
    cuped: bool

    @property
    def measures(self) -> tuple[str, ...]:
        """The one asked for first."""
        return tuple(dict.fromkeys((self.metric, *ALWAYS)))

    @property
    def alpha(self) -> float:
        return round(1 - self.confidence, 6)


@dataclass(frozen=True, slots=True)
class Arm:
    """One group: people, buyers, and moments per person of orders, money and money before."""

    experiment: str
    grp: str | None
    variant: str
    n: int
    twice: int
    buyers: int
    orders_mean: float | None
    orders_var: float | None
    amount_mean: float | None
    amount_var: float | None
    amount_orders: float | None
    earlier_mean: float | None
    earlier_var: float | None
    amount_earlier: float | None
    began: date
    ended: date

    @property
    def rate(self) -> float:
        return self.buyers / self.n

    def without_segment(self) -> Arm:
        return replace(self, grp=None)

    @property
    def orders(self) -> Sample:
        return Sample(self.n, self.orders_mean or 0.0, self.orders_var or 0.0)

    @property
    def amount(self) -> Sample:
        return Sample(self.n, self.amount_mean or 0.0, self.amount_var or 0.0)

    @property
    def earlier(self) -> Sample:
        return Sample(self.n, self.earlier_mean or 0.0, self.earlier_var or 0.0)

    @property
    def basket(self) -> Sample | None:
        """Money per order; None without orders."""
        if not self.orders.mean:
            return None
        return comparisons.ratio(
            self.n,
            self.amount.mean,
            self.orders.mean,
            self.amount.variance,
            self.orders.variance,
            self.amount_orders or 0.0,
        )


@dataclass(frozen=True, slots=True)
class Trial:
    name: str
    segment: str
    control: Arm
    others: tuple[Arm, ...]

    @property
    def arms(self) -> tuple[Arm, ...]:
        return (self.control, *self.others)

    @property
    def people(self) -> int:
        return sum(a.n for a in self.arms)


@dataclass(frozen=True, slots=True)
class Test:
    """``p`` is corrected; ``visible`` the smallest difference that so many people show; ``size`` the
    people per group that this difference takes; ``anytime`` a p that allows for looking every day."""

    difference: Difference
    p: float
    visible: float
    size: float
    anytime: float


@dataclass(frozen=True, slots=True)
class Judged:
    """``tests``: (variant, measure) → test; missing where there was nothing to test."""

    trial: Trial
    tests: Mapping[tuple[str, str], Test]
    uneven: float

    def values(self, arm: Arm, measure: str) -> float | None:
        return plain(arm, measure)


def seen(name: str, segment: str, arms: Sequence[Arm]) -> Trial | None:
    """The control by its name, else the first in order. None with fewer than two groups."""
    if len(arms) < 2:
        return None
    named = [a for a in arms if any(w in a.variant.lower() for w in CONTROLS)]
    control = named[0] if named else min(arms, key=lambda a: a.variant)
    return Trial(name, segment, control, tuple(a for a in arms if a is not control))


def plain(arm: Arm, measure: str) -> float | None:
    """What the group did, before any adjustment."""
    match measure:
        case "rate":
            return arm.rate
        case "basket":
            return arm.basket.mean if arm.basket else None
        case "orders":
            return arm.orders.mean
        case _:
            return arm.amount.mean


def judged(trial: Trial, asked: Asked) -> Judged:
    """Every variant against the control in every measure. The measure asked for is corrected for the
    number of variants (Holm), the further ones also for how many there are (Benjamini-Hochberg)."""
    raw = {
        (arm.variant, measure): found
        for measure in asked.measures
        for arm in trial.others
        if (found := _test(trial, arm, measure, asked)) is not None
    }
    tests: dict[tuple[str, str], Test] = {}
    for measure in asked.measures:
        keys = [k for k in raw if k[1] == measure]
        for key, p in zip(keys, comparisons.holm([raw[k].p for k in keys]), strict=True):
            tests[key] = replace(raw[key], p=p)
    further = [k for k in tests if k[1] != asked.metric]
    corrected = comparisons.discoveries([tests[k].p for k in further])
    for key, p in zip(further, corrected, strict=True):
        tests[key] = replace(tests[key], p=p)
    return Judged(trial, tests, comparisons.uneven([a.n for a in trial.arms]))


def _test(trial: Trial, arm: Arm, measure: str, asked: Asked) -> Test | None:
    old, new = trial.control, arm
    if measure == "rate":
        found = comparisons.proportions(old.buyers, old.n, new.buyers, new.n, asked.confidence)
        visible = comparisons.visible(old.rate, old.n, new.n, asked.confidence, asked.power)
        size = comparisons.needed(old.rate, new.rate, asked.confidence, asked.power)
        error = sqrt(sum(a.rate * (1 - a.rate) / a.n for a in (old, new)))
        return Test(found, found.p, visible, size, comparisons.anytime(found, error, SPREAD))
    samples = _samples(trial, (old, new), measure, asked.cuped)
    if samples is None:
        return None
    difference = comparisons.means(*samples, asked.confidence)
    if difference is None:
        return None
    before, after = samples
    sd = sqrt((before.variance + after.variance) / 2)
    error = sqrt(before.variance / before.n + after.variance / after.n)
    return Test(
        difference,
        difference.p,
        comparisons.visible_mean(before, after, asked.confidence, asked.power),
        comparisons.needed_for_mean(sd, difference.value, asked.confidence, asked.power),
        comparisons.anytime(difference, error, SPREAD),
    )


def _samples(
    trial: Trial, arms: tuple[Arm, Arm], measure: str, cuped: bool
) -> tuple[Sample, Sample] | None:
    old, new = arms
    if measure == "basket":
        baskets = old.basket, new.basket
        return None if baskets[0] is None or baskets[1] is None else (baskets[0], baskets[1])
    if measure == "orders":
        return old.orders, new.orders
    return (reduced(trial, old), reduced(trial, new)) if cuped else (old.amount, new.amount)


def reduced(trial: Trial, arm: Arm) -> Sample:
    """Money per person without what the money before the experiment explains (CUPED)."""
    weight = sum(a.n - 1 for a in trial.arms)
    spread = sum((a.n - 1) * a.earlier.variance for a in trial.arms) / weight
    together = sum((a.n - 1) * (a.amount_earlier or 0.0) for a in trial.arms) / weight
    everybody = sum(a.n * a.earlier.mean for a in trial.arms) / trial.people
    theta = together / spread if spread else 0.0
    return comparisons.adjusted(
        arm.amount, theta, arm.earlier, everybody, arm.amount_earlier or 0.0
    )
