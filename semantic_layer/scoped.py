"""Scoped facts: the only rows an analysis ever sees, so none can forget a filter.

Columns are named after the roles that a model binds; the dimensions that a question groups by are
``by_<dimension>``. Every SELECT passes the engine's guard. This module knows no analysis, and it
writes no number: it says which rows there are.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

from sqlglot import exp

from semantic_layer import bindings, facets
from semantic_layer.anatomy import Anatomy, with_halves
from semantic_layer.bindings import BY
from semantic_layer.breakdowns import splittable
from semantic_layer.catalog import Catalog
from semantic_layer.columns import measure_column
from semantic_layer.conditions import Inner, listed, row_test
from semantic_layer.crowd import Crowd
from semantic_layer.engines.base import Engine
from semantic_layer.expressions import EARLIEST, LATEST, Bounds, either, literal, parse, quote
from semantic_layer.frames import Frame
from semantic_layer.joins import reaches
from semantic_layer.measures import conjunction, conjuncts, home, stands_for, tables_of
from semantic_layer.periods import Festival, day_of, last_day, merge, shifted
from semantic_layer.plan import plan
from semantic_layer.query import (
    CompareKind,
    Comparison,
    Condition,
    DetailQuery,
    Measure,
    MetricQuery,
    MetricRef,
    Period,
    Scope,
)
from semantic_layer.raw import Raw
from semantic_layer.result import Column, Result
from semantic_layer.rows import within
from semantic_layer.sql import select as compiled

Span = Literal["period", "until", "all"]


@dataclass(frozen=True, slots=True)
class ScopedFacts:
    """Implements ``analytics.contract.Facts`` over one catalog, one engine and one scope.

    ``grouped`` are dimension names. ``ran`` collects the text of every SELECT, in order.
    """

    catalog: Catalog
    engine: Engine
    scope: Scope
    today: date
    grouped: tuple[str, ...] = ()
    measure: Measure | None = None
    festival: Festival | None = None
    cancel: threading.Event | None = None
    timeout: float = 30.0
    compare: tuple[Comparison, ...] = ()
    others: tuple[Measure, ...] = ()
    ran: list[str] = field(default_factory=list)

    # ── bounds ────────────────────────────────────────────────────────────────────────────────

    @property
    def first(self) -> date:
        """The first day with data; the beginning of time where nobody knows."""
        return self.catalog.since or EARLIEST

    @property
    def last(self) -> date:
        """The last whole day with data, which is never after yesterday."""
        yesterday = self.today - timedelta(days=1)
        return min(self.catalog.until or yesterday, yesterday)

    @property
    def since(self) -> date:
        starts = [day_of(p.start) for p in self.scope.periods if p.start is not None]
        whole = len(starts) == len(self.scope.periods)
        return max(min(starts), self.first) if starts and whole else self.first

    @property
    def until(self) -> date:
        ends = [last_day(p.end) for p in self.scope.periods if p.end is not None]
        whole = len(ends) == len(self.scope.periods)
        return min(max(ends), self.last) if ends and whole else self.last

    @property
    def by(self) -> tuple[str, ...]:
        return tuple(BY + name for name in self.grouped)

    @property
    def asked(self) -> tuple[Period, ...]:
        return self.scope.periods

    @property
    def metrics(self) -> tuple[Measure, ...]:
        return tuple(MetricRef(name) for name in self.catalog.primary)

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(event for event, _ in self.catalog.steps)

    # ── rows ──────────────────────────────────────────────────────────────────────────────────

    def has(self, *names: str) -> bool:
        """Is there a table with all these roles (and dimensions), directly or by look-up?"""
        return bool(self._tables(names))

    def breakdowns(self, measure: Measure, most: int) -> tuple[str, ...]:
        return splittable(self.catalog, measure, most)

    @property
    def anatomy(self) -> Anatomy:
        return Anatomy(self.catalog, self.scope.where)

    def lifted(self, *parts: Condition) -> ScopedFacts:
        """The same facts without these conditions of the question: what if they did not hold?"""
        kept = (c for c in conjuncts(self.scope.where) if c not in parts)
        return replace(self, scope=replace(self.scope, where=conjunction(*kept)))

    def narrowed(self, *parts: Condition) -> ScopedFacts:
        """The same facts under these conditions too: what is inside a part of them?"""
        return replace(self, scope=replace(self.scope, where=conjunction(self.scope.where, *parts)))

    def before(self, period: Period) -> Period:
        """What ``period`` is compared with: as the question says, else the period before it."""
        said = self.compare[0] if self.compare else Comparison(CompareKind.PREVIOUS_PERIOD)
        return shifted(period, said, self.festival)

    def label(self, name: str) -> str:
        """What people call a dimension that the question groups by."""
        found = self.catalog.dimensions.get(name.removeprefix(BY))
        return found.label if found else name

    def select(
        self,
        *names: str,
        where: str = "",
        span: Span = "period",
        leave: Sequence[str] = (),
        table: str = "",
    ) -> exp.Select:
        """One row per fact with a column per name, inside the scope.

        ``where`` is SQL over role names. ``span``: rows of the ``period``, of everything ``until`` its
        end, or of ``all`` time. ``leave``: roles of a table joined with this one, which takes the
        conditions that only it knows. Raises ``Unanswerable`` ``missing-role``.
        """
        base = table or self.table_of(*names)
        frame, bounds = Frame(self.catalog, base), self._bounds()
        values = {name: self._value(frame, name, bounds) for name in names}
        tests = self._tests(frame, span, bounds, self._left(base, leave))
        if where:
            tests += self._own_tests(frame, where, values, bounds)
        columns = [values[n].as_(quote(n), copy=False) for n in names]
        query = frame.source().select(*columns, copy=False)
        return query.where(*tests, copy=False) if tests else query

    def table_of(self, *names: str) -> str:
        """The table that answers for these names. Raises ``Unanswerable`` ``missing-role``."""
        return bindings.table_of(self.catalog, self.scope.where, names)

    @property
    def crowd(self) -> Crowd:
        """Whom the scope is about, beside everybody else."""
        return Crowd(self)

    @property
    def raw(self) -> Raw:
        """The tables as they were loaded, inside the scope."""
        return Raw(self)

    def tests(self, frame: Frame) -> list[exp.Expr]:
        """What a row of the frame's table must satisfy to be in the scope."""
        return self._tests(frame, "period", self._bounds(), ())

    def run(self, query: exp.Query) -> list[Mapping[str, Any]]:
        """Run one guarded SELECT. Raises ``EngineError`` and its kin."""
        self.ran.append(query.sql(dialect=self.catalog.dialect, pretty=True))
        names, rows = self.engine.select(query, timeout=self.timeout, cancel=self.cancel)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def compute(self, query: MetricQuery, loose: bool = False) -> Result:
        """A metric query inside this scope: its own periods where it has some, and both conditions.

        ``loose`` leaves out what the measures know nothing of (the warehouse's stock has no region)."""
        return facets.compute(self, query, loose)

    def apart(
        self, query: MetricQuery, names: Sequence[str], loose: bool = False
    ) -> Mapping[str, Sequence[tuple[Any, ...]]]:
        """``query`` by each of ``names`` besides its own groups, and "" by nothing more: name → rows."""
        return facets.apart(self, query, names, loose)

    def column(self, measure: Measure) -> Column:
        """What a measure's figures mean."""
        return measure_column(measure, with_halves(self.catalog, (measure,)))

    # ── where names come from ─────────────────────────────────────────────────────────────────

    def _tables(self, names: Sequence[str]) -> list[tuple[int, str]]:
        return bindings.tables(self.catalog, names)

    def _value(self, frame: Frame, name: str, bounds: Bounds) -> exp.Expr:
        if name.startswith(BY) and name.removeprefix(BY) in self.catalog.dimensions:
            dimension = stands_for(self.catalog, frame.base, name.removeprefix(BY))
            return frame.dimension(dimension, bounds)
        role = bindings.role(self.catalog, frame.base, name)
        assert role is not None
        return frame.sql(role.expr, role.table, bounds)

    # ── which rows count ──────────────────────────────────────────────────────────────────────

    def _left(self, base: str, leave: Sequence[str]) -> tuple[Condition, ...]:
        """Conditions that ``base`` knows nothing of and the table of ``leave`` does."""
        if not leave or not (other := self._tables(leave)):
            return ()
        best = bindings.best(self.catalog, self.scope.where, other)

        def knows(table: str, part: Condition) -> bool:
            return reaches(self.catalog, table, tables_of(self.catalog, part, table))

        parts = conjuncts(self.scope.where)
        return tuple(c for c in parts if not knows(base, c) and knows(best, c))

    def _tests(
        self, frame: Frame, span: Span, bounds: Bounds, left: Sequence[Condition]
    ) -> list[exp.Expr]:
        tests: list[exp.Expr] = []
        moment = self._moment(frame)
        if moment is not None:
            spans = [w for p in self._spans(span) if (w := within(moment, p)) is not None]
            if spans:
                tests.append(exp.paren(either(spans), copy=False) if len(spans) > 1 else spans[0])
        defaults = [
            part
            for part in conjuncts(self.catalog.defaults)
            if reaches(self.catalog, frame.base, tables_of(self.catalog, part))
        ]
        own = [c for c in conjuncts(self.scope.where) if c not in left]
        if (where := conjunction(*own, *defaults)) is not None:
            tests.append(row_test(frame, where, self._nested, bounds))
        return tests

    def _spans(self, span: Span) -> Sequence[Period]:
        """Nothing of today or later counts: the day is not over."""
        end = self.today
        if span == "all" or not self.scope.periods:
            return (Period(None, end),)
        if span == "until":
            return (Period(None, min(end, self.until + timedelta(days=1))),)
        return merge(self.scope.periods)

    def _moment(self, frame: Frame) -> exp.Expr | None:
        name = self.scope.time
        if name is not None and reaches(self.catalog, frame.base, home(self.catalog, name)):
            return frame.dimension(name)
        role = next(
            (r for r in self.catalog.roles if r.table == frame.base and r.name == "time"), None
        )
        return frame.sql(role.expr, frame.base) if role else None

    def _own_tests(
        self, frame: Frame, where: str, values: Mapping[str, exp.Expr], bounds: Bounds
    ) -> list[exp.Expr]:
        def put(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column) or node.table:
                return node
            known = values.get(node.name)
            return exp.paren(known.copy() if known else self._value(frame, node.name, bounds))

        return [exp.paren(parse(where).transform(put), copy=False)]

    def _bounds(self) -> Bounds:
        """What {start} and {end} of the model stand for."""
        start = self.since if self.scope.periods else EARLIEST
        end = self.until + timedelta(days=1) if self.scope.periods else LATEST
        return Bounds(literal(start), literal(end))

    def _nested(self, query: Inner) -> exp.Query:
        if not isinstance(query, (MetricQuery, DetailQuery)):
            return listed(query, self.catalog)
        found, _ = compiled(plan(query, self.catalog, self.today, self.festival), self.catalog)
        if found.args.get("limit") is None:
            found.set("order", None)  # members have no order
        return found
