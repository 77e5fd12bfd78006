-- question: What does each member issuer's own data say it is worth on each session, and why where it says nothing?
-- kind: step
-- grain: session, index, issuer
-- inputs: sessions, member_lines, market_caps, runs
-- unit: currency
-- A cap is measured where nothing is doubted about it; a doubtful one is kept apart, as what is claimed.
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
)
SELECT
  l.session, n.place, l."index", l.issuer, COALESCE(k.security, l.security) AS security, l.name, l.lines,
  CASE WHEN k.doubt IS NULL THEN k.market_cap END AS measured,
  CASE WHEN k.doubt IS NOT NULL THEN k.market_cap END AS claimed,
  CASE
    WHEN k.doubt IS NOT NULL THEN k.doubt
    WHEN k.market_cap IS NOT NULL THEN NULL
    WHEN l.has_bar = 1 THEN 'no share count'
    WHEN f.cause IS NOT NULL THEN CONCAT('failed: ', f.cause)
    WHEN l.first_bar IS NULL THEN 'never collected'
    WHEN l.session < l.first_bar THEN 'not listed yet'
    WHEN l.session > l.last_bar THEN 'no longer traded'
    ELSE 'no bar'
  END AS reason
FROM lines AS l
JOIN numbered AS n ON n.session = l.session
LEFT JOIN market_caps AS k ON k.session = l.session AND k.issuer = l.issuer
LEFT JOIN failures AS f ON f.session = l.session
