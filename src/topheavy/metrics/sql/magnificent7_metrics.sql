-- question: What part of the S&P 500 is each Magnificent 7 company? (the original pipeline's table)
-- kind: view
-- grain: trading_date, ticker
-- inputs: group_members
-- unit: %
-- narrowed by: ticker, trading_date
-- day: trading_date
-- order: trading_date, ranking
SELECT
  session AS trading_date, security AS ticker, value AS market_cap, 100 * weight_in_group AS pct_of_mag7,
  100 * weight AS pct_of_sp500, ranking
FROM group_members
WHERE "index" = 'SP500' AND "group" = 'magnificent7' AND how IN ('measured', 'carried', 'fund')
