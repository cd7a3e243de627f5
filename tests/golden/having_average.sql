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
    AVG(gmv) OVER () AS gmv_group_average
  FROM cells
), filtered AS (
  SELECT
    *
  FROM windowed
  WHERE
    gmv > gmv_group_average
)
SELECT
  filtered.city AS city,
  filtered.gmv AS gmv
FROM filtered
ORDER BY
  filtered.gmv DESC,
  filtered.city ASC
LIMIT 5001
