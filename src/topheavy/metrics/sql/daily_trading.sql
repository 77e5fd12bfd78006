-- question: What was paid for each security on each session? (the original pipeline's table)
-- kind: view
-- grain: trading_date, ticker
-- inputs: bars_as_traded
-- unit: currency, as traded
-- narrowed by: ticker, trading_date
-- day: trading_date
-- order: trading_date, ticker
SELECT
  session AS trading_date, security AS ticker, open AS open_price, high AS high_price, low AS low_price,
  close AS close_price, volume, vwap
FROM bars_as_traded
