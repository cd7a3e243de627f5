"""What the data of each column looks like, measured with a handful of SELECTs per table.

It counts and samples; deciding what a column *is* happens in ``types.py`` and ``joins.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlglot import exp

SAMPLE_ROWS = 2000
EXACT_BELOW = 50_000  # rows: above this, distinct values are estimated


class Source(Protocol):
    """The part of an engine that inference needs: names, types, and SELECTs."""

    def schema(self) -> Mapping[str, Mapping[str, str]]:
        """Table → column → physical type, in the database's order."""

    def select(self, query: exp.Query) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Column names and rows of one SELECT."""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """``sample`` are values of the first rows, nulls and blanks left out; ``distinct`` may be an estimate."""

    table: str
    name: str
    type: str
    rows: int
    filled: int
    distinct: int
    low: Any
    high: Any
    sample: tuple[Any, ...]
    position: int

    @property
    def numeric(self) -> bool:
        return self.type.split("(")[0] in NUMERIC

    @property
    def whole(self) -> bool:
        """Every sampled value is a whole number."""
        return self.numeric and all(float(v).is_integer() for v in self.sample)

    @property
    def textual(self) -> bool:
        return self.type.startswith(("VARCHAR", "TEXT", "ENUM"))

    @property
    def unique(self) -> bool:
        return self.rows > 0 and self.filled == self.rows and self.distinct >= self.rows

    def column(self) -> exp.Column:
        return exp.column(self.name, quoted=True)


_NUMERIC_TYPES = (
    "TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT "
    "DOUBLE DECIMAL REAL INT"
)
NUMERIC = frozenset(_NUMERIC_TYPES.split())


def rows_of(source: Source, query: exp.Query) -> list[tuple[Any, ...]]:
    """The rows of one SELECT, its column names left out."""
    return source.select(query)[1]


def table_of(name: str) -> exp.Table:
    """A physical table by its name, which may be qualified by a schema."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def measure(source: Source, table: str, columns: Mapping[str, str]) -> tuple[ColumnProfile, ...]:
    """Two scans: one for the aggregates of every column, one for the first rows."""
    origin = table_of(table)
    ((rows,),) = rows_of(source, exp.select(exp.Count(this=exp.Star())).from_(origin))
    distinct = exp.ApproxDistinct if rows > EXACT_BELOW else None
    parts: list[exp.Expr] = []
    for name in columns:
        column = exp.column(name, quoted=True)
        parts.append(exp.Count(this=column.copy()))
        parts.append(
            distinct(this=column.copy())
            if distinct
            else exp.Count(this=exp.Distinct(expressions=[column.copy()]))
        )
        parts += [exp.Min(this=column.copy()), exp.Max(this=column.copy())]
    named = [exp.alias_(part, f"c{i}") for i, part in enumerate(parts)]
    (figures,) = rows_of(source, exp.select(*named).from_(origin.copy()))
    listed = [exp.column(name, quoted=True) for name in columns]
    sample = rows_of(source, exp.select(*listed).from_(origin.copy()).limit(SAMPLE_ROWS))
    return tuple(
        ColumnProfile(
            table=table,
            name=name,
            type=type_.upper(),
            rows=int(rows),
            filled=int(figures[4 * i]),
            distinct=int(figures[4 * i + 1]),
            low=figures[4 * i + 2],
            high=figures[4 * i + 3],
            sample=tuple(row[i] for row in sample if row[i] is not None and row[i] != ""),
            position=i,
        )
        for i, (name, type_) in enumerate(columns.items())
    )


def exactly_unique(source: Source, profile: ColumnProfile) -> bool:
    """No nulls and no repeats, counted rather than estimated."""
    if profile.rows <= EXACT_BELOW:
        return profile.unique
    if profile.filled < profile.rows or profile.distinct < 0.9 * profile.rows:
        return False
    count = exp.Count(this=exp.Distinct(expressions=[profile.column()]))
    ((distinct,),) = rows_of(source, exp.select(count).from_(table_of(profile.table)))
    return bool(distinct == profile.rows)


def distinct_values(source: Source, profile: ColumnProfile, limit: int) -> tuple[Any, ...]:
    """Up to ``limit`` different values, in no particular order."""
    query = (
        exp.select(profile.column())
        .distinct()
        .from_(table_of(profile.table))
        .where(exp.Not(this=exp.Is(this=profile.column(), expression=exp.Null())))
        .limit(limit)
    )
    return tuple(row[0] for row in rows_of(source, query))


def share_found(source: Source, values: Sequence[Any], target: ColumnProfile) -> float:
    """The fraction of ``values`` that occur in ``target``."""
    if not values:
        return 0.0
    query = (
        exp.select(exp.Count(this=exp.Distinct(expressions=[target.column()])))
        .from_(table_of(target.table))
        .where(exp.In(this=target.column(), expressions=[exp.convert(v) for v in values]))
    )
    ((found,),) = rows_of(source, query)
    return float(found) / len(values)
