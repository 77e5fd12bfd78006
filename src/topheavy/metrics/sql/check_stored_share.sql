-- question: Does the stored percentage equal the one recomputed from caps, within 0.01 percentage points?
-- kind: check
-- grain: trading_date
-- inputs: concentration_metrics, magnificent7_metrics, weights
-- unit: percentage points
-- advice: this is a fault in a question, please report it with the row
WITH recomputed AS (
  SELECT
    m.trading_date, SUM(m.market_cap) AS part
  FROM magnificent7_metrics AS m
  GROUP BY m.trading_date
),
whole AS (
  SELECT session, SUM(value) AS total FROM weights WHERE "index" = 'SP500' AND level = 'issuer' GROUP BY session
)
SELECT c.trading_date, c.mag7_pct_of_sp500, 100 * r.part / w.total AS recomputed
FROM concentration_metrics AS c
JOIN recomputed AS r ON r.trading_date = c.trading_date
JOIN whole AS w ON w.session = c.trading_date
WHERE ABS(c.mag7_pct_of_sp500 - 100 * r.part / w.total) > 0.01
