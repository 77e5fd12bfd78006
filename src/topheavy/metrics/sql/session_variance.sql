-- question: How much did each security's price move within each session and over the night before it?
-- kind: view
-- grain: session, security
-- inputs: bars_adjusted
-- unit: squared logarithmic return
-- narrowed by: security, session
-- day: session
-- order: session, security
-- units: variance squared logarithmic return
-- Garman and Klass (1980): ½ ln(high ÷ low)² − (2 ln 2 − 1) ln(close ÷ open)², and the squared move from the close before.
WITH moves AS (
  SELECT
    session, security,
    LN(open / LAG(close) OVER (PARTITION BY security ORDER BY session)) AS night,
    LN(high / low) AS width,
    LN(close / open) AS day
  FROM bars_adjusted
)
SELECT
  session, security,
  night * night + 0.5 * width * width - (2 * LN(2) - 1) * day * day AS variance
FROM moves
WHERE night IS NOT NULL AND 0.5 * width * width >= (2 * LN(2) - 1) * day * day
