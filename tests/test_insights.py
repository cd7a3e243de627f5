"""Insights: what holds among all tests is told once, in its place; without the effect nothing is said."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import cast

import duckdb
import pytest

from analytics.insights import cards
from analytics.signals import Kind, of_ratios, of_shares, passed
from analytics.silent import spenders
from analytics.sweep import Clock, Swept, sweep
from assistant import pipeline
from assistant.insights import Page
from assistant.pipeline import Run
from assistant.reply import Answer, Refusal
from assistant.service import Assistant
from semantic_layer.catalog import Aggregate, Catalog, Dimension, Format, Metric, Role, Table
from semantic_layer.catalog import Kind as Type
from semantic_layer.engines.base import Engine
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.query import Agg, AnalysisQuery, And, MetricRef, Scope, Where
from semantic_layer.scoped import ScopedFacts
from tests.test_truths import _cached

pytestmark = pytest.mark.slow  # ten seconds and more over the demo

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
CITIES, SHOPS = ("甲市", "乙市", "丙市", "丁市"), ("网店", "门店", "直播")
PATIENCE = 120.0  # seconds: other work may be running beside the tests
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)


# ── statistics ────────────────────────────────────────────────────────────────────────────────


def test_benjamini_hochberg_on_its_own_example() -> None:
    """The fifteen p-values of Benjamini & Hochberg (1995), section 3.3: four are rejected at 5%."""
    ps = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    ps += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]

    assert passed(ps) == (True,) * 4 + (False,) * 11
    assert passed(ps[::-1]) == (False,) * 11 + (True,) * 4
    assert passed([]) == ()


def test_what_moves_everybody_is_no_news() -> None:
    import numpy as np

    rng = np.random.default_rng(5)
    values = rng.normal(1000, 20, (6, 20))
    values[:, -1] *= 3  # a sales event

    found = of_shares(values, 6, monthly=True)

    assert len(found) == 12  # six members, month and year
    assert not any(passed([m.p for m in found]))


def test_a_member_that_falls_alone_is_found() -> None:
    import numpy as np

    rng = np.random.default_rng(6)
    values = rng.normal(1000, 20, (6, 20))
    values[2, -1] *= 0.7

    found = of_shares(values, 6, monthly=True)
    best = min((m for m in found if m.kind is Kind.CHANGE), key=lambda m: m.p)

    assert best.member == 2
    assert best.effect == pytest.approx(math.log(0.7), abs=0.1)
    assert best.p < 1e-6


def test_a_return_to_the_usual_is_no_news() -> None:
    import numpy as np

    rng = np.random.default_rng(7)
    values = rng.normal(1000, 20, (6, 20))
    values[1, -2] *= 1.5  # odd last month, usual again

    found = of_shares(values, 6, monthly=True)

    assert all(m.p > 0.01 for m in found if m.kind is Kind.CHANGE and m.member == 1)


def test_one_large_refund_is_no_level_and_two_bad_months_are() -> None:
    import numpy as np

    rng = np.random.default_rng(8)
    bottoms = rng.normal(400, 10, (20, 20))
    tops = rng.binomial(400, 0.05, (20, 20)).astype(float)
    tops[3, -1] += 120
    tops[7, -2:] += 120

    levels = [m for m in of_ratios(tops, bottoms, 20, True, True) if m.kind is Kind.LEVEL]
    held = passed([m.p for m in levels])
    kept = [m.member for m, ok in zip(levels, held, strict=True) if ok and m.effect > 0]

    assert kept == [7]


# ── a toy world ───────────────────────────────────────────────────────────────────────────────


@cache
def toy(drop: bool) -> ScopedFacts:
    """Two years of a shop in four cities and three kinds of shop; with ``drop`` one cell falls to a
    third in the last month."""
    end, start = date(2026, 1, 1), date(2024, 1, 1)
    connection = duckdb.connect()
    connection.execute("CREATE TABLE sales (day DATE, city VARCHAR, shop VARCHAR, amount DOUBLE)")
    rows = []
    for n in range((end - start).days):
        day = start + timedelta(days=n)
        season = 1 + 0.4 * math.sin(n / 58)
        for i, city in enumerate(CITIES):
            for k, shop in enumerate(SHOPS):
                noise = ((n * 7919 + i * 104729 + k * 1299709) % 101 - 50) / 250
                worth = (100 + 20 * i + 30 * k) * season * (1 + noise)
                if drop and day >= date(2025, 12, 1) and (city, shop) == ("乙市", "直播"):
                    worth /= 3
                rows.append((day, city, shop, worth))
    connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", rows)
    dimensions = {
        "city": Dimension("city", "城市", "sales", "city", Type.TEXT, lexicon=True),
        "shop": Dimension("shop", "店型", "sales", "shop", Type.TEXT, lexicon=True),
        "day": Dimension("day", "日期", "sales", "day", Type.TIME),
    }
    takings = Metric("takings", "营业额", Aggregate(Agg.SUM, "sales", "amount"), "元", Format.MONEY)
    catalog = Catalog(
        name="toy",
        label="小店",
        tables=MappingProxyType({"sales": Table("sales", "销售", "sales", time="day")}),
        joins=(),
        dimensions=MappingProxyType(dimensions),
        metrics=MappingProxyType({"takings": takings}),
        values=MappingProxyType({"city": CITIES, "shop": SHOPS}),
        primary=("takings",),
        since=start,
        until=end - timedelta(days=1),
        today=end,
    )
    return ScopedFacts(catalog, DuckDBEngine.wrap(connection), Scope(), end)


def test_one_planted_drop_is_one_story_with_its_cell() -> None:
    found = cards(toy(True), PATIENCE)

    assert len(found) == 1, [c.sentence for c in found]
    (card,) = found
    assert card.kind is Kind.CHANGE
    told = card.sentence + "".join(card.why)
    assert "乙市" in told and "直播" in told
    assert card.query is not None and card.rows
    assert card.signal.after < card.signal.before


def test_without_it_nothing_is_said() -> None:
    assert cards(toy(False), PATIENCE) == ()


def test_people_without_amounts_are_no_third_group() -> None:
    """Half of 2,000 people have no amount at all: they are people who spent nothing, not a group of their own."""
    connection = duckdb.connect()
    connection.execute(
        """CREATE TABLE deals AS SELECT 'p' || n AS who, DATE '2023-01-01' + ((n * 7 + k * 97) % 1000)::INTEGER AS day,
          CASE WHEN n % 2 = 0 THEN 10 + n END AS amount
        FROM range(2000) people(n), range(4) deals(k)
        UNION ALL SELECT NULL, DATE '2025-01-01', 1e6"""
    )
    roles = tuple(
        Role(role, "deals", expr)
        for role, expr in (("user", "who"), ("time", "day"), ("amount", "amount"))
    )
    catalog = replace(
        toy(False).anatomy.catalog,
        tables=MappingProxyType({"deals": Table("deals", "交易", "deals", time="day")}),
        dimensions=MappingProxyType({"day": Dimension("day", "日期", "deals", "day", Type.TIME)}),
        metrics=MappingProxyType({}),
        primary=(),
        roles=roles,
        since=date(2023, 1, 1),
        until=date(2025, 9, 26),
        today=date(2025, 9, 27),
    )
    facts = ScopedFacts(catalog, DuckDBEngine.wrap(connection), Scope(), date(2025, 9, 27))

    (found,) = spenders(facts)

    assert found.facts["people"] == 200  # the tenth of 2,000


def test_a_check_that_breaks_leaves_the_others() -> None:
    swept = Swept()

    swept.look("坏的", lambda: [1 / 0])  # type: ignore[list-item]
    sweep(toy(True), Clock(PATIENCE), 1.0, swept)

    assert swept.failed == ["坏的"]
    assert swept.tests


def test_an_analysis_that_breaks_is_a_refusal() -> None:
    catalog = replace(toy(False).anatomy.catalog, roles=(Role("time", "sales", "day"),))
    query = AnalysisQuery("forecast", measure=MetricRef("takings"))
    nothing = cast(Engine, object())  # whatever is asked of it breaks

    reply = pipeline.answer(Run("", toy(False).today), query, catalog, nothing)

    assert isinstance(reply, Refusal) and reply.code == "failed"


def test_progress_is_told() -> None:
    heard: list[tuple[str, float]] = []

    cards(toy(True), PATIENCE, lambda stage, share: heard.append((stage, share)))

    assert len({stage for stage, _ in heard}) > 2
    shares = [share for _, share in heard]
    assert shares == sorted(shares) and shares[-1] <= 1


# ── the demo ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant.open("retail")


@pytest.fixture(scope="module")
def found(assistant: Assistant) -> Iterator[Page]:
    page = assistant.insights(seconds=PATIENCE)
    assert page is not None
    yield page


def told(page: Page) -> list[str]:
    return [" ".join((c.sentence, *c.why, c.action)) for c in page.cards]


@needs_data
@pytest.mark.parametrize(
    "names",
    [
        ("华南", "广东", "抖音", "美妆护肤", "缺货"),
        ("Android 5.2", "加购", "提交订单"),
        ("追风者智能扫地机器人 X10",),
        ("消费前 10%", "没有下单"),
    ],
    ids=lambda names: names[0],
)
def test_what_was_planted_is_on_the_page(found: Page, names: tuple[str, ...]) -> None:
    assert any(all(n in text for n in names) for text in told(found)), told(found)


@needs_data
def test_the_same_fall_is_told_once(found: Page) -> None:
    assert len(found.cards) <= 8
    for name in ("华南", "Android", "扫地机器人"):
        assert sum(name in c.sentence for c in found.cards) == 1


@needs_data
def test_a_card_goes_on_with_its_own_scope(assistant: Assistant, found: Page) -> None:
    south = next(c for c in found.cards if "华南" in c.sentence)
    query = south.query

    assert isinstance(query, AnalysisQuery)
    where = query.scope.where
    parts = where.parts if isinstance(where, And) else (where,)
    assert [p.values for p in parts if isinstance(p, Where)] == [("华南",)]
    reply = assistant.run(query, south.ask)
    assert reply.status == "answer"
    for card in found.cards:
        read = assistant.read(card.ask)
        assert read.status == "answer" and not read.unread, card.ask


@needs_data
def test_found_once_for_the_same_data(assistant: Assistant, found: Page) -> None:
    began = monotonic()

    assert assistant.insights() is found
    assert assistant.insights.known() is found
    assert monotonic() - began < 0.1


@needs_data
def test_in_the_chat(assistant: Assistant) -> None:
    reply = assistant.ask("最近业务怎么样")

    assert isinstance(reply, Answer)
    assert "值得看" in reply.headline
    assert 1 <= len(reply.findings) <= 3
    assert reply.result.rows and reply.next_questions


@pytest.mark.slow
def test_switched_off_they_are_not_claimed() -> None:
    plain = Assistant.open("retail", source=_cached("plain", frozenset(range(1, 11))))

    page = plain.insights(seconds=PATIENCE)

    assert page is not None
    for name in ("华南", "广东", "Android 5.2", "追风者智能扫地机器人 X10", "消费前 10%", "抖音"):
        assert not any(name in c.sentence for c in page.cards), told(page)
