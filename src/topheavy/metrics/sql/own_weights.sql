-- question: What would a member that is not measured be worth, by its own weight on the nearest days that have one?
-- kind: step
-- grain: session, index, issuer, day
-- inputs: member_caps, market_caps, index_moves, sessions
-- unit: currency
-- Its cap of the last day before and of the first day after, moved as the index moved.
WITH nearest AS (
  SELECT
    m.session, m.place, m."index", m.issuer,
    MAX(CASE WHEN k.session < m.session THEN k.session END) AS before,
    MIN(CASE WHEN k.session > m.session THEN k.session END) AS after
  FROM member_caps AS m
  JOIN market_caps AS k ON k.issuer = m.issuer AND k.doubt IS NULL
  WHERE m.measured IS NULL
  GROUP BY m.session, m.place, m."index", m.issuer
),
candidates AS (
  SELECT session, place, "index", issuer, before AS day FROM nearest WHERE before IS NOT NULL
  UNION ALL
  SELECT session, place, "index", issuer, after FROM nearest WHERE after IS NOT NULL
),
numbered AS (
  SELECT session, ROW_NUMBER() OVER (ORDER BY session) AS place FROM sessions
)
SELECT
  c.session, c."index", c.issuer, c.day, k.market_cap * present.level / past.level AS value,
  ABS(DATE_DIFF('day', c.day, c.session)) AS days_apart,
  n.place < c.place AND n.place >= c.place - 21 AS recent
FROM candidates AS c
JOIN market_caps AS k ON k.session = c.day AND k.issuer = c.issuer
JOIN index_moves AS present ON present.session = c.session AND present."index" = c."index"
JOIN index_moves AS past ON past.session = c.day AND past."index" = c."index"
JOIN numbered AS n ON n.session = c.day
