"""What the corpora ask is computed twice, by the engine and by pandas, over a small demo business.

The queries are those that every second sentence is read as today, and the same with a part more (同比,
a month, the first three, …), so that parts meet that no sentence has brought together yet.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from second_opinion import Beyond, Shop

from assistant import corpus
from assistant.answer.compose import compose
from assistant.answer.numbers import amount
from assistant.answer.shape import shape_of
from assistant.language.festivals import festival
from assistant.reply import Answer
from assistant.service import Assistant
from data.generate import END, build
from semantic_layer import query as q
from semantic_layer.errors import Unanswerable
from semantic_layer.execute import execute
from semantic_layer.result import Result

pytestmark = pytest.mark.slow  # a database is drawn and hundreds of sentences are read
FOLDER = Path(__file__).parent / "corpus" / "sentences"
YEAR = q.Comparison(q.CompareKind.YEAR_OVER_YEAR, None, ("value", "difference", "rate"))
BEFORE = q.Comparison(q.CompareKind.PREVIOUS_PERIOD)
APRIL = q.Period(date(2026, 4, 1), date(2026, 5, 1), "4月", q.Grain.MONTH)
WINTER = q.Period(date(2025, 11, 1), date(2026, 2, 1), "冬天")
JUNE = q.Period(date(2026, 6, 1), date(2026, 6, 24), "本月", q.Grain.MONTH, partial=True)
Part = Callable[[q.MetricQuery], q.MetricQuery]


def _in(*periods: q.Period) -> Part:
    return lambda x: replace(x, scope=replace(x.scope, periods=periods))


def _by(group: q.Group) -> Part:
    return lambda x: replace(x, group_by=(*x.group_by, group))


def _window(kind: q.WindowKind) -> Part:
    return lambda x: replace(x, windows=(*x.windows, q.Window(kind)))


MORE: tuple[Part, ...] = (
    lambda x: replace(x, compare=(YEAR,)),
    lambda x: replace(x, compare=(BEFORE, YEAR)),
    lambda x: _by(q.ByPeriod())(_in(APRIL, JUNE)(x)),
    _by(q.ByTime(q.Grain.MONTH)),
    _by(q.By("channel")),
    _in(APRIL, WINTER),
    _in(JUNE),
    _window(q.WindowKind.SHARE),
    _window(q.WindowKind.RANK),
    _window(q.WindowKind.CUMULATIVE),
    lambda x: replace(x, rollup=q.Rollup(q.Agg.COUNT)),
    lambda x: replace(x, rollup=q.Rollup(q.Agg.AVG)),
    lambda x: replace(x, top=q.Top(3, ties=True)),
    lambda x: replace(x, top=q.Top(2, both=True)),
    lambda x: replace(x, top=q.Top(2, by_change="rate", ties=True), compare=(YEAR,)),
    lambda x: replace(x, measures=(*x.measures, q.MetricRef("order_count"))),
    lambda x: replace(x, measures=(q.PerUnit(x.measures[0], "day"),)),
    lambda x: replace(x, contrast=q.Contrast("channel", "APP", "天猫", absolute=True)),
    lambda x: replace(x, claim=q.Having(x.measures[0], q.Op.GT, (5.0,))),
    lambda x: replace(x, having=q.Having(x.measures[0], q.Op.GT, (q.Benchmark("group_average"),))),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assistant, Shop]:
    path = tmp_path_factory.mktemp("small") / "retail.duckdb"
    build(path, scale=0.05)
    return Assistant.open("retail", source=path), Shop(str(path), END)


@pytest.fixture(scope="module")
def asked(small: tuple[Assistant, Shop]) -> list[q.MetricQuery]:
    """The distinct queries that the sentences are read as."""
    files = [f for f in sorted(FOLDER.glob("*.yml")) if "analyses" not in f.name]
    sentences = [x for f in files for x in corpus.load(f)][::2]
    read = (small[0].read(x.question, today=x.today).query for x in sentences)
    return list(dict.fromkeys(x for x in read if isinstance(x, q.MetricQuery) and x.measures))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date() if value == datetime(value.year, value.month, value.day) else value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _sorted(rows: Any) -> list[tuple[Any, ...]]:
    def place(row: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple(f"{v:020.4f}" if isinstance(v, float) else str(v) for v in row)

    return sorted((tuple(map(_plain, row)) for row in rows), key=place)


def _engine(small: tuple[Assistant, Shop], query: q.MetricQuery) -> Result:
    catalog, engine = small[0].catalog, small[0].engine
    return execute(query, catalog, engine, date(2026, 6, 24), festival=festival).result


def _compared(small: tuple[Assistant, Shop], queries: list[q.MetricQuery]) -> int:
    """How many could be computed twice; each of them alike to nine digits."""
    count = 0
    for query in queries:
        try:
            mine = _sorted(small[1].rows(query))
            theirs = _sorted(_engine(small, query).rows)
        except (Beyond, Unanswerable):
            continue
        assert len(mine) == len(theirs), query
        for ours, other in zip(mine, theirs, strict=True):
            assert len(ours) == len(other), query
            for a, b in zip(ours, other, strict=True):
                near = isinstance(a, float) and isinstance(b, float)
                alike = b == pytest.approx(a, rel=1e-9, abs=1e-9) if near else a == b
                assert alike, (ours, other, query)
        count += 1
    return count


def test_what_is_asked_is_computed_alike(
    small: tuple[Assistant, Shop], asked: list[q.MetricQuery]
) -> None:
    assert _compared(small, asked) >= 400


def test_so_it_is_with_a_part_more(
    small: tuple[Assistant, Shop], asked: list[q.MetricQuery]
) -> None:
    draw = random.Random(5)
    more = [draw.choice(MORE)(draw.choice(MORE)(draw.choice(asked))) for _ in range(700)]
    assert _compared(small, more) >= 150


FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?(?: ?[万亿%])?")


def _figures(text: str) -> set[str]:
    return {found.replace(" ", "") for found in FIGURE.findall(text)}


def test_the_first_figure_of_a_headline_is_a_cell(
    small: tuple[Assistant, Shop], asked: list[q.MetricQuery]
) -> None:
    """Behind the label of the first measure stands a value of it, or how many rows there are."""
    checked = 0
    for query in asked:
        try:
            result = _engine(small, query)
        except Unanswerable:
            continue
        answer = compose("", query, result, small[0].catalog)
        if not isinstance(answer, Answer):
            continue
        shape = shape_of(query, answer.result)
        cells = {str(n) for n in range(len(result.rows) + 1)}
        for row in answer.result.rows:
            for column in answer.result.columns:
                value = shape.value(row, column)
                texts = (shape.text(row, column), amount(value, column.format, column.unit))
                cells |= set().union(*map(_figures, texts))
        for column in shape.measures[:1]:
            _, found, rest = answer.headline.partition(f"{column.label} ")
            if found and (told := FIGURE.match(rest)):
                assert told.group().replace(" ", "") in cells, (answer.headline, query)
                checked += 1
    assert checked >= 150
