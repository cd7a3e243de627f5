WITH orders_cells AS (
  SELECT
    CAST(DATE_TRUNC('month', orders.paid_at) AS DATE) AS month,
    SUM(orders.amount) AS gmv
  FROM orders
  WHERE
    (
      orders.paid_at >= CAST('2026-04-01' AS DATE)
      AND orders.paid_at < CAST('2026-06-24' AS DATE)
    )
    AND orders.status = '完成'
  GROUP BY
    1
), cells_keys AS (
  SELECT
    month
  FROM (
    SELECT
      month
    FROM (
      SELECT
        CAST(UNNEST(
          GENERATE_SERIES(CAST('2026-04-01' AS DATE), CAST('2026-06-01' AS DATE), INTERVAL '1' MONTH)
        ) AS DATE) AS month
    ) AS buckets
  ) AS spine
  UNION
  SELECT
    month
  FROM orders_cells
), cells AS (
  SELECT
    cells_keys.month AS month,
    COALESCE(orders_cells.gmv, 0) AS gmv
  FROM cells_keys
  LEFT JOIN orders_cells
    ON cells_keys.month IS NOT DISTINCT FROM orders_cells.month
)
SELECT
  cells.month AS month,
  cells.gmv AS gmv
FROM cells
ORDER BY
  cells.month ASC,
  cells.gmv DESC
LIMIT 5001
