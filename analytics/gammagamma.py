"""Gamma-Gamma: what a customer spends per purchase (Fader, Hardie, Lee 2005).

Mean spend over ``x`` repeat purchases is pulled towards everybody's mean, the more so the fewer there
are. Spend must not depend on how often people buy: ``correlation`` is the check. Means of the same
``x`` that differ by less than a percent share a row with a weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Fitted parameters; ``v`` in the unit of money."""

    p: float
    q: float
    v: float
    loglik: float = 0.0

    @property
    def mean(self) -> float:
        """Spend per purchase of somebody of whom nothing is known."""
        return self.p * self.v / (self.q - 1)

    def spend(self, x: Array, total: Array) -> Array:
        """Expected spend per purchase after ``x`` repeat purchases of ``total`` money; linear in it."""
        return (self.p * self.v + self.p * total) / (self.p * x + self.q - 1)


SPEND_SQL = "(:p * :v + :p * again) / (:p * x + :q - 1)"  # over columns x, again


def fit(x: Array, mean: Array, weight: Array) -> GammaGamma:
    """Maximum likelihood. ``x`` and ``mean`` above zero. ``q`` stays above 1, so that means exist."""
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import gammaln

    total = float(weight.sum())
    scale = float((mean * weight).sum() / total)
    z = mean / scale

    def loss(logs: Array) -> float:
        p, v = np.exp(logs[[0, 2]])
        q = 1 + np.exp(logs[1])
        each = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        each = each + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(x * z + v)
        return -float((weight / total) @ each)

    found = minimize(loss, np.zeros(3), method="L-BFGS-B", bounds=[(-7.0, 9.0)] * 3)
    p, v = (float(np.exp(found.x[i])) for i in (0, 2))
    q = 1 + float(np.exp(found.x[1]))
    loglik = -float(found.fun) * total - total * float(np.log(scale))
    return GammaGamma(p, q, v * scale, loglik)


def correlation(x: Array, mean: Array, weight: Array) -> float:
    """Pearson's r of purchases and mean spend; 0 where one of them never differs."""
    import numpy as np

    cov = np.cov(np.stack([x, mean]), aweights=weight)
    spread = float(np.sqrt(cov[0, 0] * cov[1, 1]))
    return float(cov[0, 1]) / spread if spread else 0.0
