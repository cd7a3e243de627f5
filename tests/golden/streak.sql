WITH orders_cells AS (
  SELECT
    orders.channel AS channel,
    CAST(DATE_TRUNC('month', orders.paid_at) AS DATE) AS bucket,
    SUM(orders.amount) AS gmv
  FROM orders
  WHERE
    orders.status = '完成'
  GROUP BY
    1,
    2
), cells_keys AS (
  SELECT
    channel,
    bucket
  FROM (
    SELECT
      CAST(UNNEST(GENERATE_SERIES(MIN(bucket), MAX(bucket), INTERVAL '1' MONTH)) AS DATE) AS bucket
    FROM (
      SELECT DISTINCT
        bucket
      FROM orders_cells
    ) AS seen_buckets
  ) AS spine
  CROSS JOIN (
    SELECT DISTINCT
      channel
    FROM orders_cells
  ) AS seen
  UNION
  SELECT
    channel,
    bucket
  FROM orders_cells
), cells AS (
  SELECT
    cells_keys.channel AS channel,
    cells_keys.bucket AS bucket,
    COALESCE(orders_cells.gmv, 0) AS gmv
  FROM cells_keys
  LEFT JOIN orders_cells
    ON cells_keys.channel IS NOT DISTINCT FROM orders_cells.channel
    AND cells_keys.bucket IS NOT DISTINCT FROM orders_cells.bucket
), steps AS (
  SELECT
    *,
    LAG(gmv) OVER (PARTITION BY channel ORDER BY bucket) AS before
  FROM cells
  WHERE
    bucket <= CAST('2026-05-01' AS DATE)
), moves AS (
  SELECT
    *,
    gmv < before AS holds
  FROM steps
), islands AS (
  SELECT
    *,
    SUM(CASE WHEN holds THEN 0 ELSE 1 END) OVER (PARTITION BY channel ORDER BY bucket) AS island
  FROM moves
), streaks AS (
  SELECT
    channel,
    ARG_MAX(gmv, bucket) AS gmv,
    COUNT(*) AS streak,
    MIN(bucket) AS streak_start,
    MAX(bucket) AS streak_end
  FROM islands
  WHERE
    holds
  GROUP BY
    channel,
    island
  HAVING
    COUNT(*) >= 2
)
SELECT
  channel,
  gmv,
  streak,
  streak_start,
  streak_end
FROM streaks
WHERE
  streak_end = CAST('2026-05-01' AS DATE)
ORDER BY
  streak DESC,
  gmv DESC,
  channel
LIMIT 5001
