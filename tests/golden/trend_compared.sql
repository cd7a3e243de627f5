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
), orders_last_year AS (
  SELECT
    CAST(DATE_TRUNC('month', orders.paid_at) AS DATE) AS month,
    SUM(orders.amount) AS gmv
  FROM orders
  WHERE
    (
      orders.paid_at >= CAST('2025-04-01' AS DATE)
      AND orders.paid_at < CAST('2025-06-24' AS DATE)
    )
    AND orders.status = '完成'
  GROUP BY
    1
), last_year_keys AS (
  SELECT
    month
  FROM (
    SELECT
      month
    FROM (
      SELECT
        CAST(UNNEST(
          GENERATE_SERIES(CAST('2025-04-01' AS DATE), CAST('2025-06-01' AS DATE), INTERVAL '1' MONTH)
        ) AS DATE) AS month
    ) AS buckets
  ) AS spine
  UNION
  SELECT
    month
  FROM orders_last_year
), last_year AS (
  SELECT
    last_year_keys.month AS month,
    COALESCE(orders_last_year.gmv, 0) AS gmv
  FROM last_year_keys
  LEFT JOIN orders_last_year
    ON last_year_keys.month IS NOT DISTINCT FROM orders_last_year.month
), compared AS (
  SELECT
    cells.month AS month,
    COALESCE(cells.gmv, 0) AS gmv,
    COALESCE(last_year.gmv, 0) AS gmv_last_year,
    COALESCE(cells.gmv, 0) - COALESCE(last_year.gmv, 0) AS gmv_last_year_difference,
    (
      COALESCE(cells.gmv, 0) - COALESCE(last_year.gmv, 0)
    ) / NULLIF(ABS(COALESCE(last_year.gmv, 0)), 0) AS gmv_last_year_rate
  FROM cells
  LEFT JOIN last_year
    ON last_year.month = (
      cells.month - INTERVAL '12' MONTH
    )
)
SELECT
  compared.month AS month,
  compared.gmv AS gmv,
  compared.gmv_last_year AS gmv_last_year,
  compared.gmv_last_year_rate AS gmv_last_year_rate
FROM compared
ORDER BY
  compared.month ASC,
  compared.gmv DESC
LIMIT 5001
