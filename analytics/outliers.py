"""Records far from all others: customers who did on one day what nobody does.

Robust by construction: median and median absolute deviation (MAD) in the engine, so one record of 400
does not hide itself. Counts are compared as they are (a MAD below one counts as one), money in logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlglot import exp

from analytics import words
from analytics.contract import Facts
from analytics.template import fill

Record = Mapping[str, Any]
GROUP = "疑似异常下单客户"
MOST = 20
DAYS = """
WITH days AS (
  SELECT "user", CAST(time AS DATE) AS at, COUNT(DISTINCT "order") AS n, CAST(SUM(amount) AS DOUBLE) AS paid
  FROM facts WHERE "user" IS NOT NULL AND CAST(time AS DATE) BETWEEN :first AND :last GROUP BY 1, 2
),
usual AS (
  SELECT median(n) AS n_mid, greatest(1.4826 * mad(n), 1) AS n_wide,
         median(ln(paid)) FILTER (paid > 0) AS paid_mid,
         1.4826 * mad(ln(paid)) FILTER (paid > 0) AS paid_wide
  FROM days
),
far AS (
  SELECT days.*, n_mid, exp(paid_mid) AS paid_usual, (n - n_mid) / n_wide AS n_far,
         IF(paid > 0 AND paid_wide > 0, (ln(paid) - paid_mid) / paid_wide, 0) AS paid_far
  FROM days CROSS JOIN usual
)"""
FAR = (
    DAYS
    + """
SELECT * FROM far WHERE n_far > :far OR paid_far > :far ORDER BY greatest(n_far, paid_far) DESC, at, "user" LIMIT :most"""
)
PEOPLE = (
    DAYS
    + """
SELECT "user", :group AS "group", MAX(n) AS most_a_day, MAX(paid) AS paid_a_day
FROM far WHERE n_far > :far OR paid_far > :far GROUP BY 1 ORDER BY 3 DESC, 1"""
)
PEOPLE_COLUMNS = (
    words.measure("most_a_day", "单日最多笔数", "笔"),
    words.amount("paid_a_day", "单日最高金额"),
)
NEEDS = ("user", "time", "amount", "order")


def outliers(
    facts: Facts, first: date, last: date, far: float
) -> tuple[Sequence[Record], exp.Select | None]:
    """At most 20 customer-days beyond ``far`` robust standard deviations, and who all those people are.

    Rows have user, at, n, paid, n_mid, paid_usual, n_far and paid_far. Nothing where orders are unknown.
    """
    if not facts.has(*NEEDS):
        return (), None
    rows = {"facts": facts.select(*NEEDS)}
    holes = {"first": first, "last": last, "far": far}
    found = facts.run(fill(FAR, rows, most=MOST, **holes))
    return found, fill(PEOPLE, rows, group=GROUP, **holes)
