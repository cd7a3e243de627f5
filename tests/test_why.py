"""Why: contributions add up to the change, planted causes come first, mix is told from rate."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import why
from analytics.contract import Outcome, Refused
from analytics.contributions import Pair, Split, of_ratios, of_sums, surprise
from analytics.drill import concentrated
from analytics.factor_tree import Factor, effects, log_mean
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.catalog import Aggregate, Metric, Ratio
from semantic_layer.query import Agg, And, Measure, MetricRef, Op, Period, Scope, Where
from semantic_layer.scoped import ScopedFacts
from tests.toy_facts import facts, params

pytestmark = pytest.mark.slow  # ten seconds and more over the demo

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)
MAY, JUNE = Period(date(2025, 5, 1), date(2025, 6, 1)), Period(date(2025, 6, 1), date(2025, 7, 1))
amounts = st.floats(0, 1e6, allow_nan=False)
pairs = st.tuples(amounts, amounts)


# ── arithmetic ────────────────────────────────────────────────────────────────────────────────


@given(st.dictionaries(st.integers(), pairs, min_size=1, max_size=8))
def test_parts_of_a_sum_add_up(values: Mapping[int, Pair]) -> None:
    total = tuple(sum(v[side] for v in values.values()) for side in (0, 1))

    split = of_sums("d", values, (total[0], total[1]))

    assert math.isclose(
        sum(p.delta for p in split.parts) + split.overlap, split.delta, abs_tol=1e-6
    )


@given(
    st.dictionaries(
        st.integers(), st.tuples(pairs, st.tuples(st.floats(1, 1e3), st.floats(1, 1e3))), min_size=1
    ),
    st.floats(1.0, 2.0),
)
def test_parts_of_a_ratio_add_up_even_where_they_share_people(
    values: Mapping[int, tuple[Pair, Pair]], shared: float
) -> None:
    top = tuple(sum(n[side] for n, _ in values.values()) for side in (0, 1))
    bottom = tuple(sum(d[side] for _, d in values.values()) / shared for side in (0, 1))

    split = of_ratios("d", values, (top[0], top[1]), (bottom[0], bottom[1]))

    whole = top[1] / bottom[1] - top[0] / bottom[0]
    parts = sum(p.delta for p in split.parts) + split.overlap
    assert parts == pytest.approx(whole, rel=1e-6, abs=1e-6 * max(split.before, split.after, 1))
    assert all(p.delta == pytest.approx(p.mix + p.rate) for p in split.parts)


def test_mix_and_rate_by_hand() -> None:
    """Both parts rise by a tenth; the cheap one goes from a tenth to a half of the orders."""
    values = {"dear": ((900.0, 550.0), (9.0, 5.0)), "cheap": ((10.0, 55.0), (1.0, 5.0))}

    split = of_ratios("d", values, (910.0, 605.0), (10.0, 10.0))

    assert split.before == 91.0 and split.after == 60.5
    assert sum(p.rate for p in split.parts) == pytest.approx(0.7 * 10 + 0.3 * 1)
    assert sum(p.mix for p in split.parts) == pytest.approx(-30.5 - 7.3)
    assert split.overlap == 0.0


@given(
    st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)), min_size=1, max_size=5), pairs
)
def test_factors_add_up_exactly(sides: list[Pair], whole: Pair) -> None:
    before, after = whole[0] + 1, whole[1] + 1

    found = effects([Factor(str(i), b, a) for i, (b, a) in enumerate(sides)], (before, after))

    assert sum(f.effect for f in found) == pytest.approx(
        after - before, abs=1e-6 * (before + after)
    )


def test_log_mean_lies_between() -> None:
    assert 1 < log_mean(2.0, 1.0) < 1.5 < log_mean(2.0, 1.0) + 0.1
    assert log_mean(5.0, 5.0) == 5.0


def test_surprise_is_that_of_adtributor() -> None:
    assert surprise(0.2, 0.2) == 0.0
    assert surprise(0.5, 0.0) == pytest.approx(0.25 * math.log(2))


# ── planted causes ────────────────────────────────────────────────────────────────────────────


def planted(seed: int, ratio: bool) -> tuple[tuple[str, int], tuple[Split, ...]]:
    """Orders with five attributes of three to twelve values; one value of one of them moves."""
    draw = random.Random(seed)
    sizes = {f"d{i}": draw.randint(3, 12) for i in range(5)}
    weights = {d: [draw.gammavariate(1.2, 1) + 0.05 for _ in range(n)] for d, n in sizes.items()}
    while True:
        cause = draw.choice(list(sizes))
        value = draw.randrange(sizes[cause])
        share = weights[cause][value] / sum(weights[cause])
        effect = draw.choice((-1, 1)) * draw.uniform(0.3, 0.8)
        if abs(share * effect) > 0.06 and share < 0.6:
            break
    sums: dict[str, dict[int, list[float]]] = {d: {} for d in sizes}
    counts: dict[str, dict[int, list[float]]] = {d: {} for d in sizes}
    for side in (0, 1):
        columns = {d: draw.choices(range(n), weights[d], k=8000) for d, n in sizes.items()}
        for i in range(8000):
            paid = draw.lognormvariate(4, 0.6)
            if side and columns[cause][i] == value:
                paid *= 1 + effect
            for d in sizes:
                sums[d].setdefault(columns[d][i], [0.0, 0.0])[side] += paid
                counts[d].setdefault(columns[d][i], [0.0, 0.0])[side] += 1
    found = []
    for d in sizes:
        tops = {v: (s[0], s[1]) for v, s in sums[d].items()}
        total = (sum(s[0] for s in tops.values()), sum(s[1] for s in tops.values()))
        if ratio:
            both = {v: (tops[v], (counts[d][v][0], counts[d][v][1])) for v in tops}
            found.append(of_ratios(d, both, total, (8000.0, 8000.0)))
        else:
            found.append(of_sums(d, tops, total))
    return (cause, value), tuple(sorted(found, key=lambda s: -s.worth))


@pytest.mark.parametrize("ratio", [False, True], ids=["sum", "ratio"])
def test_the_planted_cause_comes_first(ratio: bool) -> None:
    """Top-1 on 200 generated cases: at least nine of ten."""
    right = 0
    for seed in range(100):
        cause, ranked = planted(seed + 1000 * ratio, ratio)
        part = concentrated(ranked[0])
        right += part is not None and (ranked[0].dimension, part.value) == cause
    assert right >= 90


# ── through the door ──────────────────────────────────────────────────────────────────────────


def shop(
    rows: str, measure: str = "sales", scope: Scope | None = None, by: tuple[str, ...] = ()
) -> ScopedFacts:
    """``rows``: SELECT day, city, channel, paid, uid."""
    scoped = facts(
        {"orders": rows},
        {"orders": {"time": "day", "amount": "paid", "user": "uid"}},
        since=date(2025, 5, 1),
        until=date(2025, 6, 30),
        dimensions={
            "city": ("orders", "city"),
            "channel": ("orders", "channel"),
            "day": ("orders", "day"),
        },
        scope=scope or Scope(periods=(JUNE,)),
        by=by,
        measure=MetricRef(measure),
    )
    metrics: dict[str, Metric] = {
        "sales": Metric("sales", "销售额", Aggregate(Agg.SUM, "orders", "paid", time="day"), "元"),
        "buyers": Metric(
            "buyers", "人数", Aggregate(Agg.COUNT_DISTINCT, "orders", "uid", time="day"), "人"
        ),
        "each": Metric("each", "人均", Ratio("sales", "buyers"), "元"),
        "mean": Metric("mean", "单均", Aggregate(Agg.AVG, "orders", "paid", time="day"), "元"),
    }
    catalog = replace(
        scoped.catalog,
        metrics=MappingProxyType(metrics),
        values=MappingProxyType({"city": ("甲", "乙", "丙"), "channel": ("店", "网")}),
        primary=("sales",),
    )
    return replace(scoped, catalog=catalog)


ROWS = """
    SELECT DATE '2025-05-01' + CAST(i % 30 AS INTEGER) AS day, ['甲', '乙', '丙'][1 + i % 3] AS city,
           ['店', '网'][1 + i % 2] AS channel, 10.0 AS paid, i AS uid FROM range(600) t(i)
    UNION ALL
    SELECT DATE '2025-06-01' + CAST(i % 30 AS INTEGER), ['甲', '乙', '丙'][1 + i % 3],
           ['店', '网'][1 + i % 2], {price}, i FROM range(600) t(i)"""
FALL = ROWS.format(price="IF(i % 3 = 0 AND i % 2 = 1, 2.0, 10.0)")


def ran(scoped: ScopedFacts, **said: Any) -> Outcome:
    got = why.run(scoped, params(why.ANALYSIS, **said))
    assert isinstance(got, Outcome), got
    return got


def shares(outcome: Outcome) -> dict[str, float]:
    """Dimension → what its rows contribute together."""
    names = [c.name for c in outcome.columns]
    out: dict[str, float] = {}
    for row in outcome.rows:
        cell = dict(zip(names, row, strict=True))
        out[cell["dimension"]] = out.get(cell["dimension"], 0.0) + cell["delta"]
    return out


def test_two_levels_down() -> None:
    """Only the web orders of one city shrink: 100 of them by 8 each."""
    outcome = ran(shop(FALL))

    assert "甲 × 网" in outcome.findings[0] and "800 元" in outcome.findings[0]
    assert shares(outcome) == pytest.approx({"city": -800.0, "channel": -800.0})
    assert "描述性，不代表因果" in outcome.notes


def test_depth_is_obeyed() -> None:
    assert "甲 ×" not in ran(shop(FALL), depth=1).findings[0]


def test_distinct_counts_leave_what_is_counted_twice() -> None:
    """Half of a hundred in each channel in May; 25 in each in June, five of them in both."""
    rows = """
        SELECT DATE '2025-05-03' AS day, '甲' AS city, IF(i < 50, '店', '网') AS channel, 1.0 AS paid, i AS uid
        FROM range(100) t(i) UNION ALL
        SELECT DATE '2025-06-03', '甲', '店', 1.0, i FROM range(25) t(i) UNION ALL
        SELECT DATE '2025-06-03', '甲', '网', 1.0, i FROM range(20, 45) t(i)"""

    outcome = ran(shop(rows, "buyers"))

    assert shares(outcome) == pytest.approx({"channel": -55.0})
    assert [(r[1], r[4]) for r in outcome.rows] == [
        ("店", -25.0),
        ("网", -25.0),
        ("channel间重复计数", -5.0),
    ]


def test_means_are_told_apart_by_their_halves() -> None:
    outcome = ran(shop(FALL, "mean"))

    assert shares(outcome) == pytest.approx({"city": -800 / 600, "channel": -800 / 600})


def test_ups_and_downs_that_cancel_out() -> None:
    rows = ROWS.format(price="CASE i % 3 WHEN 0 THEN 5.0 WHEN 1 THEN 15.0 ELSE 10.0 END")

    outcome = ran(shop(rows))

    assert "几乎一样" in outcome.findings[0]
    assert "乙多 1,000 元" in outcome.findings[0] and "甲少 1,000 元" in outcome.findings[0]
    assert not outcome.suggestions


def test_a_fall_everywhere_blames_nobody() -> None:
    outcome = ran(shop(ROWS.format(price="8.0")))

    assert "没有集中在哪一处" in outcome.findings[0]


def test_two_groups() -> None:
    scope = Scope(Where("city", Op.IN, ("甲", "乙")), (JUNE,))

    outcome = ran(shop(FALL, "mean", scope, ("city",)))

    assert outcome.findings[0].startswith("甲的单均 6 元，比乙低 4 元")
    assert shares(outcome) == pytest.approx({"channel": -4.0})


def test_two_periods_said_are_the_two_sides() -> None:
    outcome = ran(shop(FALL, scope=Scope(periods=(JUNE, MAY))))

    assert "2025-06" in outcome.findings[0] and "比 2025-05 下降" in outcome.findings[0]


def test_factors_instead_of_dimensions() -> None:
    outcome = ran(shop(FALL), view="factor")

    assert [r[0] for r in outcome.rows] == ["人数", "人均"]
    assert sum(r[4] for r in outcome.rows) == pytest.approx(-800.0, abs=1e-9)


def test_nothing_to_compare_with() -> None:
    got = why.run(shop(FALL, scope=Scope(periods=(MAY,))), params(why.ANALYSIS))

    assert isinstance(got, Refused) and "2025-04" in got.message


# ── the demo ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant.open("retail")


def answer(assistant: Assistant, question: str) -> Answer:
    reply = assistant.ask(question)
    assert isinstance(reply, Answer), reply
    return reply


@needs_data
def test_the_fall_of_one_region_is_traced_to_what_was_out_of_stock(assistant: Assistant) -> None:
    reply = answer(assistant, "为什么5月华南跌了")

    assert all(word in reply.headline for word in ("抖音", "美妆护肤", "广东", "22.0%"))
    assert "缺货商品数" in reply.findings[1] and "广州仓" in reply.findings[1]
    assert shares_of(reply)["渠道"] == pytest.approx(-112091.6, abs=0.1)


@needs_data
def test_the_mix_lowers_what_rises_in_every_channel(assistant: Assistant) -> None:
    reply = answer(assistant, "今年客单价同比下降的原因")

    text = "".join(reply.findings)
    assert "抖音" in reply.headline and "每个渠道自己都在升" in text and "结构变化拉低" in text


@needs_data
def test_the_bad_product_is_found(assistant: Assistant) -> None:
    reply = answer(assistant, "数码家电5月退款率同比为什么涨")

    assert "追风者" in reply.headline and "扫地机器人 X10" in reply.headline


def shares_of(reply: Answer) -> dict[str, float]:
    out: dict[str, float] = {}
    for row in reply.result.rows:
        delta = row[reply.result.index("delta")]
        out[row[0]] = out.get(row[0], 0.0) + delta
    return out


def test_a_split_that_is_mostly_overlap_is_left_out() -> None:
    """Everybody buys in both channels in June: the channels say nothing of the fall."""
    rows = """
        SELECT DATE '2025-05-03' AS day, '甲' AS city, IF(i < 50, '店', '网') AS channel, 1.0 AS paid, i AS uid
        FROM range(100) t(i) UNION ALL
        SELECT DATE '2025-06-03', '甲', c, 1.0, i FROM range(60) t(i), (SELECT unnest(['店', '网']) AS c)"""

    outcome = ran(shop(rows, "buyers"))

    assert outcome.rows == (("2025-05", 100.0), ("2025-06", 60.0))


def test_a_state_that_passes_explains_nothing() -> None:
    scoped = shop(FALL)
    channel = replace(scoped.catalog.dimensions["channel"], explains=False)
    known = MappingProxyType({**scoped.catalog.dimensions, "channel": channel})

    outcome = ran(replace(scoped, catalog=replace(scoped.catalog, dimensions=known)))

    assert list(shares(outcome)) == ["city"]


def test_conditions_of_the_question_hold_everywhere() -> None:
    scope = Scope(And((Where("city", Op.EQ, ("甲",)),)), (JUNE,))

    outcome = ran(shop(FALL, scope=scope))

    assert shares(outcome) == pytest.approx({"channel": -800.0})
    measure: Measure = MetricRef("sales")
    assert shop(FALL, scope=scope).anatomy.splits(measure) == ("channel",)


def test_a_campaign_whose_people_went_on_without_it_explains_less() -> None:
    """It ended and its buyers buy without it, while a region lost as many for good."""
    total = (930.0, 848.0)
    regions = {"南": (262, 129), "西": (171, 257), "东": (497, 462)}
    campaigns = {"早鸟": (129, 16), "会员": (48, 21)}
    replaced = of_sums("c", {**campaigns, None: (753, 811)}, total)
    gone = of_sums("c", {**campaigns, "无": (753, 811)}, total)

    assert gone.worth > of_sums("r", regions, total).worth > replaced.worth
    assert replaced.best is not None and replaced.best.value == "早鸟"
