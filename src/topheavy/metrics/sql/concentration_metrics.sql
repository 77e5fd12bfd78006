-- question: What part of the S&P 500 are the Magnificent 7 together? (the original pipeline's table)
-- kind: view
-- grain: trading_date
-- inputs: group_share
-- unit: %
-- narrowed by: trading_date
-- day: trading_date
-- order: trading_date
-- without a date: all
SELECT
  session AS trading_date, value AS total_mag7_market_cap, total AS sp500_total_market_cap,
  100 * share AS mag7_pct_of_sp500, members AS mag7_companies_count
FROM group_share
WHERE "index" = 'SP500' AND "group" = 'magnificent7'
