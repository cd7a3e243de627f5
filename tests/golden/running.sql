WITH running AS (
  SELECT
    month
  FROM (
    SELECT
      CAST(UNNEST(
        GENERATE_SERIES(CAST('2026-04-01' AS DATE), CAST('2026-06-01' AS DATE), INTERVAL '1' MONTH)
      ) AS DATE) AS month
  ) AS buckets
), users_cells AS (
  SELECT
    running.month AS month,
    SUM(gained.gain) AS total_users
  FROM running
  JOIN (
    SELECT
      CAST(DATE_TRUNC('month', users.joined) AS DATE) AS month,
      COUNT(*) AS gain
    FROM users
    WHERE
      users.joined < CAST('2026-06-24' AS DATE)
    GROUP BY
      1
  ) AS gained
    ON gained.month <= running.month
  GROUP BY
    1
), cells_keys AS (
  SELECT
    month
  FROM (
    SELECT
      month
    FROM (
      SELECT
        CAST(UNNEST(
          GENERATE_SERIES(CAST('2026-04-01' AS DATE), CAST('2026-06-01' AS DATE), INTERVAL '1' MONTH)
        ) AS DATE) AS month
    ) AS buckets
  ) AS spine
  UNION
  SELECT
    month
  FROM users_cells
), cells AS (
  SELECT
    cells_keys.month AS month,
    COALESCE(users_cells.total_users, 0) AS total_users
  FROM cells_keys
  LEFT JOIN users_cells
    ON cells_keys.month IS NOT DISTINCT FROM users_cells.month
)
SELECT
  cells.month AS month,
  cells.total_users AS total_users
FROM cells
ORDER BY
  cells.month ASC,
  cells.total_users DESC
LIMIT 5001
