-- question: What is a member typically worth of which nothing tells the size, at least, and at most?
-- kind: step
-- grain: session, index
-- inputs: member_caps
-- unit: currency
-- Members that no file has are mostly those that were bought or dropped later. In the files of funds they are on
-- average worth 0.41 to 0.48 of the median member, which is the measured member with 15 % below it. At most they
-- are worth the median, at least the smallest. Places are counted: a median taken so is exact on every engine.
WITH incomplete AS (
  SELECT DISTINCT session, "index" FROM member_caps WHERE measured IS NULL
),
placed AS (
  SELECT
    c.session, c."index", c.measured,
    ROW_NUMBER() OVER (PARTITION BY c.session, c."index" ORDER BY c.measured) AS place,
    COUNT(*) OVER (PARTITION BY c.session, c."index") AS n
  FROM member_caps AS c
  JOIN incomplete AS i ON i.session = c.session AND i."index" = c."index"
  WHERE c.measured IS NOT NULL
)
SELECT
  session, "index",
  MIN(measured) AS value_low,
  MIN(CASE WHEN 100 * place >= 15 * n THEN measured END) AS value,
  AVG(CASE WHEN 2 * place IN (n, n + 1, n + 2) THEN measured END) AS value_high
FROM placed
GROUP BY session, "index"
