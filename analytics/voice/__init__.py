"""Reading reviews: how likely each is praise, what it is about, and which words say so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def polarity(texts: Iterable[str | None]) -> Any:
    """P(praise) of every review, as an array in their order; the model is loaded at the first call."""
    from analytics.voice import scorer

    return scorer.polarity(texts)
