-- question: Which prices are used, once active repairs have acted?
-- kind: step
-- grain: session, security
-- inputs: bars, repairs
-- unit: currency, on each bar's own basis
WITH mended AS (
  SELECT
    effective AS session, security, source,
    MAX(CASE WHEN field = 'open' THEN after END) AS open,
    MAX(CASE WHEN field = 'high' THEN after END) AS high,
    MAX(CASE WHEN field = 'low' THEN after END) AS low,
    MAX(CASE WHEN field = 'close' THEN after END) AS close,
    MAX(CASE WHEN after IS NULL THEN 1 ELSE 0 END) AS gone
  FROM repairs
  WHERE active AND dataset = 'bars'
  GROUP BY effective, security, source
)
SELECT
  b.session, b.security, b.symbol,
  COALESCE(m.open, b.open) AS open,
  COALESCE(m.high, b.high) AS high,
  COALESCE(m.low, b.low) AS low,
  COALESCE(m.close, b.close) AS close,
  b.volume, b.vwap, b.basis, b.dividend_basis, b.source,
  m.security IS NOT NULL AS repaired
FROM bars AS b
LEFT JOIN mended AS m ON m.session = b.session AND m.security = b.security AND m.source = b.source
WHERE COALESCE(m.gone, 0) = 0
