"""How likely a review is praise: a linear model in plain arrays, learnt by ``train``.

Two views of a review's n-grams vote: weighted by rarity, and by their log-odds. Each n-gram counts
once. No scikit-learn and no pickle at run time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from analytics.voice.grams import Array, known

MODEL = Path(__file__).with_name("polarity.npz")
CHUNK = 300  # reviews at a time: what is sorted stays in the cache


@cache
def load() -> Mapping[str, Array]:
    """The arrays of the model, weights as 32-bit floats."""
    with np.load(MODEL, allow_pickle=False) as arrays:
        return {k: v if v.dtype.kind == "u" else v.astype(np.float32) for k, v in arrays.items()}


def polarity(texts: Iterable[str | None]) -> Array:
    """P(praise) of every review, in order; 0.5 for what has no known letter.

    >>> low, high = polarity(["送餐太慢，等了两个小时", "味道不错，下次还来"])
    >>> bool(low < 0.1 and high > 0.9)
    True
    """
    given = ["" if t is None else str(t) for t in texts]
    model = load()
    parts = [scores(given[i : i + CHUNK], model) for i in range(0, len(given), CHUNK)]
    return np.concatenate(parts) if parts else np.zeros(0)


def scores(texts: list[str], model: Mapping[str, Array]) -> Array:
    """One chunk: sums over each review's n-grams, each counted once."""
    row, gram = known(texts, model["grams"])

    def total(weights: Array) -> Array:
        return np.bincount(row, weights=weights[gram], minlength=len(texts))

    by_count = np.sqrt(np.maximum(np.bincount(row, minlength=len(texts)), 1))
    by_rarity = np.sqrt(np.maximum(total(model["rarity"] ** 2), 1))
    intercept, slope, offset = model["line"]
    votes = total(model["rare"]) / by_rarity + total(model["odds"]) / by_count + intercept
    likely = 1 / (1 + np.exp(-(slope * votes + offset)))
    return np.where(np.bincount(row, minlength=len(texts)) > 0, likely, 0.5)
