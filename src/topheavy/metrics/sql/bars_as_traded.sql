-- question: What was paid for each security on each session?
-- kind: step
-- grain: session, security
-- inputs: bars_in_use, split_factors
-- unit: currency, as traded
-- Prices from which dividends had been taken out cannot be turned back by splits alone and are left out.
WITH factored AS (
  SELECT
    b.session, b.security, b.symbol, b.open, b.high, b.low, b.close, b.volume, b.vwap, b.source, b.repaired,
    CASE WHEN b.basis = b.session THEN 1 ELSE COALESCE(own.prices, 1) / COALESCE(quoted.prices, 1) END AS factor
  FROM bars_in_use AS b
  LEFT JOIN split_factors AS own
    ON own.security = b.security AND b.session >= own.since AND b.session < own.until
  LEFT JOIN split_factors AS quoted
    ON quoted.security = b.security AND b.basis >= quoted.since AND b.basis < quoted.until
  WHERE b.dividend_basis IS NULL
)
SELECT
  session, security, symbol,
  open * factor AS open, high * factor AS high, low * factor AS low, close * factor AS close,
  volume / factor AS volume, vwap * factor AS vwap, source, repaired
FROM factored
