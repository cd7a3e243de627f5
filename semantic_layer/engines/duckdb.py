"""DuckDB, opened so that it can only read its own file: no network, no files, no settings.

The guard is the first lock and the configuration the second: read-only, external access off,
extensions neither installed nor loaded, configuration locked.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from semantic_layer import guard
from semantic_layer.catalog import Aggregate, Catalog
from semantic_layer.engines.base import EngineError, QueryCancelled, QueryTimeout, Row
from semantic_layer.frames import Frame
from semantic_layer.query import Grain
from semantic_layer.result import Result
from semantic_layer.statement import Statement

DIALECT = "duckdb"


class DuckDBEngine:
    """One database, many threads: every statement runs on its own cursor."""

    dialect = DIALECT

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path | None) -> None:
        """Use ``open`` or ``wrap``; the connection is locked from here on."""
        self._connection, self._path = connection, path

    @classmethod
    def open(
        cls, path: str | Path | None = None, *, memory: str = "4GB", threads: int | None = None
    ) -> DuckDBEngine:
        """Open a database file read-only, or an empty one in memory when ``path`` is None.

        DuckDB keeps one instance per file and process; whoever opens first decides ``memory``.
        """
        try:
            if path is None:
                return cls.wrap(duckdb.connect(":memory:"), memory=memory, threads=threads)
            connection = duckdb.connect(str(path), read_only=True)
            return cls.wrap(connection, Path(path), memory=memory, threads=threads)
        except duckdb.Error as e:
            raise EngineError(str(e)) from e

    @classmethod
    def wrap(
        cls,
        connection: duckdb.DuckDBPyConnection,
        path: Path | None = None,
        *,
        memory: str = "4GB",
        threads: int | None = None,
    ) -> DuckDBEngine:
        """Lock a connection that somebody else filled (tests, imported files) and read from it."""
        if not _setting(connection, "lock_configuration"):
            connection.execute(f"SET memory_limit = '{memory}'")
            if threads:
                connection.execute(f"SET threads = {int(threads)}")
            for name in ("autoinstall_known_extensions", "autoload_known_extensions"):
                connection.execute(f"SET {name} = false")
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        if _setting(connection, "enable_external_access"):
            raise EngineError("somebody else locked this database with external access on")
        return cls(connection, path)

    def run(
        self,
        statement: Statement,
        *,
        timeout: float = 30,
        cancel: threading.Event | None = None,
    ) -> Result:
        """Run one checked statement.

        Raises ``guard.Refused``, ``QueryTimeout``, ``QueryCancelled`` or ``EngineError``.
        """
        guard.check(statement, self.schema())
        began = time.perf_counter()
        _, rows = self._fetch(statement.sql, timeout, cancel)
        truncated = len(rows) > statement.limit
        return Result(
            columns=statement.columns,
            rows=tuple(rows[: statement.limit]),
            truncated=truncated,
            total=None if truncated else len(rows),
            run_ms=(time.perf_counter() - began) * 1000,
            notes=statement.notes,
        )

    def select(
        self,
        query: exp.Query,
        *,
        timeout: float = 30,
        cancel: threading.Event | None = None,
    ) -> tuple[tuple[str, ...], list[Row]]:
        """Run one guarded SELECT without a row limit (analyses aggregate first)."""
        guard.check_select(query, self.schema())
        return self._fetch(query.sql(dialect=DIALECT), timeout, cancel)

    def schema(self) -> Mapping[str, Mapping[str, str]]:
        return self._schema

    @cached_property
    def _schema(self) -> Mapping[str, Mapping[str, str]]:
        rows = self._connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'main' ORDER BY table_name, ordinal_position"
        ).fetchall()
        tables: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            tables.setdefault(table, {})[column] = kind
        return tables

    def values(self, catalog: Catalog, limit: int = 50_000) -> Mapping[str, tuple[str, ...]]:
        """Distinct values of lexicon dimensions as text, the most frequent first, then those that the
        model declares but no row has (新客 and 老客 depend on the period)."""
        found: dict[str, tuple[str, ...]] = {}
        for name, dimension in catalog.dimensions.items():
            if not dimension.lexicon:
                continue
            frame = Frame(catalog, dimension.table)
            value = exp.cast(frame.dimension(name), "VARCHAR")
            query = (
                frame.source()
                .select(value.as_("value"))
                .where(value.copy().is_(exp.null()).not_())
                .group_by("1")
                .order_by(exp.Ordered(this=exp.Count(this=exp.Star()), desc=True))
                .order_by("1")
                .limit(limit)
            )
            seen = dict.fromkeys(row[0] for row in self.select(query, timeout=60)[1])
            declared = (*dimension.order, *(v for v, _ in dimension.value_synonyms))
            found[name] = tuple(dict.fromkeys((*seen, *declared)))
        return found

    def bounds(self, catalog: Catalog) -> tuple[date | None, date | None]:
        """Over the time of the metrics that the model shows first; of all metrics if it names none.

        Targets of coming months and stores opened long ago say nothing about the data's age.
        """
        found = {catalog.time_of(m) for m in catalog.primary or catalog.metrics}
        names = found or {t.time for t in catalog.tables.values()}
        low: list[date] = []
        high: list[date] = []
        for name in sorted(n for n in names if n is not None):
            frame = Frame(catalog, catalog.dimensions[name].table)
            day = exp.cast(frame.dimension(name), "DATE")
            query = frame.source().select(exp.Min(this=day), exp.Max(this=day.copy()))
            (first, last) = self.select(query, timeout=60)[1][0]
            if first is not None:
                low.append(first)
                high.append(last)
        return (min(low), max(high)) if low else (None, None)

    def ahead(self, catalog: Catalog, today: date) -> Mapping[str, date]:
        """A time that ends before is asked once, whatever is measured over it. Goals, which are kept by
        the month, are no events and have no day."""
        last: dict[tuple[str, str], date | None] = {}
        found: dict[str, date] = {}
        for name, metric in catalog.metrics.items():
            calc, time = metric.calc, catalog.time_of(name)
            if not isinstance(calc, Aggregate) or calc.snapshot or time is None:
                continue
            if catalog.dimensions[time].grain not in (None, Grain.DAY, Grain.HOUR, Grain.MINUTE):
                continue
            known = (calc.table, time)
            if known not in last:
                last[known] = self._last_day(catalog, *known)
            over = (last[known] or today) <= today
            day = None if over or "{" in calc.where else self._last_day(catalog, *known, calc.where)
            if day is not None and day > today:
                found[name] = day
        return found

    def _last_day(self, catalog: Catalog, table: str, time: str, where: str = "") -> date | None:
        frame = Frame(catalog, table)
        day = exp.cast(frame.dimension(time), "DATE")
        test = [frame.sql(where, table)] if where else []
        rows = self.select(frame.source().select(exp.Max(this=day)).where(*test), timeout=60)[1]
        return rows[0][0] if rows else None

    def version(self) -> str:
        """mtime and size of the file; an in-memory database never changes once it is locked."""
        if self._path is None:
            return "memory"
        stat = os.stat(self._path)
        return f"{stat.st_mtime_ns}-{stat.st_size}"

    def close(self) -> None:
        self._connection.close()

    def _fetch(
        self, sql: str, timeout: float, cancel: threading.Event | None
    ) -> tuple[tuple[str, ...], list[Row]]:
        cursor = self._connection.cursor()
        try:
            with _watch(cursor, timeout, cancel) as stopped:
                try:
                    cursor.execute(sql)
                    names = tuple(d[0] for d in cursor.description or ())
                    rows = cursor.fetchall()
                except duckdb.InterruptException as e:
                    raise (stopped[0] if stopped else QueryCancelled("interrupted")) from e
                except duckdb.Error as e:
                    raise EngineError(str(e)) from e
        finally:
            cursor.close()
        return names, _plain(rows)


def _setting(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    row = connection.execute("SELECT current_setting(?)", [name]).fetchone()
    return row is not None and str(row[0]).lower() == "true"


@contextmanager
def _watch(
    cursor: duckdb.DuckDBPyConnection, timeout: float, cancel: threading.Event | None
) -> Any:
    """Interrupt ``cursor`` after ``timeout`` seconds or when ``cancel`` is set; yields the reason."""
    done, stopped = threading.Event(), list[EngineError]()

    def wait() -> None:
        deadline = time.monotonic() + timeout
        while not done.wait(0.02 if cancel is not None else timeout):
            if cancel is not None and cancel.is_set():
                stopped.append(QueryCancelled("cancelled"))
            elif time.monotonic() >= deadline:
                stopped.append(QueryTimeout(f"{timeout:g} s"))
            else:
                continue
            cursor.interrupt()
            return

    watcher = threading.Thread(target=wait, daemon=True)
    watcher.start()
    try:
        yield stopped
    finally:
        done.set()
        watcher.join()


def _plain(rows: Sequence[Row]) -> list[Row]:
    """Decimal → float, midnight timestamps stay timestamps, everything exotic → text."""
    if not rows:
        return []
    plain = (str, int, float, bool, date, datetime, type(None))
    odd = [i for i in range(len(rows[0])) if any(not isinstance(row[i], plain) for row in rows)]
    return (
        [tuple(_value(v) if i in odd else v for i, v in enumerate(row)) for row in rows]
        if odd
        else list(rows)
    )


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, (str, int, float, bool, date, datetime)):
        return value
    return value if isinstance(value, (list, dict)) else str(value)
