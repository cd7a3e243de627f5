WITH cells AS (
  SELECT
    orders.city AS city,
    SUM(orders.amount) AS gmv
  FROM orders
  WHERE
    orders.status = '完成'
  GROUP BY
    1
), windowed AS (
  SELECT
    *,
    gmv / NULLIF(SUM(gmv) OVER (), 0) AS gmv_share
  FROM cells
)
SELECT
  windowed.city AS city,
  windowed.gmv AS gmv,
  windowed.gmv_share AS gmv_share
FROM windowed
ORDER BY
  windowed.gmv DESC,
  windowed.city ASC
LIMIT 5001
