"""Two groups compared: differences with their intervals, chances of error, and how many people it takes.

Everything works on aggregates (counts, means, variances, covariances), which is all that comes out of
the engine. Two proportions: pooled z and Newcombe's hybrid score interval; means: Welch; ratios of sums:
the delta method; needed size: the pooled formula of R's ``power.prop.test``. Knows no experiment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Difference:
    """``new`` minus ``old`` with its interval; ``statistic`` is z or t, ``p`` two-sided."""

    old: float
    new: float
    low: float
    high: float
    statistic: float
    p: float

    @property
    def value(self) -> float:
        return self.new - self.old

    @property
    def lift(self) -> float | None:
        """Relative to ``old``; None where that is nothing."""
        return self.value / self.old if self.old else None


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one group: how many people, the mean and the variance (n − 1) of what they did."""

    n: int
    mean: float
    variance: float


def proportions(x_old: int, n_old: int, x_new: int, n_new: int, confidence: float) -> Difference:
    """Pooled z test; Newcombe's interval (1998, method 10).

    >>> d = proportions(250, 1000, 200, 1000, 0.95)
    >>> round(d.statistic, 6), round(d.p, 8), round(d.low, 6), round(d.high, 6)
    (-2.677398, 0.00741965, -0.086451, -0.013396)
    """
    from scipy.stats import norm

    old, new = x_old / n_old, x_new / n_new
    pooled = (x_old + x_new) / (n_old + n_new)
    error = sqrt(pooled * (1 - pooled) * (1 / n_old + 1 / n_new))
    z = (new - old) / error if error else 0.0
    quantile = float(norm.ppf((1 + confidence) / 2))
    low_old, high_old = wilson(x_old, n_old, quantile)
    low_new, high_new = wilson(x_new, n_new, quantile)
    low = new - old - sqrt((new - low_new) ** 2 + (high_old - old) ** 2)
    high = new - old + sqrt((high_new - new) ** 2 + (old - low_old) ** 2)
    return Difference(old, new, low, high, z, float(2 * norm.sf(abs(z))))


def wilson(x: int, n: int, z: float) -> tuple[float, float]:
    """Wilson's score interval of one proportion."""
    p = x / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def means(old: Sample, new: Sample, confidence: float) -> Difference | None:
    """Welch's t; None where nothing varies or a group has fewer than two people."""
    from scipy.stats import t as student

    if min(old.n, new.n) < 2 or not old.variance + new.variance:
        return None
    parts = old.variance / old.n, new.variance / new.n
    error = sqrt(sum(parts))
    df = sum(parts) ** 2 / (parts[0] ** 2 / (old.n - 1) + parts[1] ** 2 / (new.n - 1))
    statistic = (new.mean - old.mean) / error
    half = float(student.ppf((1 + confidence) / 2, df)) * error
    value = new.mean - old.mean
    p = float(2 * student.sf(abs(statistic), df))
    return Difference(old.mean, new.mean, value - half, value + half, statistic, p)


def ratio(
    n: int, top: float, bottom: float, var_top: float, var_bottom: float, cov: float
) -> Sample:
    """A ratio of two sums over people (money per order), as a sample: the delta method.

    ``top`` and ``bottom`` are means per person.
    """
    value = top / bottom
    variance = (var_top - 2 * value * cov + value * value * var_bottom) / (bottom * bottom)
    return Sample(n, value, max(variance, 0.0))


def adjusted(sample: Sample, theta: float, before: Sample, everybody: float, cov: float) -> Sample:
    """CUPED (Deng 2013): the mean without what was known ``before``; ``theta`` is cov/var over all."""
    return Sample(
        sample.n,
        sample.mean - theta * (before.mean - everybody),
        max(sample.variance - 2 * theta * cov + theta * theta * before.variance, 0.0),
    )


def uneven(counts: Sequence[int]) -> float:
    """How likely groups this unequal are if people were dealt evenly: chi-square.

    >>> f"{uneven((50_600, 49_400)):.3e}"
    '1.478e-04'
    """
    from scipy.stats import chisquare

    return float(chisquare(counts).pvalue)


def holm(ps: Sequence[float]) -> list[float]:
    """Holm's correction: several variants against one control.

    >>> holm((0.01, 0.04, 0.03))
    [0.03, 0.06, 0.06]
    """
    out = [0.0] * len(ps)
    highest = 0.0
    for rank, i in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        highest = max(highest, min(1.0, ps[i] * (len(ps) - rank)))
        out[i] = highest
    return out


def discoveries(ps: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg: several measures of one experiment, or several segments."""
    from scipy.stats import false_discovery_control

    return [float(p) for p in false_discovery_control(list(ps))] if ps else []


def needed(old: float, new: float, confidence: float, power: float) -> float:
    """People per group to see ``old`` become ``new``; infinite for no difference.

    >>> round(needed(0.10, 0.12, 0.95, 0.8), 2)
    3840.85
    """
    from scipy.stats import norm

    if old == new:
        return float("inf")
    middle = (old + new) / 2
    alpha = float(norm.ppf((1 + confidence) / 2)) * sqrt(2 * middle * (1 - middle))
    beta = float(norm.ppf(power)) * sqrt(old * (1 - old) + new * (1 - new))
    return ((alpha + beta) / (old - new)) ** 2


def needed_for_mean(sd: float, change: float, confidence: float, power: float) -> float:
    """People per group to see a mean change by ``change``: normal approximation."""
    from scipy.stats import norm

    both = float(norm.ppf((1 + confidence) / 2) + norm.ppf(power))
    return 2 * (both * sd / change) ** 2 if change else float("inf")


def visible(rate: float, n_old: int, n_new: int, confidence: float, power: float) -> float:
    """The smallest difference of two proportions that so many people show with ``power``."""
    from scipy.stats import norm

    both = float(norm.ppf((1 + confidence) / 2) + norm.ppf(power))
    return both * sqrt(rate * (1 - rate) * (1 / n_old + 1 / n_new))


def visible_mean(old: Sample, new: Sample, confidence: float, power: float) -> float:
    """The smallest difference of two means that so many people show with ``power``."""
    from scipy.stats import norm

    both = float(norm.ppf((1 + confidence) / 2) + norm.ppf(power))
    return both * sqrt(old.variance / old.n + new.variance / new.n)


def anytime(found: Difference, error: float, spread: float) -> float:
    """A p-value that stays honest however often one looks: the mixture likelihood ratio (mSPRT).

    ``spread`` is the size of effects expected, relative to the old value.
    """
    from math import exp

    noise, effect = error * error, (spread * found.old) ** 2
    if not noise or not effect:
        return 1.0
    exponent = effect * found.value**2 / (2 * noise * (noise + effect))
    return min(1.0, sqrt((noise + effect) / noise) * exp(-exponent))
