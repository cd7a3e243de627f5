"""Members with one row per period are recorded values; where the data name no winner, none is named."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.language.graph import Graph
from assistant.language.keys import one_unit, pinned, several, unit_of
from assistant.ties import equal_rivals, with_equals
from semantic_layer.catalog import Kind
from semantic_layer.load import load
from semantic_layer.query import (
    And,
    By,
    Condition,
    Grain,
    Members,
    MetricQuery,
    MetricRef,
    Op,
    Or,
    Period,
    Scope,
    Top,
    Where,
)
from semantic_layer.result import Column, ColumnRole, Result

GRAPH = Graph(load("realestate"))
AREA = Where("area", Op.EQ, ("甲市乙区",))
HOUSE = Where("project", Op.EQ, ("一号院",))
PAIRS = Or(
    (
        And((AREA, HOUSE)),
        And((Where("area", Op.EQ, ("丙市丁区",)), Where("project", Op.EQ, ("二号院",)))),
    )
)
YEARS = Period(date(2020, 1, 1), date(2023, 1, 1), grain=Grain.YEAR)
YEAR = Period(date(2020, 1, 1), date(2021, 1, 1), grain=Grain.YEAR)
NEXT = Period(date(2021, 1, 1), date(2022, 1, 1), grain=Grain.YEAR)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ((AREA, HOUSE), ("project", "area")),
        ((And((AREA, HOUSE)),), ("project", "area")),
        ((PAIRS,), ("project", "area")),
        ((HOUSE,), ()),  # the name alone may be in several districts
        ((AREA, Where("project", Op.NE, ("一号院",))), ()),
        ((Or((AREA, HOUSE)),), ()),
    ],
)
def test_what_names_a_row_but_for_its_time(
    where: tuple[Condition, ...], found: tuple[str, ...]
) -> None:
    assert pinned(where, "price_monthly", GRAPH) == found


def test_a_table_whose_key_has_no_time_pins_nothing() -> None:
    assert pinned((AREA, HOUSE), "land_deals", GRAPH) == ()


def test_several_members_named_in_a_list_or_pair_by_pair() -> None:
    assert several((PAIRS,)) == ("area", "project")
    assert several((Where("area", Op.IN, ("甲", "乙")), HOUSE)) == ("area",)
    same = Or((And((AREA, HOUSE)), And((AREA, Where("project", Op.EQ, ("二号院",))))))
    assert several((same,)) == ("project",)


def test_units_that_periods_are_of() -> None:
    assert one_unit(YEAR) and not one_unit(YEARS)
    assert unit_of((YEARS,)) is Grain.YEAR
    assert unit_of((YEAR, NEXT)) is Grain.YEAR
    assert unit_of((YEAR,)) is None
    assert unit_of((YEARS, NEXT)) is None


def winner(inner: Top | None, top: Top | None) -> MetricQuery:
    units = MetricRef("units")
    best = MetricQuery((units,), (By("project"),), Scope(AREA), top=inner)
    where = And((AREA, Members("project", best)))
    return MetricQuery((MetricRef("avg_price"),), (By("project"),), Scope(where), top=top)


def test_an_inner_first_five_is_widened_by_its_equals() -> None:
    widened = with_equals(winner(Top(5), Top(1)))
    assert widened == winner(Top(5, ties=True), Top(1))


@pytest.mark.parametrize(
    ("inner", "top"),
    [(Top(5), None), (Top(5), Top(3)), (Top(1, ties=True), Top(1)), (None, Top(1))],
)
def test_nothing_is_in_doubt_without_a_winner_or_a_cut(inner: Top | None, top: Top | None) -> None:
    assert with_equals(winner(inner, top)) is None


def rivals(*rows: tuple[str, float]) -> tuple[str, ...]:
    where = And((AREA, Where("project", Op.IN, ("一号院", "二号院"))))
    query = MetricQuery(
        (MetricRef("units"),), (By("project"),), Scope(where), top=Top(1, ties=True)
    )
    columns = (
        Column("project", "小区", Kind.TEXT, ColumnRole.DIMENSION),
        Column("units", "成交套数", Kind.NUMBER, ColumnRole.MEASURE),
    )
    return equal_rivals(query, Result(columns, rows))


def test_rivals_that_share_the_first_place() -> None:
    assert rivals(("一号院", 3.0), ("二号院", 3.0)) == ("一号院", "二号院")
    assert rivals(("一号院", 3.0)) == ()
