WITH cells AS (
  SELECT
    CASE
      WHEN orders.amount IS NULL
      THEN NULL
      WHEN orders.amount < 100
      THEN 0
      WHEN orders.amount < 250
      THEN 1
      ELSE 2
    END AS amount_range,
    COUNT(DISTINCT orders.order_id) AS order_count
  FROM orders
  WHERE
    orders.status = '完成'
  GROUP BY
    1
)
SELECT
  CASE
    WHEN cells.amount_range = 0
    THEN '<100 元'
    WHEN cells.amount_range = 1
    THEN '100–250 元'
    WHEN cells.amount_range = 2
    THEN '≥250 元'
  END AS amount_range,
  cells.order_count AS order_count
FROM cells
ORDER BY
  cells.amount_range ASC,
  cells.order_count DESC
LIMIT 5001
