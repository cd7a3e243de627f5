"""What customers will still spend: expected purchases times expected spend, discounted, with an interval.

The interval resamples customers: every history gets a Poisson weight around its number of customers, the
purchase model moves by one Newton step to that sample, and each segment's mean is taken again. Spend per
purchase stays as fitted. It speaks of chance, not of a business that changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from analytics.bgnbd import BgNbd, scores
from analytics.gammagamma import GammaGamma
from analytics.histories import Histories
from analytics.threads import one_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

DRAWS = 100
SEED = 20240101
QUARTER, YEAR = 91, 365
NUDGE = 1e-4  # of the logarithm of a parameter, for slopes


@dataclass(frozen=True, slots=True)
class Future:
    """Mean per customer of one segment: orders, value, its 90 % interval, and P(still a customer)."""

    people: float
    orders: float
    value: float
    low: float
    high: float
    alive: float


@one_thread("scipy.special")
def futures(
    histories: Histories, model: BgNbd, money: GammaGamma, days: float, discount: float
) -> Mapping[Any, Future]:
    """Per segment, and under ``None`` for everybody who belongs to one; all histories inform the interval."""
    import numpy as np

    n, at = histories.n, (histories.x, histories.tx, histories.age)
    spend = (money.p * money.v * n + money.p * histories.again) / (money.p * at[0] + money.q - 1)
    orders = model.expected(days, *at)
    worth = _discounted(model, at, days, discount) * spend / n
    per_order = np.divide(worth, orders, out=np.zeros_like(worth), where=orders > 0)
    weights = np.random.default_rng(SEED).poisson(n, (DRAWS, len(n))).astype(float)
    moved = _moves(model, histories, weights)
    told = np.column_stack([np.ones_like(n), worth, orders, model.alive(*at)])
    bent = np.column_stack([told[:, :2], _slopes(model, at, days) * per_order[:, None]])
    found: dict[Any, Future] = {}
    for segment, mine in _slices(histories.segment):
        people, value, bought, alive = (n[mine] @ told[mine]).tolist()
        drawn = weights[:, mine] @ bent[mine]  # people, value, and how value bends: draws × 6
        means = (drawn[:, 1] + (drawn[:, 2:] * moved).sum(1)) / np.maximum(drawn[:, 0], 1)
        low, high = np.quantile(means, [0.05, 0.95]).tolist()
        found[segment] = Future(
            people, bought / people, value / people, max(low, 0.0), high, alive / people
        )
    return found


def _slices(segments: Sequence[Any]) -> Iterator[tuple[Any, slice]]:
    """Where each segment stands, and everybody. Rows come sorted; those of no segment are last."""
    start = 0
    for segment, rows in groupby(segments):
        if segment is None:
            break
        end = start + sum(1 for _ in rows)
        yield segment, slice(start, end)
        start = end
    yield None, slice(0, start)


def _discounted(model: BgNbd, at: Sequence[Array], days: float, discount: float) -> Array:
    """Expected purchases quarter by quarter, each discounted from the middle of it."""
    import numpy as np

    x, tx, age = at
    found, before, start = np.zeros_like(x), np.zeros_like(x), 0.0
    while start < days:
        end = min(start + QUARTER, days)
        until = model.expected(end, x, tx, age)
        found += (until - before) / (1 + discount) ** ((start + end) / 2 / YEAR)
        before, start = until, end
    return found


def _logs(model: BgNbd) -> Array:
    import numpy as np

    return np.log([model.r, model.alpha, model.a, model.b])


def _moves(model: BgNbd, histories: Histories, weights: Array) -> Array:
    """How far the logarithms of the parameters move in each resample: one Newton step (draws × 4)."""
    import numpy as np

    at, logs = (histories.x, histories.tx, histories.age), _logs(model)
    _, slopes = scores(logs, *at)
    bend = np.empty((4, 4))
    for i in range(4):
        step = np.eye(4)[i] * NUDGE
        more, less = (histories.n @ scores(logs + s, *at)[1] for s in (step, -step))
        bend[i] = (more - less) / (2 * NUDGE)
    return -np.asarray(((weights - histories.n) @ slopes) @ np.linalg.pinv((bend + bend.T) / 2))


def _slopes(model: BgNbd, at: Sequence[Array], days: float) -> Array:
    """How expected purchases change with the logarithm of each parameter (n × 4)."""
    import numpy as np

    x, tx, age = at
    logs, columns = _logs(model), []
    for i in range(4):
        more = BgNbd(*np.exp(logs + np.eye(4)[i] * NUDGE).tolist())
        less = BgNbd(*np.exp(logs - np.eye(4)[i] * NUDGE).tolist())
        change = more.expected(days, x, tx, age) - less.expected(days, x, tx, age)
        columns.append(change / (2 * NUDGE))
    return np.stack(columns, axis=1)
