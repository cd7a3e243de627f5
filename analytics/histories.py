"""Purchase histories of customers, equal ones together, and the models fitted to them.

A purchase is a day with at least one order; ``x`` counts those after the first, ``tx`` and ``age`` are days
from the first to the last one and to the day of analysis. Above ``EXACT`` customers days are rounded to
weeks so that histories stay few. ``backtest`` forgets the last days, predicts them, and compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from analytics import bgnbd, gammagamma, words
from analytics.contract import Facts, Span
from analytics.template import fill

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

EXACT = 20_000  # customers; rounding to weeks moves the parameters by less than a percent
CLOSE, FAIR = 0.1, 0.25  # how far a back-test may miss

BUYERS = """
WITH days AS (
  SELECT "user", CAST(time AS DATE) AS day, CAST(SUM(:amount) AS DOUBLE) AS amount, arg_min(:by, time) AS grp
  FROM facts WHERE "user" IS NOT NULL AND time IS NOT NULL GROUP BY 1, 2
),
buyers AS (
  SELECT "user", MIN(day) AS opened, arg_min(grp, day) AS grp, arg_min(amount, day) AS opening,
         COUNT(*) - 1 AS x, date_diff('day', MIN(day), MAX(day)) AS tx,
         date_diff('day', MIN(day), :last) AS age, SUM(amount) AS total,
         GREATEST(SUM(amount) - arg_min(amount, day), 0) AS again
  FROM days WHERE day <= :last GROUP BY 1
)
"""
GROUPED = (
    BUYERS
    + """,
later AS (SELECT "user", COUNT(*) AS later FROM days WHERE day > :last GROUP BY 1),
step AS (SELECT CASE WHEN COUNT(*) <= :exact THEN 1 ELSE 7 END AS step FROM buyers)
SELECT x, :segment AS segment, ROUND(tx / step) * step AS tx, ROUND(age / step) * step AS age, COUNT(*) AS n,
       SUM(again) AS again, COALESCE(SUM(later), 0) AS later, COUNT(later) AS came
FROM buyers LEFT JOIN later USING ("user") CROSS JOIN step
GROUP BY 1, 2, 3, 4 ORDER BY 2, 1, 3, 4
"""
)
SPENT = (
    BUYERS
    + """
SELECT x, AVG(again / x) AS mean, COUNT(*) AS n FROM buyers WHERE x > 0 AND again > 0
GROUP BY x, ROUND(ln(again / x) * 100) ORDER BY 1, 2
"""
)


@dataclass(frozen=True, slots=True)
class Histories:
    """One row per distinct history: how many share it, what they spent again, and after the day of
    analysis the purchases (``later``) and the customers who made any (``came``)."""

    segment: tuple[Any, ...]
    x: Array
    tx: Array
    age: Array
    n: Array
    again: Array
    later: Array
    came: Array

    @property
    def repeaters(self) -> int:
        return int(self.n[self.x > 0].sum())


@dataclass(frozen=True, slots=True)
class Backtest:
    """Orders of the last ``days``, predicted without them and counted."""

    cut: date
    days: int
    predicted: float
    actual: float

    @property
    def miss(self) -> float:
        return self.predicted / self.actual - 1 if self.actual else float("inf")

    def told(self) -> str:
        """
        >>> Backtest(date(1997, 9, 30), 273, 1653.4, 1882.0).told()
        '回测：只用 1997-09-30 及以前的数据预测其后 273 天，预测 1,653 次购买，实际 1,882 次（-12.1%），可作参考'
        """
        far = abs(self.miss)
        trust = "可信" if far <= CLOSE else "可作参考" if far <= FAIR else "偏差大，只看高低排序"
        return (
            f"回测：只用 {self.cut.isoformat()} 及以前的数据预测其后 {self.days} 天，预测 {words.count(self.predicted)} 次购买，"
            f"实际 {words.count(self.actual)} 次（{self.miss:+.1%}），{trust}"
        )


def holes(
    facts: Facts, last: date, by: exp.Expr | None = None, span: Span = "all"
) -> tuple[dict[str, exp.Query], dict[str, Any]]:
    """Relations and holes of the SQL above: everybody's purchases, of all time or until the period's end."""
    paid = facts.has("user", "time", "amount")
    rows = facts.select("user", "time", *("amount",) * paid, *facts.by, span=span)
    amount = exp.column("amount") if paid else exp.Literal.number(0)
    return {"facts": rows}, {"last": last, "amount": amount, "by": by or exp.null()}


def load(
    facts: Facts,
    last: date,
    by: exp.Expr | None = None,
    segment: exp.Expr | None = None,
    span: Span = "all",
) -> Histories:
    """Histories as they stood on ``last``, by segment of the customer."""
    import numpy as np

    rows, values = holes(facts, last, by, span)
    found = facts.run(
        fill(GROUPED, rows, **values, exact=EXACT, segment=segment or exp.column("grp"))
    )
    columns = ("x", "tx", "age", "n", "again", "later", "came")
    arrays = (np.array([r[c] for r in found], dtype=float) for c in columns)
    return Histories(tuple(r["segment"] for r in found), *arrays)


def fitted(histories: Histories, start: bgnbd.BgNbd | None = None) -> bgnbd.BgNbd:
    return bgnbd.fit(histories.x, histories.tx, histories.age, histories.n, start)


def spend(facts: Facts, last: date) -> tuple[gammagamma.GammaGamma, float]:
    """What people spend per purchase, and how far it goes with how often they buy."""
    import numpy as np

    rows, values = holes(facts, last)
    found = facts.run(fill(SPENT, rows, **values))
    x, mean, n = (np.array([r[c] for r in found], dtype=float) for c in ("x", "mean", "n"))
    return gammagamma.fit(x, mean, n), gammagamma.correlation(x, mean, n)


def backtest(facts: Facts, days: int, start: bgnbd.BgNbd | None = None) -> Backtest | None:
    """Predict the last ``days``; None when too few had bought before."""
    cut = facts.last - timedelta(days=days)
    past = load(facts, cut)
    if past.repeaters < 10:
        return None
    model = fitted(past, start)
    predicted = float(model.expected(days, past.x, past.tx, past.age) @ past.n)
    return Backtest(cut, days, predicted, float(past.later.sum()))


def parameters(
    model: bgnbd.BgNbd, money: gammagamma.GammaGamma | None = None
) -> Mapping[str, float]:
    """What was fitted, for ``Outcome.extra``."""
    known = {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b}
    return known if money is None else {**known, "p": money.p, "q": money.q, "v": money.v}
