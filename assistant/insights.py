"""The cards of the page 洞察: what the analysis of the same name finds, ready to draw and to go on from.

Searched once for a version of the data and a day, then remembered. The search itself is
``analytics.insights``; this module knows no metric and no Streamlit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.calendar import shifted, start_of
from analytics.insights import SECONDS, cards
from analytics.insights import Card as Found
from assistant.language.festivals import observed
from assistant.reply import Chart
from semantic_layer.catalog import Catalog
from semantic_layer.engines.base import Engine, QueryCancelled
from semantic_layer.query import Query, Scope
from semantic_layer.result import ColumnRole, Result
from semantic_layer.scoped import ScopedFacts

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Card:
    """``ask`` says in words what ``query`` asks; a card without a query asks the words."""

    kind: str
    sentence: str
    why: tuple[str, ...]
    action: str
    because: str
    ask: str
    query: Query | None
    chart: Chart
    result: Result


@dataclass(frozen=True, slots=True)
class Page:
    """``about``: which complete periods were looked at. No cards: nothing beyond the usual."""

    about: str
    cards: tuple[Card, ...]


class Insights:
    """Call it for the page. Safe to share between threads; who comes second waits for the first."""

    def __init__(self, catalog: Catalog, engine: Engine) -> None:
        self._catalog, self._engine = catalog, engine
        self._lock = threading.Lock()
        self._pages: dict[tuple[str, date], Page] = {}

    def known(self) -> Page | None:
        """What was found before in these data, without a search."""
        return self._pages.get(self._key())

    def __call__(
        self,
        on_progress: Progress | None = None,
        cancel: threading.Event | None = None,
        seconds: float = SECONDS,
    ) -> Page | None:
        """The page; None where somebody cancelled. ``on_progress`` hears the stage and the part done.

        Raises ``EngineError`` for a database that fails.
        """
        key = self._key()
        with self._lock:
            if key in self._pages:
                return self._pages[key]
            facts = ScopedFacts(
                self._catalog,
                self._engine,
                Scope(),
                key[1],
                festival=observed(self._catalog),
                cancel=cancel,
            )
            try:
                found = cards(facts, seconds, on_progress)
            except QueryCancelled:
                return None
            if cancel is not None and cancel.is_set():
                return None
            page = Page(_about(facts), tuple(_card(c) for c in found))
            self._pages = {key: page}  # older data are gone
            return page

    def _key(self) -> tuple[str, date]:
        return self._engine.version(), self._catalog.today or date.today()


def _card(found: Found) -> Card:
    view = found.view
    past = next((c.name for c in found.columns if c.role is ColumnRole.PREVIOUS), "")
    return Card(
        found.kind.value,
        found.sentence,
        found.why,
        found.suggestion.action,
        found.suggestion.because,
        found.suggestion.ask_next,
        found.query,
        Chart(view.mark, view.x, view.y, view.color, compare=past, options=view.options),
        Result(found.columns, found.rows),
    )


def _about(facts: ScopedFacts) -> str:
    """2026年5月（最近完整的月）与 2026-06-08 至 2026-06-21（最近完整的两周）."""
    after = facts.until + timedelta(days=1)
    month = shifted(start_of(after, "month"), -1, "month")
    week = start_of(after, "week")
    first, last = shifted(week, -2, "week"), week - timedelta(days=1)
    return (
        f"最近完整的月 {month.year}年{month.month}月，最近完整的两周 {first} 至 {last}；"
        f"数据截至 {facts.until}"
    )
