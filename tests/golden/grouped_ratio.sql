SELECT
  orders.city AS city,
  SUM(orders.amount) / NULLIF(COUNT(DISTINCT orders.user_id), 0) AS arppu
FROM orders
WHERE
  (
    orders.paid_at >= CAST('2026-05-01' AS DATE)
    AND orders.paid_at < CAST('2026-06-01' AS DATE)
  )
  AND orders.status = '完成'
GROUP BY
  1
ORDER BY
  arppu DESC,
  city ASC
LIMIT 5001
