-- question: What part of a fund do the lines of its holdings file speak of?
-- kind: step
-- grain: session, index
-- inputs: holdings
-- unit: 1
-- The printed weights of all lines, cash included, add up to the fund; up to half of the last printed digit (0.01 %)
-- a line is rounding. A file without printed weights does not tell.
WITH printed AS (
  SELECT as_of AS session, fund AS "index", COUNT(weight) AS lines, SUM(CAST(weight AS DECIMAL(38, 15))) AS weight
  FROM holdings
  GROUP BY as_of, fund
)
SELECT
  session, "index",
  CASE WHEN lines = 0 OR weight >= 1 - 0.00005 * lines THEN 1 ELSE CAST(weight AS DOUBLE) END AS coverage
FROM printed
