SELECT
  products.category AS category,
  SUM(items.item_amount) AS gmv
FROM items
LEFT JOIN orders
  ON items.order_id = orders.order_id
LEFT JOIN products
  ON items.product_id = products.product_id
WHERE
  orders.city = '广州' AND orders.status = '完成'
GROUP BY
  1
ORDER BY
  gmv DESC,
  category ASC
LIMIT 5001
