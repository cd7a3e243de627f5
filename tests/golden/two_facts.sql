WITH orders_cells AS (
  SELECT
    orders.city AS city,
    SUM(orders.amount) AS gmv
  FROM orders
  WHERE
    (
      orders.paid_at >= CAST('2026-05-01' AS DATE)
      AND orders.paid_at < CAST('2026-06-01' AS DATE)
    )
    AND orders.status = '完成'
  GROUP BY
    1
), refunds_cells AS (
  SELECT
    orders.city AS city,
    SUM(refunds.refund) AS refund_rate_part_1
  FROM refunds
  LEFT JOIN orders
    ON refunds.order_id = orders.order_id
  WHERE
    refunds.refunded_at >= CAST('2026-05-01' AS DATE)
    AND refunds.refunded_at < CAST('2026-06-01' AS DATE)
  GROUP BY
    1
), cells_keys AS (
  SELECT
    city
  FROM orders_cells
  UNION
  SELECT
    city
  FROM refunds_cells
), cells AS (
  SELECT
    cells_keys.city AS city,
    COALESCE(orders_cells.gmv, 0) AS gmv,
    COALESCE(refunds_cells.refund_rate_part_1, 0) / NULLIF(COALESCE(orders_cells.gmv, 0), 0) AS refund_rate
  FROM cells_keys
  LEFT JOIN orders_cells
    ON cells_keys.city IS NOT DISTINCT FROM orders_cells.city
  LEFT JOIN refunds_cells
    ON cells_keys.city IS NOT DISTINCT FROM refunds_cells.city
)
SELECT
  cells.city AS city,
  cells.gmv AS gmv,
  cells.refund_rate AS refund_rate
FROM cells
ORDER BY
  cells.gmv DESC,
  cells.refund_rate DESC,
  cells.city ASC
LIMIT 5001
