-- question: By which factor do prices and counts of a security change from a date on, because of later splits?
-- kind: step
-- grain: security, since
-- inputs: splits
-- unit: 1
-- A price of day d on today's share unit is the price paid ÷ factor(d). "prices" follows splits and spin-off
-- adjustments, "counts" only splits. Days after a security's last split have factor 1 and no row here.
SELECT
  security,
  LAG(effective, 1, DATE '0001-01-01') OVER (PARTITION BY security ORDER BY effective) AS since,
  effective AS until,
  ROUND(EXP(SUM(LN(ratio)) OVER (
    PARTITION BY security ORDER BY effective ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)), 9) AS prices,
  ROUND(EXP(SUM(CASE WHEN kind = 'split' THEN LN(ratio) ELSE 0 END) OVER (
    PARTITION BY security ORDER BY effective ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)), 9) AS counts
FROM splits
