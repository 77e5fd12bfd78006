-- question: Where does an issuer's cap leave its price by more than 15 %, and what explains it?
-- kind: view
-- grain: session, issuer
-- inputs: market_caps, splits_in_use, shares_in_use, doubts, securities
-- unit: 1
-- shown as: jumps
-- narrowed by: issuer, security, session
-- day: session
-- order: session
-- without a date: all
-- units: excess 1, cap_before currency
-- excess is cap change ÷ price change (on one share unit) − 1. A change of the count in use explains it when it
-- lasts: no later count of the next 15 months comes back to the level before. The first session of a doubtful
-- stretch is listed, whatever the excess, with the question that would settle it.
WITH moves AS (
  SELECT
    session, issuer, security, market_cap, shares, shares_effective, repaired, how, doubt,
    LAG(session) OVER one AS session_before,
    LAG(market_cap) OVER one AS cap_before,
    LAG(close) OVER one AS close_before,
    LAG(security) OVER one AS security_before,
    LAG(shares_effective) OVER one AS effective_before,
    LAG(repaired) OVER one AS repaired_before,
    LAG(how) OVER one AS how_before,
    LAG(doubt) OVER one AS doubt_before,
    close
  FROM market_caps
  WINDOW one AS (PARTITION BY issuer ORDER BY session)
),
unit_changes AS (
  SELECT
    m.session, m.issuer, COUNT(*) AS actions,
    EXP(SUM(CASE WHEN s.kind = 'split' THEN LN(s.ratio) ELSE 0 END)) AS ratio
  FROM moves AS m
  JOIN splits_in_use AS s ON s.security = m.security AND s.effective > m.session_before AND s.effective <= m.session
  GROUP BY m.session, m.issuer
),
jumps AS (
  SELECT
    m.*, u.actions,
    (m.market_cap / m.cap_before) / (m.close / m.close_before * COALESCE(u.ratio, 1)) - 1 AS excess
  FROM moves AS m
  LEFT JOIN unit_changes AS u ON u.session = m.session AND u.issuer = m.issuer
  WHERE m.cap_before IS NOT NULL AND m.security = m.security_before
),
large AS (
  SELECT * FROM jumps WHERE excess > 0.15 OR excess < -0.15
  UNION ALL
  SELECT m.*, NULL, NULL
  FROM moves AS m
  WHERE m.doubt IS NOT NULL AND m.doubt_before IS NULL AND NOT EXISTS (
    SELECT 1 FROM jumps AS j
    WHERE j.session = m.session AND j.issuer = m.issuer AND (j.excess > 0.15 OR j.excess < -0.15))
),
returns AS (
  SELECT l.session, l.issuer, COUNT(c.security) AS back
  FROM large AS l
  JOIN shares_in_use AS old ON old.security = l.security AND old.since = l.effective_before
  LEFT JOIN shares_in_use AS c
    ON c.security = l.security AND c.covers = old.covers
    AND c.since > l.shares_effective AND c.since < l.shares_effective + INTERVAL 450 DAY
    AND c.count BETWEEN 0.9 * old.count AND 1.1 * old.count
  GROUP BY l.session, l.issuer
),
asked AS (
  SELECT l.session, l.issuer, MIN(d.question) AS question
  FROM large AS l
  JOIN doubts AS d ON d.evidence = l.doubt AND d.acts
  LEFT JOIN securities AS s ON s.security = d.security
  WHERE COALESCE(s.issuer, d.security) = l.issuer
  GROUP BY l.session, l.issuer
)
SELECT
  l.session, l.issuer, l.security, l.excess, l.market_cap, l.cap_before, l.shares_effective,
  CASE
    WHEN l.doubt IS NOT NULL THEN 'doubted'
    WHEN l.repaired OR l.repaired_before THEN 'repair'
    WHEN l.how <> l.how_before THEN 'another way of counting'
    WHEN l.actions IS NOT NULL THEN 'corporate action'
    WHEN l.shares_effective <> l.effective_before AND COALESCE(r.back, 0) = 0 THEN 'lasting change of the count'
    ELSE 'unexplained'
  END AS explanation,
  a.question
FROM large AS l
LEFT JOIN returns AS r ON r.session = l.session AND r.issuer = l.issuer
LEFT JOIN asked AS a ON a.session = l.session AND a.issuer = l.issuer
