"""What was known of a customer at a cut-off date, and whether they came back after it.

Every feature reads purchases strictly before the cut-off, the label only those from it on. Scores, bands and reasons are
computed here too, from a model's weights. Counts, spans and money are logarithms, so that a linear score can use them. Columns: ``FEATURES``, in words in their labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from analytics.classify import Linear
from analytics.contract import Facts
from analytics.template import by_column, fill
from semantic_layer.expressions import literal, parse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SAMPLE = 20_000  # customers to learn from
RECENT, HALF = 90, 180  # days

FEATURES: Mapping[str, tuple[str, str, str]] = {  # SQL; what a high and what a low value says
    "silent": ("ln(1 + silent)", "很久没来", "刚来过"),
    "rhythm": (
        "ln(1 + silent / GREATEST(rhythm, 1))",
        "超过了自己平时的间隔",
        "还没到平时的间隔",
    ),
    "bought": ("ln(bought)", "购买次数多", "购买次数少"),
    "lately": ("ln(1 + lately)", f"近 {RECENT} 天买得多", f"近 {RECENT} 天买得少"),
    "trend": ("ln((1 + lately) / (1 + earlier))", "比前一阵买得勤", "比前一阵买得少"),
    "tenure": ("ln(1 + tenure)", "老客", "新客"),
    "spend": ("ln(1 + GREATEST(total, 0) / bought)", "单次金额高", "单次金额低"),
    "halfyear": ("ln(1 + GREATEST(halfyear, 0))", f"近 {HALF} 天花得多", f"近 {HALF} 天花得少"),
}

KNOWN = f"""
WITH days AS (
  SELECT "user", CAST(time AS DATE) AS day, CAST(SUM(amount) AS DOUBLE) AS amount, arg_max(:by, time) AS grp
  FROM facts WHERE "user" IS NOT NULL AND time IS NOT NULL AND hash("user") % :every = 0 GROUP BY 1, 2
),
cuts AS (SELECT unnest([:cuts]) AS cut),
customers AS (
  SELECT "user", cut, arg_max(grp, day) AS grp, date_diff('day', MAX(day), cut) AS silent, COUNT(*) AS bought,
         date_diff('day', MIN(day), cut) AS tenure, SUM(amount) AS total,
         COUNT(*) FILTER (WHERE day >= cut - {RECENT}) AS lately,
         COUNT(*) FILTER (WHERE day >= cut - {HALF} AND day < cut - {RECENT}) AS earlier,
         COALESCE(SUM(amount) FILTER (WHERE day >= cut - {HALF}), 0) AS halfyear,
         CASE WHEN COUNT(*) > 1 THEN date_diff('day', MIN(day), MAX(day)) / (COUNT(*) - 1)
              ELSE date_diff('day', MIN(day), cut) END AS rhythm
  FROM days JOIN cuts ON day < cut GROUP BY 1, 2 HAVING MAX(day) >= cut - :horizon
),
back AS (SELECT DISTINCT "user", cut FROM days JOIN cuts ON day >= cut AND day < cut + :horizon),
known AS (
  SELECT customers.*, CAST(back."user" IS NULL AS INTEGER) AS gone,
         GREATEST(halfyear, 0) * :horizon / LEAST({HALF}, tenure) AS usual
  FROM customers LEFT JOIN back ON customers."user" = back."user" AND customers.cut = back.cut
)
"""
LEARNT = (
    KNOWN
    + f"SELECT cut, gone, {', '.join(f'{sql} AS {name}' for name, (sql, _, _) in FEATURES.items())} FROM known "
    + 'ORDER BY cut, hash("user"), "user"'
)
SCORED = (
    KNOWN
    + """,
shares AS (SELECT *, :shares AS shares FROM known),
scored AS (SELECT *, 1 / (1 + exp(-:intercept - list_sum(shares))) AS risk FROM shares)
"""
)


BANDED = (
    SCORED
    + """,
