SELECT
  stock.warehouse AS warehouse,
  SUM(stock.quantity) AS stock_qty
FROM stock
WHERE
  (
    stock.day >= CAST('2026-03-31' AS DATE)
    AND stock.day < CAST('2026-06-01' AS DATE)
  )
  AND stock.day IN (
    SELECT
      MAX(stock.day)
    FROM stock
    WHERE
      stock.day >= CAST('2026-03-31' AS DATE)
      AND stock.day < CAST('2026-06-01' AS DATE)
  )
GROUP BY
  1
ORDER BY
  stock_qty DESC,
  warehouse ASC
LIMIT 5001
