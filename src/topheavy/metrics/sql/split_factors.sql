-- question: By which factor do prices and counts of a security change from a date on, because of later splits?
-- kind: step
-- grain: security, since
-- inputs: splits_in_use
-- unit: 1
-- A price of day d on today's share unit is the price paid ÷ factor(d). "prices" follows splits and spin-off
-- adjustments, "counts" only splits. Days after a security's last split have factor 1 and no row here.
WITH products AS (
  SELECT
    security, effective AS until,
    LAG(effective, 1, DATE '0001-01-01') OVER (PARTITION BY security ORDER BY effective) AS since,
    EXP(SUM(LN(ratio)) OVER (
      PARTITION BY security ORDER BY effective ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS prices,
    EXP(SUM(CASE WHEN kind = 'split' THEN LN(ratio) ELSE 0 END) OVER (
      PARTITION BY security ORDER BY effective ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS counts
  FROM splits_in_use
),
-- rounded to twelve digits, wherever the point stands: a product of reverse splits may be a billionth
scaled AS (
  SELECT
    *, POWER(10.0, FLOOR(LOG10(prices))) AS price_scale, POWER(10.0, FLOOR(LOG10(counts))) AS count_scale
  FROM products
)
SELECT
  security, since, until,
  ROUND(prices / price_scale, 12) * price_scale AS prices,
  ROUND(counts / count_scale, 12) * count_scale AS counts
FROM scaled
