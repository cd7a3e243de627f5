"""The same questions as the best DuckDB SQL that we can write by hand, over the tables of ``data/bulk.py``.

Each computes the figures that the answer stands on and nothing else: no names, no checks, no sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RFM = """
WITH people AS (SELECT user_id, max(paid_at) AS r, count(*) AS f, sum(paid) AS m FROM orders GROUP BY 1),
cuts AS (SELECT quantile_cont(epoch(r), [.2, .4, .6, .8]) AS rq, quantile_cont(f, [.2, .4, .6, .8]) AS fq,
    quantile_cont(m, [.2, .4, .6, .8]) AS mq FROM people)
SELECT (epoch(r) > rq[1])::INT + (epoch(r) > rq[2])::INT + (epoch(r) > rq[3])::INT + (epoch(r) > rq[4])::INT AS rs,
    (f > fq[1])::INT + (f > fq[2])::INT + (f > fq[3])::INT + (f > fq[4])::INT AS fs,
    (m > mq[1])::INT + (m > mq[2])::INT + (m > mq[3])::INT + (m > mq[4])::INT AS ms, count(*) AS n, sum(m) AS paid
FROM people CROSS JOIN cuts GROUP BY 1, 2, 3"""

COHORTS = """
WITH people AS (SELECT user_id, bit_or(1::BIGINT << date_diff('month', DATE '2024-01-01', paid_at::DATE)) AS months
    FROM orders GROUP BY 1),
shapes AS (SELECT months, count(*) AS n FROM people GROUP BY 1),
begun AS (SELECT *, bit_count((months & -months) - 1) AS c FROM shapes)
SELECT c, k, sum(n) FROM begun CROSS JOIN range(0, 13) AS t(k)
WHERE (months >> (c + k)) & 1 = 1 GROUP BY 1, 2"""

LIFECYCLE = """
WITH people AS (SELECT user_id, bit_or(1::BIGINT << date_diff('month', DATE '2024-01-01', paid_at::DATE)) AS months
    FROM orders GROUP BY 1),
shapes AS (SELECT months, count(*) AS n FROM people GROUP BY 1)
SELECT p, sum(n) FILTER ((months >> p) & 1 = 1 AND months & ((1::BIGINT << p) - 1) = 0) AS fresh,
    sum(n) FILTER (p > 0 AND (months >> greatest(p - 1, 0)) & 3 = 3) AS kept,
    sum(n) FILTER (p > 0 AND (months >> greatest(p - 1, 0)) & 3 = 2 AND months & ((1::BIGINT << p) - 1) <> 0) AS back,
    sum(n) FILTER (p > 0 AND (months >> greatest(p - 1, 0)) & 3 = 1) AS silent
FROM shapes CROSS JOIN range(0, 24) AS t(p) GROUP BY 1"""

FUNNEL = """
WITH a AS (SELECT user_id, at, kind, max(CASE WHEN kind = '看' THEN at END) OVER w AS b2
    FROM events WHERE kind IN ('看', '加', '交', '付') WINDOW w AS (PARTITION BY user_id ORDER BY at)),
b AS (SELECT *, CASE WHEN kind = '加' AND b2 >= at - INTERVAL 7 DAY THEN b2 END AS s2 FROM a),
c AS (SELECT *, max(s2) OVER w AS b3, max(CASE WHEN s2 IS NOT NULL THEN at END) OVER w AS l3
    FROM b WINDOW w AS (PARTITION BY user_id ORDER BY at)),
d AS (SELECT *, CASE WHEN kind = '交' AND b3 >= at - INTERVAL 7 DAY THEN b3 END AS s3 FROM c),
e AS (SELECT *, max(s3) OVER w AS b4, max(CASE WHEN s3 IS NOT NULL THEN at END) OVER w AS l4
    FROM d WINDOW w AS (PARTITION BY user_id ORDER BY at)),
