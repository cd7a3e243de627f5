"""What every engine can do. Knows no driver; another database is one more file beside this one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from sqlglot import exp

from semantic_layer.catalog import Catalog
from semantic_layer.result import Result
from semantic_layer.statement import Statement

Row = tuple[Any, ...]


class EngineError(Exception):
    """The database refused or failed; the message is the driver's, for developers."""


class QueryTimeout(EngineError):
    """The statement ran longer than it was allowed to and was interrupted."""


class QueryCancelled(EngineError):
    """Somebody set the cancel event while the statement ran."""


class Engine(Protocol):
    """Reads only. Values come back as str, int, float, bool, date, datetime or None."""

    dialect: str

    def run(
        self,
        statement: Statement,
        *,
        timeout: float = 30,
        cancel: threading.Event | None = None,
    ) -> Result:
        """Run one statement; at most ``statement.limit`` rows, ``truncated`` when there were more."""

    def select(
        self,
        query: exp.Query,
        *,
        timeout: float = 30,
        cancel: threading.Event | None = None,
    ) -> tuple[tuple[str, ...], list[Row]]:
        """Column names and all rows of one SELECT."""

    def schema(self) -> Mapping[str, Mapping[str, str]]:
        """Table → column → type, as the database spells them."""

    def values(self, catalog: Catalog, limit: int = 50_000) -> Mapping[str, tuple[str, ...]]:
        """Distinct values of the dimensions whose values are words (``lexicon``)."""

    def bounds(self, catalog: Catalog) -> tuple[date | None, date | None]:
        """First and last day with facts, over the time dimensions of the tables that metrics use."""

    def ahead(self, catalog: Catalog, today: date) -> Mapping[str, date]:
        """Metric → the last day of its own rows, where that is after ``today``: reservations to come."""

    def version(self) -> str:
        """Changes when the data changes: part of every cache key."""

    def close(self) -> None: ...
