WITH cells AS (
  SELECT
    orders.city AS city,
    SUM(orders.amount) AS gmv
  FROM orders
  WHERE
    (
      orders.paid_at >= CAST('2026-06-01' AS DATE)
      AND orders.paid_at < CAST('2026-06-24' AS DATE)
    )
    AND orders.status = '完成'
  GROUP BY
    1
), previous AS (
  SELECT
    orders.city AS city,
    SUM(orders.amount) AS gmv
  FROM orders
  WHERE
    (
      orders.paid_at >= CAST('2026-05-01' AS DATE)
      AND orders.paid_at < CAST('2026-05-24' AS DATE)
    )
    AND orders.status = '完成'
  GROUP BY
    1
), groups AS (
  SELECT
    city
  FROM cells
  UNION
  SELECT
    city
  FROM previous
), compared AS (
  SELECT
    groups.city AS city,
    COALESCE(cells.gmv, 0) AS gmv,
    COALESCE(previous.gmv, 0) AS gmv_previous,
    COALESCE(cells.gmv, 0) - COALESCE(previous.gmv, 0) AS gmv_previous_difference,
    (
      COALESCE(cells.gmv, 0) - COALESCE(previous.gmv, 0)
    ) / NULLIF(ABS(COALESCE(previous.gmv, 0)), 0) AS gmv_previous_rate
  FROM groups
  LEFT JOIN cells
    ON groups.city IS NOT DISTINCT FROM cells.city
  LEFT JOIN previous
    ON groups.city IS NOT DISTINCT FROM previous.city
)
SELECT
  compared.city AS city,
  compared.gmv AS gmv,
  compared.gmv_previous AS gmv_previous,
  compared.gmv_previous_rate AS gmv_previous_rate
FROM compared
ORDER BY
  compared.gmv DESC,
  compared.city ASC
LIMIT 5001