cut AS (SELECT quantile_cont(risk, :top) AS high, quantile_cont(risk, :next) AS middle FROM scored),
banded AS (
  SELECT scored.*, CASE WHEN risk >= high THEN :first WHEN risk >= middle THEN :second ELSE :third END AS band,
         list_sort(list_zip(shares, :reasons), 'DESC') AS told
  FROM scored CROSS JOIN cut
)
"""
)
LINES = (
    BANDED
    + """,
kept AS MATERIALIZED (SELECT risk, :line AS label, usual, band, told[1][2] AS reason FROM banded),
why AS (
  SELECT list({'reason': reason, 'people': people} ORDER BY people DESC, reason) AS reasons
  FROM (SELECT reason, COUNT(*) AS people FROM kept WHERE band = :first GROUP BY 1) AS counted
)
SELECT COUNT(*) AS people, label, AVG(risk) AS risk, SUM(risk) AS lost, SUM(usual) / COUNT(*) AS usual,
       SUM(risk * usual) AS value, ANY_VALUE(why.reasons) AS reasons
FROM kept CROSS JOIN why GROUP BY label ORDER BY people DESC, label
"""
)
LAST = (
    KNOWN
    + "SELECT COUNT(*) AS people, grp AS label, SUM(gone) AS gone FROM known GROUP BY 2 ORDER BY 1 DESC, 2"
)
PEOPLE = (
    BANDED
    + """
SELECT "user", band AS "group", risk, risk * usual AS value, silent, bought,
       CASE WHEN told[1][1] <= 0 THEN '—' WHEN told[2][1] <= 0 THEN told[1][2]
            ELSE told[1][2] || '，' || told[2][2] END AS reason
FROM banded ORDER BY value DESC, "user"
"""
)


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of several cut-offs: features, and whether the customer was gone."""

    cut: tuple[date, ...]
    values: Array
    gone: Array

    def at(self, cuts: Sequence[date]) -> tuple[Array, Array]:
        import numpy as np

        mine = np.array([c in cuts for c in self.cut], dtype=bool)
        return self.values[mine], self.gone[mine]


def holes(
    facts: Facts, cuts: Sequence[date], horizon: int, every: int = 1
) -> tuple[dict[str, exp.Query], dict[str, Any]]:
    """Relations and holes of the SQL above; ``every``: one customer in so many."""
    rows = facts.select("user", "time", "amount", *facts.by, span="until")
    values = {"by": by_column(facts.by), "horizon": horizon, "every": every}
    return {"facts": rows}, {**values, "cuts": tuple(cuts)}


def sampled(facts: Facts) -> int:
    """One customer in how many is enough to learn from."""
    rows = facts.select("user", "time", "amount", span="until")
    count = exp.select(
        exp.Count(this=exp.Distinct(expressions=[exp.column("user", quoted=True)])).as_("n")
    )
    found = facts.run(count.from_(rows.subquery("facts")))
    return max(1, -(-int(found[0]["n"]) // SAMPLE))


def learnt(facts: Facts, cuts: Sequence[date], horizon: int, every: int) -> Sample:
    import numpy as np

    rows, values = holes(facts, cuts, horizon, every)
    found = facts.run(fill(LEARNT, rows, **values))
    table = np.array([[r[name] for name in FEATURES] for r in found], dtype=float)
    return Sample(
        tuple(r["cut"] for r in found),
        table.reshape(len(found), len(FEATURES)),
        np.array([r["gone"] for r in found], dtype=float),
    )


def cut_offs(facts: Facts, horizon: int, most: int = 4) -> tuple[date, ...]:
    """The days to learn from, latest first: whole outcomes after, a whole horizon of history before."""
    today = facts.until + timedelta(days=1)
    days = (today - timedelta(days=horizon * k) for k in range(1, most + 2))
    return tuple(d for d in days if (d - facts.first).days >= horizon)


def linear_sql(model: Linear) -> exp.Expr:
    """The share of every feature in the log odds, as one list."""
    parts = []
    for name, mean, spread, weight in zip(
        model.names, model.means, model.spreads, model.weights, strict=True
    ):
        value: exp.Expr = parse(FEATURES[name][0])
        parts.append(exp.paren(value - literal(mean)) * literal(weight / spread))
    return exp.array(*parts)
