SELECT
  SUM(orders.amount) / NULLIF(COUNT(DISTINCT orders.user_id), 0) AS arppu
FROM orders
WHERE
  orders.city IN (
    SELECT
      "city"
    FROM (
      WITH cells AS (
        SELECT
          orders.city AS city,
          SUM(orders.amount) AS gmv
        FROM orders
        WHERE
          orders.status = '完成'
        GROUP BY
          1
      ), known AS (
        SELECT
          *
        FROM cells
        WHERE
          NOT gmv IS NULL AND NOT city IS NULL
      )
      SELECT
        known.city AS city,
        known.gmv AS gmv
      FROM known
      ORDER BY
        known.gmv DESC,
        known.city ASC
      LIMIT 10
    ) AS members
    WHERE
      NOT "city" IS NULL
  )
  AND orders.status = '完成'
LIMIT 5001
