"""Where the level of a series changes and stays changed: PELT with squared error, then a check that
the change is a step and no slope. Knows no dates and no metric.

Killick, Fearnhead, Eckley (2012), Optimal detection of changepoints with a linear computational cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PENALTY = 3.0  # × σ² log n for each change: BIC counts a level and a place, one more for safety
STEP = 0.7  # a slope shows half the jump in half the window, a step all of it


def changes(values: Floats, least: int, penalty: float = PENALTY) -> list[int]:
    """Indices at which a new level begins; every level lasts at least ``least`` values.

    σ is estimated from differences, so that the levels themselves do not widen it.

    >>> import numpy as np
    >>> changes(np.array([0.0, 0.1] * 10 + [5.0, 5.1] * 10), 5)
    [20]
    """
    import numpy as np

    n = len(values)
    if n < 2 * least:
        return []
    sums = np.concatenate(([0.0], np.cumsum(values)))
    squares = np.concatenate(([0.0], np.cumsum(values**2)))
    price = penalty * _spread(values) ** 2 * np.log(n)
    best = np.full(n + 1, np.inf)
    best[0] = -price
    before = np.zeros(n + 1, dtype=int)
    kept = np.array([0])
    for end in range(least, n + 1):
        open_ = kept[kept <= end - least]
        length = end - open_
        total = sums[end] - sums[open_]
        cost = best[open_] + squares[end] - squares[open_] - total**2 / length
        at = int(np.argmin(cost))
        best[end], before[end] = cost[at] + price, open_[at]
        alive = np.concatenate((open_[cost <= best[end]], kept[kept > end - least]))
        kept = np.append(alive, end - least + 1)
    found, at = [], n
    while (at := int(before[at])) > 0:
        found.append(at)
    return found[::-1]


def _spread(values: Floats) -> float:
    import numpy as np

    steps = np.diff(values)
    robust = 1.4826 * float(np.median(np.abs(steps))) / np.sqrt(2)
    return robust or float(np.std(steps)) / np.sqrt(2) or 1e-9


def steps(values: Floats, least: int, jump: float, window: int) -> list[tuple[int, float]]:
    """Changes whose medians ``window`` values before and after differ by at least ``jump``, with the
    difference. A slope is no step: half the window has to show most of the difference too.
    """
    import numpy as np

    found = []
    noise = _spread(values)
    for at in changes(values, least):
        wide, narrow = (
            float(np.median(values[at : at + w]) - np.median(values[max(0, at - w) : at]))
            for w in (window, max(3, window // 2))
        )
        sure = abs(wide) > 5 * noise * np.sqrt(np.pi / min(window, at, len(values) - at))
        if abs(wide) >= jump and sure and narrow / wide >= STEP:
            found.append((at, wide))
    return found
