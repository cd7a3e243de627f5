"""K-means that says how good its groups are: clear (silhouette) and the same again (stability).

Values are a matrix already on one scale. Everything is drawn with fixed seeds, so that the same rows give the
same groups. Knows no customer.
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

TRIED = 4000  # rows on which numbers of groups are compared
SEEN = 2000  # rows for a silhouette, whose cost is quadratic
STABLE = 0.8  # an adjusted Rand index below this is another grouping


@dataclass(frozen=True, slots=True)
class Groups:
    """``centres`` are k × features; ``stability`` is the mean adjusted Rand index of refits on halves."""

    centres: Array
    labels: Array
    inertia: float
    silhouette: float
    stability: float


@one_thread("sklearn.cluster")
def fit(values: Array, k: int) -> Groups:
    """``k`` groups, the best of ten starts."""
    from sklearn.cluster import KMeans

    model = KMeans(k, n_init=10, random_state=0).fit(values)
    return Groups(
        model.cluster_centers_,
        model.labels_,
        float(model.inertia_),
        silhouette(values, model.labels_),
        stability(values, k),
    )


@one_thread("sklearn.cluster")
def choose(values: Array, ks: Sequence[int]) -> int:
    """The clearest grouping among those that come out again; the most stable where none does."""
    from sklearn.cluster import KMeans

    some = values[_drawn(len(values), TRIED)]
    found = []
    for k in ks:
        model = KMeans(k, n_init=4, random_state=0).fit(some)
        found.append((stability(some, k), silhouette(some, model.labels_), -k))
    stable = [(clear, k) for again, clear, k in found if again >= STABLE]
    return -max(stable)[1] if stable else -max(found)[2]


def silhouette(values: Array, labels: Array) -> float:
    """Between −1 and 1: how much nearer a row is to its own group than to the next one."""
    from sklearn.metrics import silhouette_score

    mine = _drawn(len(values), SEEN)
    if len(set(labels[mine].tolist())) < 2:
        return 0.0
    return float(silhouette_score(values[mine], labels[mine]))


def stability(values: Array, k: int, times: int = 3) -> float:
    """Fit two halves apart, let both group everybody, compare: 1 is the same grouping."""
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    rows = values[_drawn(len(values), TRIED)]
    if len(rows) < 4 * k:
        return 0.0
    found = []
    for seed in range(times):
        order = np.random.default_rng(seed).permutation(len(rows))
        halves = (order[: len(rows) // 2], order[len(rows) // 2 :])
        first, second = (
            KMeans(k, n_init=3, random_state=0).fit(rows[h]).predict(rows) for h in halves
        )
        found.append(adjusted_rand_score(first, second))
    return float(np.mean(found))


def _drawn(n: int, most: int) -> NDArray[np.intp]:
    """At most ``most`` of ``n`` positions, always the same ones."""
    import numpy as np

    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))
