-- question: What is each member issuer worth on each session; what stands in where it is not measured, and why?
-- kind: step
-- grain: session, index, issuer
-- inputs: sessions, member_lines, market_caps, runs
-- unit: currency
-- A member that is not measured must not shrink the total: its last cap of the 21 sessions before is carried
-- (a member yet or not), else it stands in at the median measured member. Both are counted as not covered.
WITH lines AS (
  SELECT
    session, "index", issuer, MIN(security) AS security, MIN(name) AS name, COUNT(*) AS lines,
    MAX(CASE WHEN has_bar THEN 1 ELSE 0 END) AS has_bar,
    MIN(first_bar) AS first_bar, MAX(last_bar) AS last_bar
  FROM member_lines
  GROUP BY session, "index", issuer
),
failures AS (
  SELECT CAST(session AS DATE) AS session, MIN(cause) AS cause
  FROM runs
  WHERE outcome = 'failed' AND session <> ''
  GROUP BY session
),
numbered AS (
  SELECT session, ROW_NUMBER() OVER (ORDER BY session) AS place FROM sessions
),
capped AS (
  SELECT
    l.session, n.place, l."index", l.issuer, COALESCE(k.security, l.security) AS security, l.name, l.lines,
    l.has_bar, l.first_bar, l.last_bar, f.cause, k.market_cap
  FROM lines AS l
  JOIN numbered AS n ON n.session = l.session
  LEFT JOIN market_caps AS k ON k.session = l.session AND k.issuer = l.issuer
  LEFT JOIN failures AS f ON f.session = l.session
),
earlier AS (
  SELECT
    c.session, c."index", c.issuer, k.market_cap AS carried,
    ROW_NUMBER() OVER (PARTITION BY c.session, c."index", c.issuer ORDER BY n.place DESC) AS nearness
  FROM capped AS c
  JOIN market_caps AS k ON k.issuer = c.issuer
  JOIN numbered AS n ON n.session = k.session
  WHERE c.market_cap IS NULL AND n.place < c.place AND n.place >= c.place - 21
),
medians AS (
  SELECT session, "index", PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY market_cap) AS median_cap
  FROM capped
  WHERE market_cap IS NOT NULL
  GROUP BY session, "index"
)
SELECT
  c.session, c."index", c.issuer, c.security, c.name, c.lines,
  COALESCE(c.market_cap, e.carried, m.median_cap) AS value,
  CASE
    WHEN c.market_cap IS NOT NULL THEN 'measured'
    WHEN e.carried IS NOT NULL THEN 'carried'
    ELSE 'median'
  END AS how,
  CASE
    WHEN c.market_cap IS NOT NULL THEN NULL
    WHEN c.has_bar = 1 THEN 'no share count'
    WHEN c.cause IS NOT NULL THEN CONCAT('failed: ', c.cause)
    WHEN c.first_bar IS NULL THEN 'never collected'
    WHEN c.session < c.first_bar THEN 'not listed yet'
    WHEN c.session > c.last_bar THEN 'no longer traded'
    ELSE 'no bar'
  END AS reason
FROM capped AS c
LEFT JOIN medians AS m ON m.session = c.session AND m."index" = c."index"
LEFT JOIN earlier AS e ON e.session = c.session AND e."index" = c."index" AND e.issuer = c.issuer AND e.nearness = 1
