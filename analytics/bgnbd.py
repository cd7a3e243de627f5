"""BG/NBD: how often customers buy and whether they still do (Fader, Hardie, Lee 2005).

While active a customer buys at a rate of their own (Gamma ``r``, ``alpha``); after each purchase they may
leave for good (Beta ``a``, ``b``). Histories are ``x`` repeat purchases, the last at ``tx`` after the first,
seen for ``age``: all in one unit of time. Equal histories count once with a weight, which is what makes
a fit over millions of customers a matter of seconds. Knows no table; ``*_SQL`` are the same formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from analytics.threads import one_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

NODES = 48  # of the quadrature over the chance to leave


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Fitted parameters; ``loglik`` is the sum over customers."""

    r: float
    alpha: float
    a: float
    b: float
    loglik: float = 0.0

    def alive(self, x: Array, tx: Array, age: Array) -> Array:
        """P(still a customer). Nobody leaves before their second purchase."""
        import numpy as np

        odds = np.log(self.a / (self.b + np.maximum(x, 1) - 1))
        odds = odds + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + tx))
        return np.asarray(np.where(x > 0, 1 / (1 + np.exp(np.minimum(odds, 700))), 1.0))

    def comes(self, t: float, x: Array, tx: Array, age: Array) -> Array:
        """P(at least one purchase within ``t`` from now)."""
        import numpy as np

        none = ((self.alpha + age) / (self.alpha + age + t)) ** (self.r + x)
        return np.asarray(self.alive(x, tx, age) * (1 - none), dtype=float)

    def expected(self, t: float, x: Array, tx: Array, age: Array) -> Array:
        """Expected purchases within ``t`` from now.

        Given the chance p to leave, and that the customer is there, it is (1 − E e^(−λpt)) / p: averaged
        over p by Gauss–Jacobi quadrature, which is sound where the closed form's 2F1 loses digits.
        """
        import numpy as np

        p, w = (np.asarray(v)[:, None] for v in self.nodes())
        weight = w * (1 - p) ** x
        seen = self.alpha + age
        gone = (1 - (seen / (seen + p * t)) ** (self.r + x)) / p
        return np.asarray(
            self.alive(x, tx, age) * (weight * gone).sum(0) / weight.sum(0), dtype=float
        )

    def nodes(self) -> tuple[list[float], list[float]]:
        """Values of p and their weights under Beta(a, b)."""
        from scipy.special import roots_jacobi

        at, weights = roots_jacobi(NODES, self.b - 1, self.a - 1)
        return [(1 + v) / 2 for v in at.tolist()], (weights / weights.sum()).tolist()

    def holes(self, t: float) -> Mapping[str, Any]:
        """What the holes of the SQL below are filled with."""
        pairs = [exp.array(*map(_number, pair)) for pair in zip(*self.nodes(), strict=True)]
        return {
            "r": self.r,
            "alpha": self.alpha,
            "a": self.a,
            "b": self.b,
            "t": float(t),
            "nodes": exp.array(*pairs),
        }


# over columns x, tx, age
ALIVE_SQL = """CASE WHEN x = 0 THEN 1.0 ELSE 1 / (1 + exp(LEAST(700, ln(:a / (:b + x - 1))
  + (:r + x) * (ln(:alpha + age) - ln(:alpha + tx))))) END"""
COMES_SQL = f"({ALIVE_SQL}) * (1 - pow((:alpha + age) / (:alpha + age + :t), :r + x))"
# expected purchases within t of somebody who is still there: depends on x and age alone
WHILE_SQL = """list_sum(list_transform(:nodes, lambda n: n[2] * pow(1 - n[1], x) / n[1]
      * (1 - pow((:alpha + age) / (:alpha + age + n[1] * :t), :r + x))))
  / list_sum(list_transform(:nodes, lambda n: n[2] * pow(1 - n[1], x)))"""
PACE = f"pace AS (SELECT x, age, {WHILE_SQL} AS pace FROM (SELECT DISTINCT x, age FROM buyers))"


@one_thread("scipy.optimize")
def fit(x: Array, tx: Array, age: Array, weight: Array, start: BgNbd | None = None) -> BgNbd:
    """Maximum likelihood over weighted histories. ValueError when the search does not settle."""
    import numpy as np
    from scipy.optimize import minimize

    total = float(weight.sum())
    mean = float((age * weight).sum() / total)
    first = [start.r, start.alpha, start.a, start.b] if start else [0.5, 0.3 * mean, 1.0, 2.0]
    share = weight / total

    def loss(logs: Array) -> tuple[float, Array]:
        each, slopes = scores(logs, x, tx, age)
        return -float(share @ each), -np.asarray(share @ slopes, dtype=float)

    found = minimize(
        loss,
        np.log(np.array(first)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-9.0, 9.0), (-9.0, 15.0), (-9.0, 6.0), (-9.0, 6.0)],
        options={"ftol": 1e-12, "gtol": 1e-7},
    )
    if not np.isfinite(found.fun):
        raise ValueError("the likelihood has no maximum")
    r, alpha, a, b = (float(v) for v in np.exp(found.x))
    return BgNbd(r, alpha, a, b, -float(found.fun) * total)


def scores(logs: Array, x: Array, tx: Array, age: Array) -> tuple[Array, Array]:
    """Log-likelihood of every history, and its slopes (n × 4) by the logarithms of the parameters."""
    import numpy as np
    from scipy.special import digamma, gammaln

    r, alpha, a, b = np.exp(logs)
    stays = b + np.maximum(x, 1) - 1
    stayed = -(r + x) * np.log(alpha + age)
    gone_at = np.log(a) - np.log(stays) - (r + x) * np.log(alpha + tx)
    either = np.logaddexp(stayed, np.where(x > 0, gone_at, -np.inf))
    known = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    chance = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    here = np.exp(stayed - either)
    gone = 1 - here
    seen = here * np.log(alpha + age) + gone * np.log(alpha + tx)
    both = digamma(a + b) - digamma(a + b + x)
    slopes = (
        r * (digamma(r + x) - digamma(r) + np.log(alpha) - seen),
        r - alpha * (r + x) * (here / (alpha + age) + gone / (alpha + tx)),
        a * both + gone,
        b * (both + digamma(b + x) - digamma(b) - gone / stays),
    )
    return known + chance + either, np.stack(slopes, axis=1)


def _number(value: float) -> exp.Expr:
    return exp.Literal.number(repr(value))
