"""Who gets the credit for a deal: the SQL of touches and weights, and the removal effect of a Markov chain.

A touch is a visit: the first event in a channel after a pause or after another channel. Weights of the
rules are computed per deal in the engine and add to one; the chain works on counts of transitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

RULES = ("first", "last", "linear", "decay", "position")
PAUSE = 1800  # seconds that end a visit

TOUCHES = """
WITH moved AS (
  SELECT "user", time, CAST(channel AS VARCHAR) AS channel, LAG(CAST(channel AS VARCHAR)) OVER w AS prior,
         LAG(time) OVER w AS before
  FROM touched WHERE "user" IS NOT NULL AND channel IS NOT NULL AND time >= :earliest
  WINDOW w AS (PARTITION BY "user" ORDER BY time, channel)
),
touches AS (
  SELECT "user", time, channel FROM moved
  WHERE prior IS NULL OR prior <> channel OR time - before > to_seconds(:pause)
),
deals AS (
  SELECT ROW_NUMBER() OVER (ORDER BY time, "user", amount) AS id, "user", time, CAST(amount AS DOUBLE) AS amount
  FROM bought WHERE "user" IS NOT NULL AND time >= :start
),
joined AS (
  SELECT d.id, d.amount, t.channel, (epoch(d.time) - epoch(t.time)) / 86400 AS age,
         ROW_NUMBER() OVER (PARTITION BY d.id ORDER BY t.time, t.channel) AS k, COUNT(*) OVER (PARTITION BY d.id) AS n
  FROM deals AS d JOIN touches AS t
       ON t."user" = d."user" AND t.time <= d.time AND t.time >= d.time - to_seconds(:window)
)
"""
CREDITS = (
    TOUCHES
    + """,
weighted AS (
  SELECT *, CASE WHEN k = 1 THEN 1.0 ELSE 0 END AS first, CASE WHEN k = n THEN 1.0 ELSE 0 END AS last,
         1.0 / n AS linear, pow(2, -age / :half) / SUM(pow(2, -age / :half)) OVER (PARTITION BY id) AS decay,
         CASE WHEN n = 1 THEN 1.0 WHEN n = 2 THEN 0.5 WHEN k = 1 OR k = n THEN 0.4 ELSE 0.2 / (n - 2) END AS position
  FROM joined
)
SELECT channel, COUNT(DISTINCT id) AS helped, SUM(first) AS first, SUM(last) AS last, SUM(linear) AS linear,
       SUM(decay) AS decay, SUM(position) AS position, SUM(first * amount) AS first_amount,
       SUM(last * amount) AS last_amount, SUM(linear * amount) AS linear_amount, SUM(decay * amount) AS decay_amount,
       SUM(position * amount) AS position_amount,
       (SELECT COUNT(*) FROM deals) AS deals, COUNT(*) AS touched,
       (SELECT COUNT(DISTINCT id) FROM joined WHERE n = 1) AS single
FROM weighted GROUP BY channel ORDER BY linear DESC, channel
"""
)
# Journeys that led nowhere: the visits of the period of those who bought nothing in it.
MOVES = (
    TOUCHES
    + """,
walks AS (
  SELECT id, k, n, channel, TRUE AS won FROM joined
  UNION ALL
  SELECT -DENSE_RANK() OVER (ORDER BY t."user") AS id,
         ROW_NUMBER() OVER (PARTITION BY t."user" ORDER BY t.time, t.channel) AS k,
         COUNT(*) OVER (PARTITION BY t."user") AS n, t.channel, FALSE AS won
  FROM touches AS t WHERE t.time >= :start AND t."user" NOT IN (SELECT "user" FROM deals)
),
moves AS (
  SELECT LAG(channel) OVER (PARTITION BY id ORDER BY k) AS source, channel AS target, 'on' AS kind FROM walks
  UNION ALL
  SELECT channel AS source, NULL AS target, CASE WHEN won THEN 'won' ELSE 'lost' END AS kind FROM walks WHERE k = n
)
SELECT source, target, kind, COUNT(*) AS n FROM moves GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
)


def removal(moves: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Channel → share of all deals that would be missing if whoever came by it had gone.

    ``moves``: source (None at the start), target, kind (on, won, lost), n. Absorbing Markov chain
    (Anderl and others 2016).
    """
    import numpy as np

    names = sorted({m["target"] for m in moves if m["kind"] == "on"})
    place = {name: i + 1 for i, name in enumerate(names)} | {None: 0}
    on, won, out = np.zeros((len(place), len(place))), np.zeros(len(place)), np.zeros(len(place))
    for move in moves:
        i = place[move["source"]]
        out[i] += move["n"]
        if move["kind"] == "on":
            on[i, place[move["target"]]] += move["n"]
        elif move["kind"] == "won":
            won[i] += move["n"]
    out[out == 0] = 1
    on, won = on / out[:, None], won / out

    def reached(chain: Any) -> float:
        return float(np.linalg.solve(np.eye(len(place)) - chain, won)[0])

    whole = reached(on)
    effects = {}
    for name in names:
        without = on.copy()
        without[:, place[name]] = 0
        effects[name] = 1 - reached(without) / whole if whole else 0.0
    return effects
