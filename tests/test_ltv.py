"""Lifetime value against CDNOW (Fader, Hardie, Lee 2005), and by hand."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.special import hyp2f1

from analytics import acquisition, bgnbd, gammagamma, histories, ltv
from analytics.contract import Outcome
from assistant.service import Assistant
from tests.toy_facts import BENCH, facts, inside, params

CDNOW = BENCH / "cdnow"
DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_bench = pytest.mark.skipif(not CDNOW.exists(), reason="the reference data are not here")
PUBLISHED = bgnbd.BgNbd(0.243, 4.414, 0.793, 2.426)


def _cdnow() -> dict[str, np.ndarray]:
    path = CDNOW / "cdnow_customers_summary_with_transactions.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(r[name]) for r in rows]) for name in ("x", "t_x", "T", "zbar")}


@needs_bench
def test_bgnbd_of_cdnow() -> None:
    """2,357 customers in weeks: the published parameters, likelihood and expectations."""
    d = _cdnow()

    model = bgnbd.fit(d["x"], d["t_x"], d["T"], np.ones(2357))

    assert (model.r, model.alpha, model.a, model.b) == pytest.approx(
        (0.2426, 4.4135, 0.7929, 2.4258), abs=1e-3
    )
    assert model.loglik == pytest.approx(-9582.43, abs=0.01)
    nobody = np.zeros(1)
    ahead = [model.expected(t, nobody, nobody, nobody)[0] for t in (0.1429, 1, 3, 31.8571, 32, 78)]
    assert ahead == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.858], abs=1e-3)


def test_expected_purchases_of_one_customer() -> None:
    one = (np.array([2.0]), np.array([30.43]), np.array([38.86]))

    assert PUBLISHED.expected(39, *one)[0] == pytest.approx(1.226, abs=5e-4)


def test_quadrature_is_the_closed_form() -> None:
    """Two ways to the same expectation, over histories of all kinds."""
    m, draw = PUBLISHED, np.random.default_rng(0)
    x = draw.integers(0, 60, 300).astype(float)
    age = draw.uniform(1, 200, 300)
    tx = np.where(x > 0, age * draw.random(300), 0)
    for t in (1.0, 4.3, 39.0, 52.0):
        form = hyp2f1(m.r + x, m.b + x, m.a + m.b + x - 1, t / (m.alpha + age + t))
        gone = 1 - ((m.alpha + age) / (m.alpha + age + t)) ** (m.r + x) * form
        closed = (m.a + m.b + x - 1) / (m.a - 1) * gone * m.alive(x, tx, age)
        assert m.expected(t, x, tx, age) == pytest.approx(closed, rel=1e-8)


@needs_bench
def test_equal_histories_count_once() -> None:
    d = _cdnow()
    rows, n = np.unique(np.stack([d["x"], d["t_x"], d["T"]]), axis=1, return_counts=True)

    model = bgnbd.fit(*rows, n.astype(float))

    assert len(n) < 2357
    assert model.loglik == pytest.approx(-9582.43, abs=0.01)


@needs_bench
def test_gamma_gamma_of_cdnow() -> None:
    """946 customers who came back: published parameters, mean and the first ten expectations."""
    d = _cdnow()
    back = d["x"] > 0

    money = gammagamma.fit(d["x"][back], d["zbar"][back], np.ones(back.sum()))

    assert back.sum() == 946
    assert (money.p, money.q, money.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.02)
    assert money.loglik == pytest.approx(-4055.9, abs=0.1)
    assert money.mean == pytest.approx(35.17, abs=0.01)
    assert money.spend(d["x"][:10], d["x"][:10] * d["zbar"][:10]) == pytest.approx(
        [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17], abs=0.1
    )
    tied = gammagamma.correlation(d["x"][back], d["zbar"][back], np.ones(back.sum()))
    assert tied == pytest.approx(0.114, abs=1e-3)


@needs_bench
def test_backtest_of_cdnow_from_raw_purchases() -> None:
    """Predict the second 39 weeks from the first: 1,653.4 against 1,882 that came."""
    rows = f"""
        SELECT substr(l, 2, 5) AS who, CAST(strptime(substr(l, 13, 8), '%Y%m%d') AS DATE) AS at,
               CAST(trim(substr(l, 24)) AS DOUBLE) AS paid
        FROM read_csv('{CDNOW / "CDNOW_sample.txt"}', columns = {{'l': 'VARCHAR'}}, header = false, delim = '|')"""
    roles = {"sales": {"user": "who", "time": "at", "amount": "paid"}}
    scoped = facts({"sales": rows}, roles, since=date(1997, 1, 1), until=date(1998, 6, 30))

    test = histories.backtest(scoped, 273)
    past = histories.load(scoped, date(1997, 9, 30))
    money, _ = histories.spend(scoped, date(1997, 9, 30))

    assert past.n.sum() == 2357
    assert test is not None and test.actual == 1882
    assert test.predicted == pytest.approx(1653.4, abs=0.1)
    assert "1,653 次购买，实际 1,882 次（-12.1%）" in test.told()
    assert (money.p, money.q, money.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.02)


def test_sql_and_numpy_say_the_same() -> None:
    """The list of people is computed in the engine, the table in numpy: one customer, both ways."""
    rows = _business()
    scoped = facts({"sales": rows}, _ROLES, since=date(2025, 1, 1), until=date(2025, 12, 31))

    outcome = ltv.run(scoped, params(ltv.ANALYSIS, horizon=180, discount=0.0))

    assert isinstance(outcome, Outcome) and outcome.people is not None
    people = scoped.run(outcome.people)
    whole = outcome.extra["whole"]
    assert len(people) == whole["people"] == 300
    for name, column in (("value", "future"), ("orders", "orders"), ("alive", "alive")):
        assert sum(p[name] for p in people) / 300 == pytest.approx(whole[column], rel=1e-6)
    assert whole["low"] < whole["future"] < whole["high"]
    assert {p["group"] for p in people} == {name for name, _ in ltv.ANALYSIS.groups}


def test_early_value_counts_those_who_had_the_days() -> None:
    """甲 spends 10 on day 0, 5 on day 29 and 7 on day 30; 乙 spends 20 once; 丙 is new and is left out."""
    bought = """SELECT who, DATE '2025-01-01' + n AS day, paid FROM (VALUES
        ('甲', 0, 10.0), ('甲', 29, 5.0), ('甲', 30, 7.0), ('乙', 3, 20.0), ('丙', 80, 99.0)) AS t(who, n, paid)
        UNION ALL SELECT 'p' || i, DATE '2025-01-10', 30.0 FROM range(18) t(i)"""
    scoped = facts({"sales": bought}, _ROLES, since=date(2025, 1, 1), until=date(2025, 3, 31))

    outcome = ltv.run(scoped, params(ltv.ANALYSIS, window=30))

    assert isinstance(outcome, Outcome)
    whole = outcome.extra["whole"]
    assert (whole["people"], whole["ripe"]) == (21, 20)
    assert whole["early"] == pytest.approx((15 + 20 + 18 * 30) / 20)
    assert any("没有预测未来价值" in note for note in outcome.notes)


def test_new_customers_of_the_period_with_all_their_later_purchases() -> None:
    january = inside(date(2025, 1, 1), date(2025, 2, 1))
    span = {"since": date(2025, 1, 1), "until": date(2025, 12, 31)}
    every = ltv.run(facts({"sales": _business()}, _ROLES, **span), params(ltv.ANALYSIS))
    some = ltv.run(
        facts({"sales": _business()}, _ROLES, scope=january, **span), params(ltv.ANALYSIS)
    )

    assert isinstance(every, Outcome) and isinstance(some, Outcome)
    assert [r[0] for r in some.rows] == ["2025-01"]
    assert some.rows[0][1:6] == pytest.approx(every.rows[0][1:6])
    assert some.rows[0][6] == pytest.approx(every.rows[0][6], rel=1e-3)


def test_payback_is_the_day_that_covers_the_cost() -> None:
    curve = acquisition.Curve(10, {0: 500.0, 4: 200.0, 20: 300.0})

    assert curve.payback(50, 1.0) == 1
    assert curve.payback(70, 1.0) == 5
    assert curve.payback(70, 0.8) == 21
    assert curve.payback(101, 1.0) is None


def test_cost_of_reach_is_not_the_cost_of_goods() -> None:
    """A cost beside a customer but without clicks is what goods cost."""
    tables = {"sales": _business(), "ads": "SELECT DATE '2025-01-05' AS day, 600.0 AS cost, 9 AS n"}
    goods = {"sales": {**_ROLES["sales"], "cost": "paid / 2", "channel": "who"}}
    ads = {"ads": {"time": "day", "cost": "cost", "clicks": "n"}}
    span = {"since": date(2025, 1, 1), "until": date(2025, 12, 31)}

    assert not acquisition.costs(facts(tables, goods, **span), None, *span.values())
    found = acquisition.costs(facts(tables, {**goods, **ads}, **span), None, *span.values())
    assert found == {"2025-01": 600.0, None: 600.0}


@pytest.mark.parametrize("groups", [("东", "西"), ("男", "女")], ids=["channels", "no channels"])
def test_cost_is_by_channel_where_the_groups_are_channels(groups: tuple[str, str]) -> None:
    """100 customers of each of two groups who spend 40 on day 0; 1,000 went to 东 and 2,000 to 西, 500 elsewhere."""
    first, second = groups
    sales = f"""SELECT IF(i < 100, '{first}', '{second}') AS came, i AS who, DATE '2025-01-05' AS day, 40.0 AS paid
        FROM range(200) t(i)"""
    ads = """SELECT DATE '2025-01-05' AS day, place, cost, 9 AS n
        FROM (VALUES ('东站', 1000.0), ('西站', 2000.0), ('书', 500.0)) AS t(place, cost)"""
    lands = "CASE place WHEN '东站' THEN '东' WHEN '西站' THEN '西' END"
    bound = {"time": "day", "cost": "cost", "clicks": "n", "channel": "place", "lands_on": lands}
    scoped = facts(
        {"sales": sales, "ads": ads},
        {**_ROLES, "ads": bound},
        since=date(2025, 1, 1),
        until=date(2025, 3, 31),
        dimensions={"came": ("sales", "came")},
        by=("came",),
    )

    outcome = ltv.run(scoped, params(ltv.ANALYSIS, window=30))

    assert isinstance(outcome, Outcome)
    names = [c.name for c in outcome.columns]
    rows = {r[0]: dict(zip(names, r, strict=True)) for r in outcome.rows}
    assert outcome.extra["whole"]["cac"] == pytest.approx(3500 / 200)
    if groups == ("男", "女"):
        assert "cac" not in names and any("获客成本只有整体" in n for n in outcome.notes)
        return
    assert (rows["东"]["cac"], rows["西"]["cac"]) == pytest.approx((10.0, 20.0))
    assert (rows["东"]["ratio"], rows["西"]["ratio"]) == pytest.approx((4.0, 2.0))
    assert rows["东"]["payback"] == 1
    assert any(n.startswith("500 元的投放花费") for n in outcome.notes)
    assert any("东的 LTV:CAC 最高，4" in f for f in outcome.findings)


PLAIN = """
    WITH paid AS (SELECT user_id, CAST(pay_time AS DATE) AS day, pay_amount FROM orders
                  WHERE pay_time IS NOT NULL AND status <> '已取消'),
    opened AS (SELECT user_id, min(day) AS first FROM paid GROUP BY 1)
    SELECT register_channel, sum(pay_amount) / count(DISTINCT user_id)
    FROM paid JOIN opened USING (user_id) JOIN users USING (user_id)
    WHERE day < first + 90 AND first <= DATE '2026-06-23' - 89 GROUP BY 1"""


@pytest.mark.skipif(not DATA.exists(), reason="the demo data is not built: python -m data.generate")
def test_value_by_channel_on_the_demo() -> None:
    """小程序 customers come back most (truth 4); every figure is what plain SQL says."""
    reply = Assistant.open("retail").ask("各注册渠道用户的90天LTV")

    assert reply.status == "answer" and reply.result is not None
    with duckdb.connect(DATA, read_only=True) as connection:
        plain = dict(connection.execute(PLAIN).fetchall())
    label = [c.label for c in reply.result.columns].index("90 天 LTV")
    found = {row[0]: row[label] for row in reply.result.rows}
    assert found == pytest.approx({name: float(v) for name, v in plain.items()})
    assert max(found, key=lambda name: found[name]) == "小程序"
    assert "小程序" in "".join(reply.findings)


_ROLES = {"sales": {"user": "who", "time": "day", "amount": "paid"}}


def _business() -> str:
    """300 customers of 2025 who buy at their own pace and leave at their own time."""
    return """
        SELECT who, day, 20.0 + (hash(who) % 50) + (hash(who * 31 + k) % 20) AS paid FROM (
          SELECT i AS who, k, DATE '2025-01-01' + CAST(hash(i) % 200 + k * (5 + hash(i * 7) % 60) AS INTEGER) AS day
          FROM (SELECT i, unnest(range(1 + CAST(hash(i * 13) % 9 AS BIGINT))) AS k FROM range(300) t(i)))
        WHERE day <= DATE '2025-12-31'"""
