SELECT
  orders.order_id AS order_id,
  cities.province AS province
FROM orders
LEFT JOIN cities
  ON orders.city = cities.city
WHERE
  (
    orders.paid_at >= CAST('2026-05-01' AS DATE)
    AND orders.paid_at < CAST('2026-06-01' AS DATE)
  )
  AND orders.order_id IN (
    SELECT
      items.order_id
    FROM items
    LEFT JOIN products
      ON items.product_id = products.product_id
    WHERE
      products.category = '食品'
  )
ORDER BY
  orders.paid_at DESC,
  orders.order_id ASC
LIMIT 5001
