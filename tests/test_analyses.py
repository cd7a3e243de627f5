"""Every analysis, the same promises: columns as said, scope obeyed, numbers in sentences that are cells,
nothing computed from nothing, and sentences that are read as it while their neighbours are not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import analytics
from analytics.contract import Analysis, Outcome, Params, Refused
from assistant.answer.compose import chart_of
from assistant.answer.draw import figure
from assistant.service import Assistant
from semantic_layer.errors import Unanswerable
from semantic_layer.query import AnalysisQuery, Op, Period, Scope, Where
from semantic_layer.result import Result
from tests.toy_facts import params
from tests.toy_world import world

ALL = analytics.load()
DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
MARKS = frozenset(
    [
        "kpi",
        "line",
        "area",
        "bar",
        "hbar",
        "grouped",
        "stacked",
        "pie",
        "heatmap",
        "scatter",
        "funnel",
        "sankey",
        "table",
    ]
)
NEVER_TOO_LITTLE = frozenset(("quality",))  # finds nothing wrong with nothing
BESIDE_THE_REST = frozenset(("tags", "recommend"))  # what is known of others belongs to the answer
NUMBER = re.compile(r"([+-]?\d[\d,]*(?:\.\d+)?)\s*(万|亿|%|个百分点)?")
DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?|\d{4}年(\d{1,2}月(\d{1,2}日)?)?|\d{1,2}月\d{1,2}日")

every = pytest.mark.parametrize("analysis", ALL.values(), ids=ALL)
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)


def outcome_of(analysis: Analysis, scope: Scope | None = None, city: str = "") -> Outcome:
    got = analysis.run(world(scope, city=city), params(analysis))
    assert isinstance(got, Outcome), got
    return got


@every
def test_file_is_named_after_its_analysis(analysis: Analysis) -> None:
    assert analysis.run.__module__ == f"analytics.{analysis.name}"


@every
def test_rows_are_what_the_columns_say(analysis: Analysis) -> None:
    outcome = outcome_of(analysis)

    names = [c.name for c in outcome.columns]
    assert outcome.rows
    assert len(names) == len(set(names))
    assert all(len(row) == len(names) for row in outcome.rows)
    assert outcome.findings
    assert all(s.action and s.because for s in outcome.suggestions)


@every
def test_its_chart_can_be_drawn(analysis: Analysis) -> None:
    outcome = outcome_of(analysis)

    view = outcome.view
    assert view.mark in MARKS
    drawn = view.data or Result(outcome.columns, tuple(outcome.rows))
    assert {view.x, view.color, *view.y} - {""} <= {c.name for c in drawn.columns}
    if view.mark != "table":
        assert figure(chart_of(view), Result(outcome.columns, tuple(outcome.rows))).data


@every
def test_scope_is_the_same_as_a_smaller_world(analysis: Analysis) -> None:
    if analysis.name in BESIDE_THE_REST:
        pytest.skip("in a smaller world there is no rest")
    scope = Scope(Where("city", Op.EQ, ("北京",)))
    try:
        scoped = analysis.run(world(scope), params(analysis))
    except Unanswerable:
        pytest.skip("asks a table that knows no city")
    smaller = analysis.run(world(city="北京"), params(analysis))

    if isinstance(scoped, Refused) or isinstance(smaller, Refused):
        assert scoped == smaller
    else:
        assert _rounded(scoped.rows) == _rounded(smaller.rows)
        assert scoped.findings == smaller.findings


@every
def test_every_number_said_is_a_cell(analysis: Analysis) -> None:
    outcome = outcome_of(analysis)
    said = [outcome.headline, *outcome.findings, *(s.because for s in outcome.suggestions)]
    cells = list(_cells(outcome, params(analysis)))
    words = sorted({c for c in _texts(outcome) if len(c) > 1}, key=len, reverse=True)

    unknown = [
        f"{m.group()!r} in {sentence}"
        for sentence in said
        for m in NUMBER.finditer(_without(sentence, words))
        if not any(_prints(cell, m) for cell in cells)
    ]

    assert not unknown


@every
def test_nothing_is_computed_from_nothing(analysis: Analysis) -> None:
    before = Scope(periods=(Period(date(2020, 1, 1), date(2020, 2, 1)),))

    got = analysis.run(world(before), params(analysis))

    if analysis.name not in NEVER_TOO_LITTLE:
        assert isinstance(got, Refused)
        assert re.search(r"[一-鿿]", got.message)


@every
def test_one_customer_is_no_reason_to_fail(analysis: Analysis) -> None:
    one = Scope(Where("uid", Op.EQ, (7,)))
    try:
        got = analysis.run(world(one), params(analysis))
    except Unanswerable:
        pytest.skip("asks a table that knows no customer")

    assert isinstance(got, Refused) or got.rows


@every
def test_people_behind_the_numbers(analysis: Analysis) -> None:
    outcome = outcome_of(analysis)
    if outcome.people is None:
        assert not analysis.groups, "groups are declared but nobody can be listed"
        return
    people = world().run(outcome.people)

    assert people and {"user", "group"} <= set(people[0])


# ── in words ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant.open("retail")


@needs_data
@pytest.mark.parametrize(
    ("name", "question"), [(a.name, q) for a in ALL.values() for q in a.intent.examples]
)
def test_its_sentences_are_read(assistant: Assistant, name: str, question: str) -> None:
    read = assistant.read(question)

    assert isinstance(read.query, AnalysisQuery), (read.status, read.code, read.unread)
    assert read.query.analysis == name
    assert not read.unread


@needs_data
@pytest.mark.parametrize(
    ("name", "question"), [(a.name, q) for a in ALL.values() for q in a.intent.not_examples]
)
def test_its_neighbours_are_not(assistant: Assistant, name: str, question: str) -> None:
    query = assistant.read(question).query

    assert not (isinstance(query, AnalysisQuery) and query.analysis == name)


# ── numbers ───────────────────────────────────────────────────────────────────────────────────


def _rounded(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(round(v, 6) if isinstance(v, float) else v for v in row) for row in rows]


def _cells(outcome: Outcome, given: Params) -> Iterator[float]:
    yield float(len(outcome.rows))
    for value in (*(v for row in outcome.rows for v in row), outcome.extra, given):
        yield from _numbers(value)


def _numbers(value: Any) -> Iterator[float]:
    match value:
        case bool() | None | str():
            return
        case int() | float():
            yield float(value)
        case Mapping():
            for inner in value.values():
                yield from _numbers(inner)
        case list() | tuple():
            for inner in value:
                yield from _numbers(inner)


def _texts(outcome: Outcome) -> Iterator[str]:
    yield from (v for row in outcome.rows for v in row if isinstance(v, str))
    yield from (c.label for c in outcome.columns)


def _without(sentence: str, words: list[str]) -> str:
    """The sentence without dates and names: 2026-05, 第1天."""
    for word in words:
        sentence = sentence.replace(word, " ")
    return DATE.sub(" ", sentence)


def _prints(cell: float, m: re.Match[str]) -> bool:
    """Could ``cell`` have been printed as this, rounded?"""
    digits = m.group(1).replace(",", "").lstrip("+")
    scale = {"万": 1e-4, "亿": 1e-8, "%": 100, "个百分点": 100}.get(m.group(2) or "", 1.0)
    decimals = len(digits.partition(".")[2])
    shown = cell * scale
    return any(abs(abs(v) - abs(float(digits))) <= 0.5 * 10**-decimals + 1e-9 for v in (shown,))
