-- question: How did an index with missing members move over time, by those of its members that are measured?
-- kind: step
-- grain: session, index
-- inputs: member_caps
-- unit: 1; only quotients of two days mean something
-- A step is what the members measured on both of two neighbouring days were worth, divided; so members that come,
-- go or are missing for a while move nothing. Sums are decimal, of parts of the largest cap: amounts take ten times
-- as long.
WITH incomplete AS (
  SELECT DISTINCT "index" FROM member_caps WHERE measured IS NULL
),
largest AS (
  SELECT MAX(measured) AS cap FROM member_caps
),
parts AS (
  SELECT
    c.session, c."index", c.issuer, CAST(c.measured / l.cap AS DECIMAL(18, 17)) AS part,
    DENSE_RANK() OVER (PARTITION BY c."index" ORDER BY c.session) AS turn
  FROM member_caps AS c
  JOIN incomplete AS i ON i."index" = c."index"
  CROSS JOIN largest AS l
  WHERE c.measured > 0
),
steps AS (
  SELECT
    session, "index", turn, part,
    LAG(turn) OVER one AS turn_before,
    LAG(part) OVER one AS part_before
  FROM parts
  WINDOW one AS (PARTITION BY "index", issuer ORDER BY turn)
),
sums AS (
  SELECT
    session, "index",
    CAST(SUM(CASE WHEN turn_before = turn - 1 THEN part END) AS DOUBLE) AS part,
    CAST(SUM(CASE WHEN turn_before = turn - 1 THEN part_before END) AS DOUBLE) AS part_before
  FROM steps
  GROUP BY session, "index"
)
SELECT
  session, "index",
  EXP(CAST(SUM(CAST(CASE WHEN part > 0 AND part_before > 0 THEN LN(part / part_before) ELSE 0 END AS DECIMAL(18, 15)))
    OVER (PARTITION BY "index" ORDER BY session ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DOUBLE)) AS level
FROM sums
