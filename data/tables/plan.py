"""What a run of the generator is asked for, its random streams, and how columns reach DuckDB.

Every stream is named by seed, purpose and chunk, so that one table can change without moving another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zlib import crc32

import duckdb
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from data.seasons import day_of

Array = NDArray[Any]
SECONDS = 86_400
USERS_PER_CHUNK = 60_000


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: ``end`` is the last day of data; ``without`` are the numbers of truths switched off."""

    seed: int
    scale: float
    end: date
    without: frozenset[int]

    @property
    def days(self) -> int:
        return day_of(self.end) + 1

    @property
    def users(self) -> int:
        return max(int(60_000 * self.scale), 200)

    def plants(self, truth: int) -> bool:
        return truth not in self.without

    def stream(self, purpose: str, chunk: int = 0) -> np.random.Generator:
        return np.random.default_rng([self.seed, crc32(purpose.encode()), chunk])


@dataclass(frozen=True, slots=True)
class Words:
    """A text column as codes into a small vocabulary; a negative code is NULL."""

    codes: Array
    vocabulary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Maybe:
    """A column in which ``missing`` rows are NULL."""

    values: Array
    missing: Array


def stamp(seconds: Array) -> Array:
    """Seconds since the first day of history → timestamps."""
    return np.asarray(np.datetime64("2024-01-01T00:00:00", "s") + seconds.astype("timedelta64[s]"))


def day_stamp(days: Array) -> Array:
    """Days since the first day of history → dates."""
    return np.asarray(np.datetime64("2024-01-01", "D") + days.astype("timedelta64[D]"))


def _arrow(column: Any) -> pa.Array:
    if isinstance(column, Words):
        codes = pa.array(column.codes.astype(np.int32), mask=column.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(column.vocabulary, pa.string()))
    if isinstance(column, Maybe):
        return pa.array(column.values, mask=column.missing)
    return pa.array(column)


def append(con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, Any]) -> int:
    """Append columns to ``table``, matched by name and cast to its types; returns the rows."""
    batch = pa.table({name: _arrow(column) for name, column in columns.items()})
    con.register("batch", batch)
    con.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM batch')
    con.unregister("batch")
    return int(batch.num_rows)


def spread(n: int, rng: np.random.Generator) -> Array:
    """n numbers that cover 0..1 evenly, in random order: shares come out exact even when n is small."""
    return np.asarray((rng.permutation(n) + rng.random(n)) / max(n, 1))


def month_bounds(days: int) -> list[tuple[date, int, int]]:
    """(first of month, first day, day after the last) of every month begun within ``days``."""
    first, found = date(2024, 1, 1), []
    while day_of(first) < days:
        after = (first + timedelta(days=32)).replace(day=1)
        found.append((first, day_of(first), day_of(after)))
        first = after
    return found
