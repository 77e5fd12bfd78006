-- question: What was each company worth on each session? (the original pipeline's table)
-- kind: view
-- grain: trading_date, ticker
-- inputs: market_caps, securities
-- unit: currency
-- narrowed by: ticker, trading_date
-- day: trading_date
-- order: trading_date, market_cap DESC
SELECT
  k.session AS trading_date, k.security AS ticker, k.name AS company_name, k.market_cap,
  k.shares AS shares_outstanding, COALESCE(s.currency, 'USD') AS currency, s.description
FROM market_caps AS k
LEFT JOIN securities AS s ON s.security = k.security
