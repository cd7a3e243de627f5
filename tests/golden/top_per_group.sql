WITH cells AS (
  SELECT
    orders.channel AS channel,
    orders.city AS city,
    SUM(orders.amount) AS gmv
  FROM orders
  WHERE
    orders.status = '完成'
  GROUP BY
    1,
    2
), known AS (
  SELECT
    *
  FROM cells
  WHERE
    NOT gmv IS NULL AND NOT channel IS NULL AND NOT city IS NULL
), ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY channel ORDER BY gmv DESC, channel ASC, city ASC) AS top_place
  FROM known
), first_rows AS (
  SELECT
    *
  FROM ranked
  WHERE
    top_place <= 1
)
SELECT
  first_rows.channel AS channel,
  first_rows.city AS city,
  first_rows.gmv AS gmv
FROM first_rows
ORDER BY
  first_rows.channel ASC,
  first_rows.gmv DESC,
  first_rows.city ASC
LIMIT 5001
