"""The arrow: understood → plan → statement → result → reply. Composition only."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from time import perf_counter

import analytics.contract
from assistant.analyse import ANALYSES, analyse
from assistant.answer.compose import compose, compose_analysis, spaced_after
from assistant.answer.definitions import compose_catalog
from assistant.answer.masked import masked
from assistant.answer.nouns import period_text
from assistant.answer.wording import describe, sentence
from assistant.groups import Found, resolved
from assistant.language.festivals import festival
from assistant.problems import problem
from assistant.reply import Answer, Choice, Common, Option, Refusal, Reply, Timing, Unread
from assistant.snapshots import day_counted
from assistant.ties import equal_rivals, with_equals
from assistant.understand import Understood
from semantic_layer.catalog import Catalog
from semantic_layer.engines.base import Engine, EngineError, QueryCancelled, QueryTimeout
from semantic_layer.errors import Unanswerable
from semantic_layer.guard import Refused
from semantic_layer.periods import shifted
from semantic_layer.plan import plan
from semantic_layer.query import (
    AnalysisQuery,
    CatalogQuery,
    CompareKind,
    Comparison,
    DetailQuery,
    MetricQuery,
    Period,
    Query,
)
from semantic_layer.result import ColumnRole, Result
from semantic_layer.sql import compile_plan
from semantic_layer.statement import Statement

TIMEOUT = 30.0
ANALYSIS_TIMEOUT = 120.0
Stage = Callable[[str], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """One question on its way: what was typed, when, and how the person may stop it."""

    question: str
    today: date
    parse_ms: float = 0.0
    unread: tuple[Unread, ...] = ()
    assumptions: tuple[str, ...] = ()
    chart: str | None = None
    previous_sql: str = ""
    cancel: threading.Event | None = None
    stage: Stage | None = None
    found: Found | None = None  # groups of people that conditions name

    def at(self, name: str) -> None:
        if self.stage is not None:
            self.stage(name)


def decline(run: Run, code: str, query: Query | None = None, **details: str) -> Refusal:
    """A problem, in words; questions near to it are found by who knows the conversation."""
    message, help = problem(code, suggestions=(), **details)
    common = Common(run.question, run.unread, run.assumptions, Timing(parse=run.parse_ms))
    return Refusal(common, code, message, help, query=query)


def _stopped(
    run: Run, mistake: EngineError | Refused, catalog: Catalog, query: Query, limit: float
) -> Refusal:
    """A query that did not come to its end; ``limit`` is the time it had, in seconds."""
    match mistake:
        case QueryTimeout():
            return decline(run, "timeout", query, seconds=f"{limit:.0f}")
        case QueryCancelled():
            return decline(run, "cancelled", query)
        case Refused():
            return decline(run, "model-mismatch", query, what=str(mistake))
        case _:
            return decline(run, "failed", query)


def offer(run: Run, understood: Understood, catalog: Catalog) -> Choice:
    options = tuple(Option(sentence(q, catalog, ANALYSES), q) for q in understood.options)
    common = Common(run.question, run.unread, run.assumptions, Timing(parse=run.parse_ms))
    return Choice(common, options, understood.words)


def answer(run: Run, query: Query, catalog: Catalog, engine: Engine) -> Reply:
    """Run ``query`` and tell its result; every failure comes back as a ``Refusal``."""
    if isinstance(query, CatalogQuery):
        return compose_catalog(run.question, query, catalog, run.previous_sql)
    if isinstance(query, AnalysisQuery):
        return _analysis(run, query, catalog, engine)
    shown = with_comparisons(query)
    try:
        started = perf_counter()
        statement = statement_of(shown, run, catalog, engine)
        planned = perf_counter()
        run.at("查询")
        result = engine.run(statement, timeout=TIMEOUT, cancel=run.cancel)
        ran = perf_counter()
        undecided = _undecided(shown, result, catalog, engine, run)
    except Unanswerable as e:
        message, help = problem(e.code, suggestions=e.suggestions, **e.details)
        common = Common(run.question, run.unread, run.assumptions, Timing(parse=run.parse_ms))
        return Refusal(common, e.code, message, help, query=query)
    except (EngineError, Refused) as mistake:
        return _stopped(run, mistake, catalog, query, TIMEOUT)
    if undecided is not None:
        return undecided
    if shown is not query and _missing(result):
        shown, result = (
            query,
            engine.run(statement_of(query, run, catalog, engine), timeout=TIMEOUT),
        )
    if (ahead := _ahead(query, result, catalog)) is not None:
        until = catalog.until.isoformat() if catalog.until else ""
        when = spaced_after(period_text(ahead))
        return decline(run, "future", query, period=when, until=until)
    run.at("作图")
    result = masked(result, catalog)
    timing = Timing(run.parse_ms, (planned - started) * 1e3, (ran - planned) * 1e3)
    reply = compose(
        run.question,
        shown,
        result,
        catalog,
        sql=statement.sql,
        dialect=statement.dialect,
        timing=timing,
        unread=run.unread,
        assumptions=run.assumptions,
        chart=run.chart,
        counted=_counted_on(shown, run, catalog, engine),
    )
    if shown == query or not isinstance(reply, Answer):
        return reply
    said = describe(query, catalog)
    return replace(reply, query=query, understanding=said.text, chips=said.chips)


def _undecided(
    query: MetricQuery | DetailQuery, result: Result, catalog: Catalog, engine: Engine, run: Run
) -> Refusal | None:
    """Why the data name no winner: the named are equal, or the set it is chosen from is cut through equals."""
    if equal := equal_rivals(query, result):
        return decline(run, "equal-rivals", query, what="、".join(equal))
    widened = with_equals(query)
    if widened is None:
        return None
    statement = statement_of(widened, run, catalog, engine)
    other = engine.run(statement, timeout=TIMEOUT, cancel=run.cancel)
    if set(other.rows) == set(result.rows):
        return None
    return decline(run, "cut-through-equals", query)


def _counted_on(
    query: MetricQuery | DetailQuery, run: Run, catalog: Catalog, engine: Engine
) -> date | None:
    """The day of the count that the figures come from, where they are counts and not flows."""
    asked = day_counted(query, catalog)
    if asked is None:
        return None
    try:
        rows = engine.run(statement_of(asked, run, catalog, engine), timeout=TIMEOUT).rows
    except (Unanswerable, EngineError, Refused):
        return None  # the figures themselves are there; only their day stays unsaid
    day = rows[0][0] if rows else None
    return day.date() if isinstance(day, datetime) else day


def statement_of(
    query: MetricQuery | DetailQuery, run: Run, catalog: Catalog, engine: Engine
) -> Statement:
    found = run.found or Found(catalog, engine)
    spelled = resolved(query, catalog, found.finder(run.today, run.cancel))
    return compile_plan(plan(spelled, catalog, run.today, festival), catalog)


def _ahead(query: MetricQuery | DetailQuery, result: Result, catalog: Catalog) -> Period | None:
    """The period, when it has not begun by the end of the data and nothing is planned for it."""
    periods = query.scope.periods
    if not periods or catalog.until is None or not isinstance(query, MetricQuery):
        return None
    starts = [p.start.date() if isinstance(p.start, datetime) else p.start for p in periods]
    if any(s is None or s <= catalog.until for s in starts):
        return None
    places = [i for i, c in enumerate(result.columns) if c.role is ColumnRole.MEASURE]
    return None if any(row[i] for row in result.rows for i in places) else periods[0]


def _missing(result: Result) -> bool:
    """No figure of the period itself: what stands beside it must not hide that."""
    places = [i for i, c in enumerate(result.columns) if c.role is ColumnRole.MEASURE]
    return all(row[i] is None for row in result.rows for i in places)


def with_comparisons(query: MetricQuery | DetailQuery) -> MetricQuery | DetailQuery:
    """A single figure of a period is shown beside the period before and the same a year ago."""
    if not isinstance(query, MetricQuery) or query.group_by or query.compare or not query.measures:
        return query
    plain = (
        query.contrast
        or query.having
        or query.claim
        or query.rollup
        or query.streak
        or query.windows
    )
    periods = query.scope.periods
    bounded = len(periods) == 1 and periods[0].start is not None and periods[0].end is not None
    if plain or not bounded or len(query.measures) > 3:
        return query
    before, ago = (Comparison(k) for k in (CompareKind.PREVIOUS_PERIOD, CompareKind.YEAR_OVER_YEAR))
    same = shifted(periods[0], before, festival) == shifted(periods[0], ago, festival)
    return replace(query, compare=(ago,) if same else (before, ago))  # 今年: both are last year


def _analysis(run: Run, query: AnalysisQuery, catalog: Catalog, engine: Engine) -> Reply:
    """Run an analysis and tell its outcome; what it refuses to compute comes back in words."""
    if query.analysis not in ANALYSES:
        return decline(run, "not-supported-yet", query, what="做这个分析")
    run.at("查询")
    started = perf_counter()
    try:
        found = (run.found or Found(catalog, engine)).finder(run.today, run.cancel)
        spelled = resolved(query, catalog, found)
        done = analyse(spelled, catalog, engine, run.today, run.cancel, ANALYSIS_TIMEOUT)
    except Unanswerable as e:
        return decline(run, e.code, query, **e.details)
    except (EngineError, Refused) as mistake:
        return _stopped(run, mistake, catalog, query, ANALYSIS_TIMEOUT)
    except Exception:  # data that a method did not foresee: the person is told, the log knows why
        log.exception("the analysis %s failed", query.analysis)
        return decline(run, "failed", query)
    if isinstance(done, analytics.contract.Refused):
        why = {"missing-role": "roles", "too-little-data": "why"}.get(done.code, "what")
        return decline(run, done.code, query, **{why: done.message})
    run.at("作图")
    return compose_analysis(
        run.question,
        query,
        done.outcome,
        catalog,
        {**ANALYSES, query.analysis: done.analysis},
        dialect=catalog.dialect,
        timing=Timing(run.parse_ms, 0.0, (perf_counter() - started) * 1e3),
        unread=run.unread,
        assumptions=run.assumptions,
    )
