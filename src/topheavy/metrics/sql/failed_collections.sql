-- question: Which members have no measured cap on which session, and why? (the original pipeline's table)
-- kind: view
-- grain: trading_date, ticker
-- inputs: weights
-- unit: none
-- narrowed by: ticker, trading_date
-- day: trading_date
-- order: trading_date, ticker
-- without a date: all
SELECT session AS trading_date, security AS ticker, MIN(reason) AS reason
FROM weights
WHERE level = 'issuer' AND "index" = 'SP500' AND reason IS NOT NULL
GROUP BY session, security
