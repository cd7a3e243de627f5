"""A query, answered: plan, compile, run. The shortest way through this package."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date

from semantic_layer.catalog import Catalog
from semantic_layer.engines.base import Engine
from semantic_layer.periods import Festival
from semantic_layer.plan import Plan, plan
from semantic_layer.query import Query
from semantic_layer.result import Result
from semantic_layer.sql import compile_plan
from semantic_layer.statement import Statement


@dataclass(frozen=True, slots=True)
class Outcome:
    plan: Plan
    statement: Statement
    result: Result


def execute(
    query: Query,
    catalog: Catalog,
    engine: Engine,
    today: date,
    limit: int = 5000,
    *,
    festival: Festival | None = None,
    timeout: float = 30,
    cancel: threading.Event | None = None,
) -> Outcome:
    """Raises ``Unanswerable`` (the model can't) or ``EngineError`` (the database didn't)."""
    planned = plan(query, catalog, today, festival)
    statement = compile_plan(planned, catalog, limit)
    return Outcome(planned, statement, engine.run(statement, timeout=timeout, cancel=cancel))
