"""Item-item similarity from who bought what, the scores it gives, and how they do out of time.

Cosine of implicit feedback: people who bought both over the root of the product of who bought each
(``implicit``'s CosineRecommender). A score is the sum over what somebody bought, times how recent the
product's buyers are: what went out of fashion is similar to much and bought by nobody. Rows are
pairs of person and product, of the best known products and of at most so many people, chosen by the hash of
their key; they come as columns in one row, because one list is read far faster than many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlglot import exp

from analytics.contract import Facts
from analytics.template import fill

PEOPLE = 20_000
PRODUCTS = 4_000  # the most bought
FADES = 365.0  # days after which a purchase says a third of what it said
AT_ONCE = 4_000  # people scored together

BASKETS = """
WITH bought AS MATERIALIZED (SELECT * FROM facts WHERE "user" IS NOT NULL AND product IS NOT NULL),
counted AS (SELECT product, COUNT(DISTINCT "user") AS buyers FROM bought GROUP BY 1),
goods AS (
  SELECT product, row_number() OVER (ORDER BY buyers DESC, product) - 1 AS i FROM counted
  QUALIFY i < :products
),
asking AS (SELECT DISTINCT "user" FROM whom),
persons AS (
  SELECT buyers."user", asking."user" IS NOT NULL AS asked, md5(CAST(buyers."user" AS VARCHAR)) AS drawn
  FROM (SELECT DISTINCT "user" FROM bought SEMI JOIN goods USING (product)) AS buyers
  LEFT JOIN asking ON asking."user" = buyers."user"
),
chosen AS (
  SELECT * FROM persons QUALIFY row_number() OVER (ORDER BY drawn) <= :people
    OR (asked AND row_number() OVER (PARTITION BY asked ORDER BY drawn) <= :people)
),
placed AS (SELECT "user", asked, row_number() OVER (ORDER BY drawn) - 1 AS place FROM chosen),
pairs AS (
  SELECT placed.place, placed.asked, goods.i AS item, COUNT(*) AS times,
         date_diff('day', MAX(time), :until) AS age,
         COUNT(*) FILTER (WHERE time < :cut) AS times_then,
         COALESCE(date_diff('day', MAX(time) FILTER (WHERE time < :cut), :cut), 100000) AS age_then,
         CAST(MAX(time) >= :cut AS INTEGER) AS later
  FROM bought JOIN goods USING (product) JOIN placed ON placed."user" = bought."user" GROUP BY 1, 2, 3
),
packed AS (SELECT list(pairs) AS rows FROM pairs)
SELECT list_transform(rows, lambda r: r.place) AS place, list_transform(rows, lambda r: r.asked) AS asked,
       list_transform(rows, lambda r: r.item) AS item, list_transform(rows, lambda r: r.times) AS times,
       list_transform(rows, lambda r: r.age) AS age, list_transform(rows, lambda r: r.later) AS later,
       list_transform(rows, lambda r: r.times_then) AS times_then,
       list_transform(rows, lambda r: r.age_then) AS age_then,
       (SELECT list(product ORDER BY i) FROM goods) AS goods
FROM packed
"""


@dataclass(frozen=True, slots=True)
class Baskets:
    """``own`` is people × products, 1 where bought before the cut; ``times`` how often, ``age`` how many
    days ago, ``later`` 1 where bought from the cut on; ``asked`` whom the question is about."""

    goods: Sequence[Any]
    asked: Any
    own: Any
    times: Any
    age: Any
    later: Any


def baskets(
    facts: Facts, bought: exp.Query, whom: exp.Query, until: date, cut: date
) -> tuple[Baskets, Baskets]:
    """What is known at ``until``, and what was at ``cut`` with what came later. Both ends are excluded."""
    import numpy as np

    relations = {"facts": bought, "whom": whom}
    holes = {"products": PRODUCTS, "people": PEOPLE, "until": until, "cut": cut}
    row = dict(facts.run(fill(BASKETS, relations, **holes))[0])
    goods = tuple(row.pop("goods") or ())
    found = {name: np.array(values or (), dtype=np.float32) for name, values in row.items()}
    place = found["place"].astype(int)
    asked = np.zeros(int(place.max(initial=-1)) + 1, dtype=bool)
    asked[place] = found["asked"] > 0
    shape = (len(asked), len(goods))
    now = _known(goods, asked, place, found, shape, "")
    return now, _known(goods, asked, place, found, shape, "_then")


def _known(
    goods: Sequence[Any],
    asked: Any,
    place: Any,
    found: Mapping[str, Any],
    shape: tuple[int, int],
    when: str,
) -> Baskets:
    import numpy as np
    from scipy import sparse

    def matrix(values: Any, keep: Any) -> Any:
        items = found["item"][keep].astype(int)
        return sparse.csr_matrix((values[keep], (place[keep], items)), shape=shape)

    times = found[f"times{when}"]
    before, one = times > 0, np.ones(len(times), dtype=np.float32)
    fading = np.exp(-found[f"age{when}"] / FADES)
    return Baskets(
        goods=goods,
        asked=asked,
        own=matrix(one, before),
        times=matrix(times, before),
        age=matrix(fading, before),
        later=matrix(one, found["later"] > 0),
    )


def cosine(own: Any) -> Any:
    """Products × products, the diagonal zero."""
    import numpy as np

    both = (own.T @ own).toarray()
    buyers = np.maximum(np.diag(both), 1.0)
    similar = both / np.sqrt(np.outer(buyers, buyers))
    np.fill_diagonal(similar, 0)
    return similar


def weights(known: Baskets) -> Any:
    """Similarity of a bought product (rows) to a candidate (columns), times the candidate's recency."""
    import numpy as np

    buyers = np.maximum(np.asarray(known.own.sum(axis=0)).ravel(), 1)
    recent = np.asarray(known.age.sum(axis=0)).ravel() / buyers
    return cosine(known.own) * recent[None, :]