f AS (SELECT *, kind = '付' AND b4 >= at - INTERVAL 7 DAY AS done FROM e),
people AS (SELECT CASE WHEN bool_or(done) THEN 4 WHEN count(s3) > 0 THEN 3 WHEN count(s2) > 0 THEN 2 ELSE 1 END AS level,
        arg_min(epoch(at) - epoch(b2), at) FILTER (WHERE s2 IS NOT NULL) AS t2,
        arg_min(epoch(at) - epoch(l3), at) FILTER (WHERE s3 IS NOT NULL) AS t3,
        arg_min(epoch(at) - epoch(l4), at) FILTER (WHERE done) AS t4
    FROM f GROUP BY user_id HAVING bool_or(kind = '看'))
SELECT count(*), count(*) FILTER (WHERE level > 1), count(*) FILTER (WHERE level > 2), count(*) FILTER (WHERE level > 3),
    avg(t2), median(t2), avg(t3), median(t3), avg(t4), median(t4) FROM people"""

PAIRS = """
WITH held AS (SELECT DISTINCT order_id, product_id FROM items)
SELECT a.product_id, b.product_id, count(*) AS n FROM held AS a
JOIN held AS b ON a.order_id = b.order_id AND a.product_id < b.product_id
GROUP BY 1, 2 HAVING count(*) >= 20 ORDER BY n DESC LIMIT 50"""

PATHS = """
WITH a AS (SELECT user_id, at, event_id, kind, lag(kind) OVER w AS prior,
        CASE WHEN at - lag(at) OVER w <= INTERVAL 30 MINUTE THEN 0 ELSE 1 END AS opens
    FROM events WINDOW w AS (PARTITION BY user_id ORDER BY at, event_id)),
b AS (SELECT user_id, at, event_id, kind, opens, CASE WHEN opens = 0 THEN kind END AS onward, row_number() OVER w AS place
    FROM a WHERE opens = 1 OR kind <> prior WINDOW w AS (PARTITION BY user_id ORDER BY at, event_id)),
c AS (SELECT user_id, kind, lead(onward) OVER w AS onto, 1 + place - max(CASE WHEN opens = 1 THEN place END) OVER w AS k
    FROM b WINDOW w AS (PARTITION BY user_id ORDER BY at, event_id)),
d AS (SELECT k, kind, onto, count(*) AS n, count(DISTINCT user_id) AS people FROM c
    WHERE onto IS NOT NULL AND k < 5 GROUP BY 1, 2, 3)
SELECT *, n / sum(n) OVER (PARTITION BY k, kind) AS share FROM d ORDER BY n DESC LIMIT 30"""

WHY = """
SELECT shop, origin, area, sum(paid) FILTER (paid_at < TIMESTAMP '2025-12-01') AS before,
    sum(paid) FILTER (paid_at >= TIMESTAMP '2025-12-01') AS after
FROM orders JOIN users USING (user_id)
WHERE paid_at >= TIMESTAMP '2025-11-01' AND paid_at < TIMESTAMP '2026-01-01'
GROUP BY GROUPING SETS ((), (shop), (origin), (area), (shop, origin), (shop, area), (origin, area))"""

FEATURES = """
WITH people AS (SELECT user_id, count(*) AS n, sum(paid) AS paid, avg(paid) AS mean, max(paid_at) AS last,
    min(paid_at) AS first, count(*) FILTER (paid_at >= TIMESTAMP '2025-10-03') AS late,
    sum(paid) FILTER (paid_at >= TIMESTAMP '2025-10-03') AS paid_late, mode(shop) AS shop FROM orders GROUP BY 1),
goods AS (SELECT user_id, count(DISTINCT product_id) AS kinds, count(*) AS lines FROM items GROUP BY 1)
SELECT shop, count(*), avg(n), avg(paid), avg(mean), avg(epoch(last)), avg(epoch(first)), avg(late), avg(paid_late),
    avg(kinds), avg(lines) FROM people LEFT JOIN goods USING (user_id) GROUP BY 1"""

BY_HAND: Mapping[str, str] = MappingProxyType(
    {
        "rfm": RFM,
        "retention": COHORTS,
        "lifecycle": LIFECYCLE,
        "funnel": FUNNEL,
        "basket": PAIRS,
        "path": PATHS,
        "why": WHY,
        "cluster": FEATURES,
    }
)
