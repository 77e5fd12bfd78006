-- question: What would a member that is not measured be worth, by its weight in the files of funds like the index?
-- kind: step
-- grain: session, index, issuer, fund, day
-- inputs: member_caps, fund_lines
-- unit: currency
-- Of each fund the file before and the file after are asked. A fund is like the index where the members it holds
-- are worth half of what is measured and its active share over them is at most 20 %: half the sum of the
-- differences between its weights and the index's (an equally weighted fund's is above 40 %).
WITH missing AS (
  SELECT session, "index", issuer FROM member_caps WHERE measured IS NULL
),
held AS (
  SELECT
    "index" AS fund, session AS day, issuer, CAST(SUM(CAST(value AS DECIMAL(38, 15))) AS DOUBLE) AS value
  FROM fund_lines
  GROUP BY "index", session, issuer
),
days_missing AS (
  SELECT DISTINCT session, "index" FROM missing
),
files AS (
  SELECT DISTINCT fund, day FROM held
),
nearest AS (
  SELECT
    d.session, d."index", f.fund,
    MAX(CASE WHEN f.day <= d.session THEN f.day END) AS before,
    MIN(CASE WHEN f.day > d.session THEN f.day END) AS after
  FROM days_missing AS d
  CROSS JOIN files AS f
  GROUP BY d.session, d."index", f.fund
),
chosen AS (
  SELECT session, "index", fund, before AS day FROM nearest WHERE before IS NOT NULL
  UNION ALL
  SELECT session, "index", fund, after FROM nearest WHERE after IS NOT NULL
),
sought AS (
  SELECT DISTINCT c.session, c."index", c.fund, c.day
  FROM chosen AS c
  JOIN missing AS m ON m.session = c.session AND m."index" = c."index"
  JOIN held AS h ON h.fund = c.fund AND h.day = c.day AND h.issuer = m.issuer AND h.value > 0
),
measured AS (
  SELECT session, "index", CAST(SUM(CAST(measured AS DECIMAL(38, 15))) AS DOUBLE) AS total
  FROM member_caps
  GROUP BY session, "index"
),
compared AS (
  SELECT s.session, s."index", s.fund, s.day, h.value, c.measured
  FROM sought AS s
  JOIN member_caps AS c ON c.session = s.session AND c."index" = s."index" AND c.measured IS NOT NULL
  JOIN held AS h ON h.fund = s.fund AND h.day = s.day AND h.issuer = c.issuer
),
sums AS (
  SELECT
    session, "index", fund, day,
    CAST(SUM(CAST(value AS DECIMAL(38, 15))) AS DOUBLE) AS value,
    CAST(SUM(CAST(measured AS DECIMAL(38, 15))) AS DOUBLE) AS measured
  FROM compared
  GROUP BY session, "index", fund, day
),
apart AS (
  SELECT
    c.session, c."index", c.fund, c.day,
    CAST(SUM(CAST(ABS(c.value / s.value - c.measured / s.measured) AS DECIMAL(38, 20))) AS DOUBLE) / 2 AS active_share
  FROM compared AS c
  JOIN sums AS s ON s.session = c.session AND s."index" = c."index" AND s.fund = c.fund AND s.day = c.day
  WHERE s.value > 0 AND s.measured > 0
  GROUP BY c.session, c."index", c.fund, c.day
)
SELECT
  m.session, m."index", m.issuer, a.fund, a.day, h.value * s.measured / s.value AS value,
  ABS(DATE_DIFF('day', a.day, m.session)) AS days_apart
FROM missing AS m
JOIN apart AS a ON a.session = m.session AND a."index" = m."index"
JOIN sums AS s ON s.session = a.session AND s."index" = a."index" AND s.fund = a.fund AND s.day = a.day
JOIN measured AS t ON t.session = m.session AND t."index" = m."index"
JOIN held AS h ON h.fund = a.fund AND h.day = a.day AND h.issuer = m.issuer AND h.value > 0
WHERE a.active_share <= 0.2 AND s.measured >= t.total / 2
