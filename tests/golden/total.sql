SELECT
  SUM(orders.amount) AS gmv
FROM orders
WHERE
  (
    orders.paid_at >= CAST('2026-05-01' AS DATE)
    AND orders.paid_at < CAST('2026-06-01' AS DATE)
  )
  AND orders.status = '完成'
LIMIT 5001
