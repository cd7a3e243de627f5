"""A yes-or-no prediction that can be explained and checked: logistic regression beside a shallow tree.

Features are a matrix with names; the model is a linear score over standardised features, so that any engine
can compute it and every feature's share of a score is known. A feature that alone tells the answer
almost perfectly is taken for a look into the future (``leaks``) and must be left out. Knows no customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.threads import one_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

TOO_GOOD = 0.98  # an AUC that one feature honestly measured before does not reach
DEPTH, LEAF = 4, 0.01  # of the tree: levels, and the least share of rows in a leaf
TENTH = 0.1


@dataclass(frozen=True, slots=True)
class Linear:
    """log odds = ``intercept`` + Σ weight × (value − mean) / spread."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    def chances(self, values: Array) -> Array:
        """P(yes) of every row."""
        import numpy as np

        return np.asarray(1 / (1 + np.exp(-self.intercept - self.shares(values).sum(1))))

    def shares(self, values: Array) -> Array:
        """What each feature adds to each row's log odds, against an average row."""
        import numpy as np

        standard = (values - np.array(self.means)) / np.array(self.spreads)
        return np.asarray(standard * np.array(self.weights))


@dataclass(frozen=True, slots=True)
class Score:
    """How good predicted chances were. ``bins``: mean chance and share of yes from lowest to highest."""

    rows: int
    base: float
    auc: float
    precision: float
    lift: float
    brier: float
    bins: tuple[tuple[float, float], ...]


@one_thread("sklearn.linear_model")
def linear(names: Sequence[str], values: Array, truth: Array) -> Linear:
    """Logistic regression (L2) over standardised features."""
    from sklearn.linear_model import LogisticRegression

    means, spreads = values.mean(0), values.std(0)
    spreads[spreads == 0] = 1
    model = LogisticRegression(max_iter=1000)
    model.fit((values - means) / spreads, truth)
    weights, intercept = model.coef_[0].tolist(), float(model.intercept_[0])
    return Linear(
        tuple(names), tuple(means.tolist()), tuple(spreads.tolist()), tuple(weights), intercept
    )


@one_thread("sklearn.linear_model")
def tree(values: Array, truth: Array, other: Array) -> Array:
    """What a shallow tree learnt from ``values`` says of ``other``: the check on the straight lines."""
    import numpy as np
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=LEAF, random_state=0)
    return np.asarray(model.fit(values, truth).predict_proba(other)[:, 1])


def score(chances: Array, truth: Array, bins: int = 10) -> Score:
    """Area under the ROC and precision-recall curves, lift of the top tenth, Brier, calibration."""
    import numpy as np
    from sklearn.metrics import average_precision_score, brier_score_loss

    order = np.argsort(-chances, kind="stable")
    top = order[: max(1, round(len(order) * TENTH))]
    base = float(truth.mean())
    parts = np.array_split(order[::-1], min(bins, len(order)))
    return Score(
        len(truth),
        base,
        auc(chances, truth),
        float(average_precision_score(truth, chances)),
        float(truth[top].mean()) / base,
        float(brier_score_loss(truth, chances)),
        tuple((float(chances[p].mean()), float(truth[p].mean())) for p in parts),
    )


def auc(values: Array, truth: Array) -> float:
    """P(a yes has a higher value than a no)."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, values))


def leaks(names: Sequence[str], values: Array, truth: Array) -> tuple[str, ...]:
    """Features that alone tell the answer, in either direction."""
    areas = (auc(values[:, i], truth) for i in range(len(names)))
    return tuple(n for n, area in zip(names, areas, strict=True) if max(area, 1 - area) > TOO_GOOD)
