-- question: What part of a fund do the lines of its holdings file speak of?
-- kind: step
-- grain: session, index
-- inputs: holdings
-- unit: 1
-- The printed weights of all lines, cash included, add up to the fund; up to half of the last printed digit (0.01 %)
-- a line is rounding. An equity line that is held (its quantity is not 0) and has neither value nor weight is unpriced:
-- where no weights are printed nothing tells its size, so the file covers as large a part as it has priced lines.
WITH printed AS (
  SELECT as_of AS session, fund AS "index", COUNT(weight) AS lines, SUM(CAST(weight AS DECIMAL(38, 15))) AS weight,
    SUM(CASE WHEN asset_class = 'equity' THEN 1 ELSE 0 END) AS equities,
    SUM(CASE WHEN asset_class = 'equity' AND value IS NULL AND weight IS NULL AND COALESCE(quantity, 1) <> 0 THEN 1 ELSE 0 END)
      AS unpriced
  FROM holdings
  GROUP BY as_of, fund
)
SELECT
  session, "index",
  CASE
    WHEN lines = 0 AND equities > 0 THEN 1 - CAST(unpriced AS DOUBLE) / equities
    WHEN lines = 0 OR weight >= 1 - 0.00005 * lines THEN 1
    ELSE CAST(weight AS DOUBLE)
  END AS coverage,
  CAST(unpriced AS BIGINT) AS unpriced
FROM printed
