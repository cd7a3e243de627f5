"""Businesses that nothing in the code was written for: their models load, their questions are read, their numbers hold.

The floors are what was reached on the day, less a little: a rule that only helps the demo shows here.
``pytest tests/test_worlds.py -rP`` prints the table and every sentence that is not read right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from assistant.corpus import Outcome, Report, failures, run, table
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.load import load as load_model
from semantic_layer.load import positions
from semantic_layer.sql_checks import check_database
from tests.worlds import clinic_data, hotel_data, school_data

WORLDS = Path(__file__).parent / "worlds"
MADE = {"clinic": clinic_data.write, "school": school_data.write, "hotel": hotel_data.write}
RIGHT = {"clinic": 0.95, "school": 0.95, "hotel": 0.95}
MISREAD = {"clinic": 0.03, "school": 0.03, "hotel": 0.02}
ANSWERS = [
    pytest.param(name, case, id=f"{name}-{case['q']}")
    for name in ("clinic", "hotel")
    for case in yaml.safe_load((WORLDS / f"{name}_answers.yml").read_text(encoding="utf-8"))
]

# Built and opened once: one worker does them all. Two libraries of the reader leave warnings behind.
pytestmark = [
    pytest.mark.xdist_group("worlds"),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:invalid escape sequence"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


World = tuple[str, Path]


@pytest.fixture(scope="module", params=MADE)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The name of a business and its database."""
    name = request.param
    return name, MADE[name](tmp_path_factory.mktemp("worlds") / f"{name}.duckdb")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Assistant, Path]]:
    """A business by name, made and opened the first time it is asked for, and its database."""
    folder = tmp_path_factory.mktemp("numbers")

    @cache
    def opening(name: str) -> tuple[Assistant, Path]:
        source = MADE[name](folder / f"{name}.duckdb")
        return Assistant.open(WORLDS / name, source=source), source

    return opening


@pytest.fixture(scope="module")
def report(world: World) -> Report:
    name, source = world
    return run(Assistant.open(WORLDS / name, source=source), WORLDS / f"{name}.yml")


def test_the_model_fits_its_database(world: World) -> None:
    name, source = world
    columns: dict[str, dict[str, str]] = {}
    with duckdb.connect(str(source), read_only=True) as db:
        for table_name, column, kind in db.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
        ).fetchall():
            columns.setdefault(table_name, {})[column] = kind
    where = WORLDS / name
    issues = check_database(load_model(where), columns, positions(where))
    assert [str(issue) for issue in issues] == []


def test_most_questions_are_read_right(world: World, report: Report) -> None:
    print(table(report), failures(report), sep="\n")
    assert report.share_right >= RIGHT[world[0]], failures(report)


def test_few_are_misread_in_silence(world: World, report: Report) -> None:
    wrong = tuple(v for v in report.verdicts if v.outcome is Outcome.WRONG)
    assert len(wrong) <= MISREAD[world[0]] * len(report.verdicts), failures(Report(wrong))


@pytest.mark.parametrize(("name", "case"), ANSWERS)
def test_numbers_are_those_of_plain_sql(
    opened: Callable[[str], tuple[Assistant, Path]], name: str, case: dict[str, str]
) -> None:
    assistant, database = opened(name)
    with duckdb.connect(str(database), read_only=True) as db:
        wanted = db.execute(case["sql"]).fetchall()
    reply = assistant.ask(case["q"])
    assert isinstance(reply, Answer), reply
    width = len(wanted[0])
    assert _rows(row[:width] for row in reply.result.rows) == _rows(wanted), reply.sql


def _rows(rows: Iterable[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    return sorted(tuple(_cell(value) for value in row) for row in rows)


def _cell(value: object) -> str:
    """Six digits of a number, the day of a time: what two correct queries agree on."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, int | float | Decimal):
        return f"{float(value):.6g}"
    return str(value)