def ranked(scores: Any, allowed: Any, n: int) -> tuple[Any, Any]:
    """The best ``n`` of each row: their places and scores, best first; -1 where there is none."""
    import numpy as np

    open_ = np.where(allowed & (scores > 0), scores, -1.0)
    n = min(n, open_.shape[1])
    top = np.argpartition(-open_, n - 1, axis=1)[:, :n]
    order = np.lexsort((top, -np.take_along_axis(open_, top, 1)), axis=1)
    top = np.take_along_axis(top, order, 1)
    best = np.take_along_axis(open_, top, 1)
    return np.where(best > 0, top, -1), best


def again(known: Baskets, people: Any) -> Any:
    """Scores for buying again: how often, then how recently."""
    return known.times[people].toarray() + 0.5 * known.age[people].toarray()


def backtest(known: Baskets, n: int, most: int = 10_000) -> Mapping[str, Mapping[str, Any]]:
    """How what was known before the cut names what was bought from then on, at ``n``.

    ``fresh``, ``fresh_popular``, ``again``, ``again_popular`` → people, recall, hit_rate, coverage.
    """
    import numpy as np

    bought = np.diff(known.own.indptr) > 0
    people = np.flatnonzero(bought & (np.diff(known.later.indptr) > 0))[:most]
    if not len(people):
        return {}
    buyers = np.asarray(known.own.sum(axis=0)).ravel()
    similar = weights(known)
    told: dict[str, list[tuple[Any, Any]]] = {}
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        own, later = known.own[some].toarray() > 0, known.later[some].toarray() > 0
        popular = np.broadcast_to(buyers, own.shape)
        for name, scores, allowed, wanted in (
            ("fresh", known.own[some] @ similar, ~own, later & ~own),
            ("fresh_popular", popular, ~own, later & ~own),
            ("again", again(known, some), own, later & own),
            ("again_popular", popular, np.ones_like(own), later & own),
        ):
            has = wanted.any(axis=1)
            top, _ = ranked(scores, allowed, n)
            told.setdefault(name, []).append((top[has], wanted[has]))
    return {name: _figures(parts, len(known.goods)) for name, parts in told.items()}


def _figures(parts: Sequence[tuple[Any, Any]], goods: int) -> Mapping[str, Any]:
    import numpy as np

    recall, hit, seen = [], [], set()
    for top, wanted in parts:
        hits = (np.take_along_axis(wanted, np.maximum(top, 0), 1) & (top >= 0)).sum(axis=1)
        recall.append(hits / wanted.sum(axis=1))
        hit.append(hits > 0)
        seen |= set(np.unique(top[top >= 0]).tolist())
    people = sum(len(r) for r in recall)
    return {
        "people": people,
        "recall": float(np.concatenate(recall).mean()) if people else 0.0,
        "hit_rate": float(np.concatenate(hit).mean()) if people else 0.0,
        "coverage": len(seen) / goods if goods else 0.0,
    }


__all__ = [
    "AT_ONCE",
    "PEOPLE",
    "Baskets",
    "again",
    "backtest",
    "baskets",
    "cosine",
    "ranked",
    "weights",
]
