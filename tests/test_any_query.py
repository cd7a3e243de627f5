"""Any query that the types allow is answered or refused with a code: never an exception from Python,
the guard or the database, and never more rows than groups."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toy import TODAY, catalog, engine

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import Unanswerable
from semantic_layer.execute import execute
from semantic_layer.query import (
    Agg,
    And,
    Benchmark,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Contrast,
    DetailQuery,
    Formula,
    Grain,
    Having,
    HavingChange,
    Members,
    MetricQuery,
    MetricRef,
    Not,
    Op,
    Or,
    Order,
    Period,
    PerUnit,
    Query,
    Rollup,
    Scope,
    Streak,
    Term,
    Top,
    Where,
    WhereTime,
    Window,
    WindowKind,
)
from semantic_layer.serialise import dumps, loads

TOY = catalog()
TEXTS = ("city", "province", "channel", "category", "gender", "level", "warehouse", "newness")
NUMBERS = ("amount", "price", "age")
KEYS = ("user_id", "order_id", "product_id")

metrics = st.sampled_from(tuple(TOY.metrics))
wheres = st.one_of(
    st.builds(
        Where,
        st.sampled_from(TEXTS),
        st.sampled_from((Op.EQ, Op.NE, Op.CONTAINS)),
        st.just(("广州",)),
    ),
    st.builds(
        Where, st.sampled_from(TEXTS), st.sampled_from((Op.IN, Op.NOT_IN)), st.just(("APP", "食品"))
    ),
    st.builds(Where, st.sampled_from(NUMBERS), st.sampled_from((Op.GT, Op.LE)), st.just((60,))),
    st.builds(Where, st.sampled_from(TEXTS), st.sampled_from((Op.IS_NULL, Op.NOT_NULL))),
    st.builds(WhereTime, st.just(Grain.WEEKEND), st.sampled_from(((0,), (1,)))),
    st.builds(Term, st.just("online"), st.booleans()),
)
measures = st.recursive(
    st.one_of(
        st.builds(MetricRef, metrics),
        st.builds(MetricRef, metrics, wheres),
        st.builds(
            ColumnAggregate,
            st.sampled_from((Agg.AVG, Agg.SUM, Agg.MEDIAN)),
            st.sampled_from(NUMBERS),
        ),
        st.builds(ColumnAggregate, st.just(Agg.COUNT_DISTINCT), st.sampled_from(KEYS)),
        st.builds(
            ColumnAggregate, st.just(Agg.COUNT), st.none(), st.sampled_from(tuple(TOY.tables))
        ),
    ),
    lambda inner: st.one_of(
        st.builds(PerUnit, inner, st.sampled_from(("day", "month", "user_id", "city"))),
        st.builds(Formula, st.sampled_from("+-*/"), inner, inner),
    ),
    max_leaves=3,
)
groups = st.one_of(
    st.builds(By, st.sampled_from(TEXTS + KEYS)),
    st.builds(ByTime, st.sampled_from(Grain)),
    st.just(ByPeriod()),
    st.builds(ByBucket, st.just("amount"), edges=st.sampled_from(((), (100.0, 200.0)))),
    st.builds(ByBucket, st.none(), st.builds(MetricRef, metrics), st.just("user_id")),
)
periods = st.sampled_from(
    (
        Period(date(2026, 5, 1), date(2026, 6, 1), "5月", Grain.MONTH),
        Period(date(2026, 6, 1), date(2026, 6, 24), "本月", Grain.MONTH, partial=True),
        Period(date(2026, 4, 15), date(2026, 5, 15)),
    )
)
comparisons = st.builds(
    Comparison,
    st.sampled_from((CompareKind.YEAR_OVER_YEAR, CompareKind.PREVIOUS_PERIOD)),
    shows=st.sampled_from((("value", "rate"), ("difference",))),
)
bounds = st.one_of(
    st.just(100.0),
    st.builds(
        Benchmark,
        st.sampled_from(("group_average", "group_median", "overall", "previous", "last_year")),
    ),
    st.builds(Benchmark, st.just("measure"), st.builds(MetricRef, metrics), st.just(0.5)),
)
havings = st.one_of(
    st.builds(Having, measures, st.sampled_from((Op.GT, Op.LE)), st.tuples(bounds)),
    st.builds(HavingChange, measures, comparisons, st.just(Op.LT), st.just((0.1,))),
    wheres,
)
conditions = st.recursive(
    st.one_of(
        wheres,
        st.builds(
            Members,
            st.just("city"),
            st.builds(
                lambda m: MetricQuery((m,), (By("city"),), top=Top(2)),
                st.builds(MetricRef, metrics),
            ),
            st.booleans(),
        ),
        st.builds(
            Members, st.just("user_id"), st.just(DetailQuery("orders", ("user_id",))), st.booleans()
        ),
    ),
    lambda inner: st.one_of(
        st.builds(And, st.tuples(inner, inner)),
        st.builds(Or, st.tuples(inner, inner)),
        st.builds(Not, inner),
    ),
    max_leaves=3,
)
mixed = st.one_of(
    havings, st.builds(Or, st.tuples(havings, havings)), st.builds(And, st.tuples(havings, wheres))
)
tops = st.builds(
    Top,
    st.integers(1, 3),
    st.booleans(),
    by=st.one_of(st.none(), measures),
    fraction=st.one_of(st.none(), st.just(0.5)),
    by_change=st.sampled_from((None, None, "rate", "difference")),
    ties=st.booleans(),
    both=st.booleans(),
    offset=st.integers(0, 1),
)


def few(
    of: st.SearchStrategy[Any], least: int = 0, most: int = 2
) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, min_size=least, max_size=most).map(tuple)


scopes = st.builds(
    Scope, st.one_of(st.none(), conditions), few(periods), st.sampled_from((None, None, "joined"))
)
metric_queries = st.builds(
    MetricQuery,
    few(measures, 1),
    few(groups),
    scopes,
    few(comparisons, 0, 1),
    st.one_of(st.none(), st.none(), st.just(Contrast("channel", "APP", "门店"))),
    st.one_of(st.none(), mixed),
    few(st.builds(Window, st.sampled_from(WindowKind), n=st.sampled_from((None, 3))), 0, 1),
    st.one_of(st.none(), tops),
    few(st.builds(Order, st.sampled_from((None, "city", "month"))), 0, 1),
    st.one_of(st.none(), st.none(), st.builds(Rollup, st.sampled_from((Agg.COUNT, Agg.AVG)))),
    st.one_of(
        st.none(),
        st.none(),
        st.none(),
        st.builds(Streak, st.just(2), st.just(Grain.MONTH), st.sampled_from(("up", "zero"))),
    ),
    st.one_of(st.none(), wheres),
    st.one_of(st.none(), mixed),
)
detail_queries = st.builds(
    DetailQuery,
    st.sampled_from(tuple(TOY.tables)),
    few(st.sampled_from(TEXTS + NUMBERS + KEYS), 1),
    scopes,
    few(st.builds(Order, st.sampled_from(NUMBERS)), 0, 1),
    st.one_of(st.none(), st.builds(Top, st.integers(1, 2), ties=st.booleans(), both=st.booleans())),
    st.booleans(),
)


@pytest.fixture(scope="module")
def db() -> DuckDBEngine:
    return engine()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(metric_queries, detail_queries))
def test_answered_or_refused_with_a_code(db: DuckDBEngine, query: Query) -> None:
    assert loads(dumps(query)) == query
    try:
        outcome = execute(query, TOY, db, TODAY, timeout=20)
    except Unanswerable as refused:
        assert refused.code
        return
    names = [c.name for c in outcome.result.columns]
    assert len(names) == len(set(names))
    assert all(len(row) == len(names) for row in outcome.result.rows)
