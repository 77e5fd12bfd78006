-- question: What are prices worth on today's share unit, and with dividends reinvested?
-- kind: view
-- grain: session, security
-- inputs: bars_as_traded, split_factors, dividends_in_use
-- unit: currency
-- narrowed by: security, session
-- day: session
-- order: session, security
-- units: adj_close currency
-- close is split-adjusted; adj_close also takes out later cash dividends: × (1 − amount ÷ close before the ex-date),
-- both on today's share unit, whatever unit the amount was quoted in. One that goes ex on a day without a bar acts
-- at the next bar.
WITH split_adjusted AS (
  SELECT
    b.session, b.security,
    b.open / COALESCE(f.prices, 1) AS open, b.high / COALESCE(f.prices, 1) AS high,
    b.low / COALESCE(f.prices, 1) AS low, b.close / COALESCE(f.prices, 1) AS close,
    b.volume * COALESCE(f.prices, 1) AS volume,
    LAG(b.session) OVER (PARTITION BY b.security ORDER BY b.session) AS session_before
  FROM bars_as_traded AS b
  LEFT JOIN split_factors AS f
    ON f.security = b.security AND b.session >= f.since AND b.session < f.until
),
paid AS (
  SELECT d.security, d.effective, d.amount / COALESCE(f.prices, 1) AS amount
  FROM dividends_in_use AS d
  LEFT JOIN split_factors AS f ON f.security = d.security AND d.basis >= f.since AND d.basis < f.until
),
paid_out AS (
  SELECT s.security, s.session, SUM(p.amount) AS amount
  FROM paid AS p
  JOIN split_adjusted AS s
    ON s.security = p.security AND p.effective > s.session_before AND p.effective <= s.session
  GROUP BY s.security, s.session
),
before AS (
  SELECT
    s.security, s.session, s.open, s.high, s.low, s.close, s.volume, p.amount,
    LAG(s.close) OVER (PARTITION BY s.security ORDER BY s.session) AS close_before
  FROM split_adjusted AS s
  LEFT JOIN paid_out AS p ON p.security = s.security AND p.session = s.session
),
kept AS (
  SELECT
    security, session, open, high, low, close, volume,
    CASE WHEN amount IS NULL OR close_before IS NULL OR amount >= close_before THEN 0
      ELSE LN(1 - amount / close_before) END AS log_kept
  FROM before
)
SELECT
  session, security, open, high, low, close, volume,
  close * EXP(COALESCE(SUM(log_kept) OVER (
    PARTITION BY security ORDER BY session ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0)) AS adj_close
FROM kept
