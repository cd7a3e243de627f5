WITH cells AS (
  SELECT
    SUM(orders.amount) FILTER(WHERE
      orders.channel = 'APP') AS gmv,
    SUM(orders.amount) FILTER(WHERE
      orders.channel = '门店') AS gmv_2
  FROM orders
  WHERE
    (
      orders.channel = 'APP' OR orders.channel = '门店'
    ) AND orders.status = '完成'
)
SELECT
  cells.gmv AS "left",
  cells.gmv_2 AS "right",
  cells.gmv - cells.gmv_2 AS difference,
  (
    cells.gmv - cells.gmv_2
  ) / NULLIF(ABS(cells.gmv_2), 0) AS rate
FROM cells
LIMIT 5001
