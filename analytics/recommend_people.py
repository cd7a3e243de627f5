"""Who should be told of which product: one row a person and kind, as a SELECT that can be listed and saved.

New products are those shown, each scored from the products most similar to it; what to buy again is what
somebody bought most often. Nothing here is learned: similarities come in as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from analytics.recommend_words import AGAIN, FRESH
from analytics.similar_items import Baskets
from analytics.template import fill

NEIGHBOURS = 40  # similar products by which a list of people is made
OWN = """
WITH own AS (
  SELECT "user", product, COUNT(*) AS times FROM facts
  WHERE "user" IS NOT NULL AND product IS NOT NULL GROUP BY 1, 2
)"""
FRESH_PEOPLE = (
    OWN
    + """,
near AS (
  SELECT unnest(:bought) AS bought, unnest(:other) AS product, unnest(:score) AS score,
         unnest(:name) AS name
),
best AS (
  SELECT whom."user", near.product, near.name, SUM(near.score) AS score
  FROM whom JOIN own ON own."user" = whom."user" JOIN near ON near.bought = CAST(own.product AS VARCHAR)
  GROUP BY 1, 2, 3
),
unseen AS (
  SELECT best.* FROM best
  ANTI JOIN own ON own."user" = best."user" AND CAST(own.product AS VARCHAR) = best.product
)
SELECT "user", :fresh AS "group", arg_max(name, score) AS product, MAX(score) AS score
FROM unseen GROUP BY 1
"""
)
AGAIN_PEOPLE = (
    OWN
    + """
SELECT whom."user", :again AS "group", arg_max(CAST(names.name AS VARCHAR), own.times) AS product,
       CAST(MAX(own.times) AS DOUBLE) AS score
FROM whom JOIN own ON own."user" = whom."user" SEMI JOIN things ON things.product = own.product
LEFT JOIN names ON names.product = own.product GROUP BY 1
"""
)


def people_of(
    known: Baskets,
    similar: Any,
    found: Sequence[Mapping[str, Any]],
    names: Mapping[Any, Any],
    relations: Mapping[str, exp.Query],
) -> exp.Select | None:
    """SELECT user, group, product, score: of the products shown the best for each person; ``similar`` are ``weights``."""
    import numpy as np

    rows = [
        (str(known.goods[int(j)]), str(r["product"]), float(similar[j, r["place"]]), r["name"])
        for r in found
        if r["group"] == FRESH
        for j in np.argsort(-similar[:, r["place"]])[:NEIGHBOURS]
        if similar[j, r["place"]] > 0
    ]
    rows = rows or [("", "", 0.0, "")]
    bought, other, score, name = zip(*rows, strict=True)
    lists = {"bought": bought, "other": other, "score": score, "name": name}
    holes = {k: exp.array(*(exp.convert(v) for v in values)) for k, values in lists.items()}
    fresh, often = (
        fill(FRESH_PEOPLE, relations, fresh=FRESH, **holes),
        fill(AGAIN_PEOPLE, relations, again=AGAIN),
    )
    both = exp.union(
        exp.select("*").from_(fresh.subquery("fresh")),
        exp.select("*").from_(often.subquery("often")),
        distinct=False,
    )
    told = exp.select("*").from_(both.subquery("told"))
    return told.order_by('score DESC, "user", "group"', dialect="duckdb")  # a cut list has the best


__all__ = ["people_of"]
