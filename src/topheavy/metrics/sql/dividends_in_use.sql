-- question: Which dividends are used, once active repairs have acted?
-- kind: step
-- grain: security, effective, amount
-- inputs: dividends, repairs
-- unit: currency per share, on each dividend's own basis
SELECT
  d.security, d.effective, CASE WHEN r.id IS NULL THEN d.amount ELSE r.after END AS amount, d.currency, d.basis, d.kind
FROM dividends AS d
LEFT JOIN repairs AS r
  ON r.active AND r.dataset = 'dividends' AND r.security = d.security AND r.effective = d.effective
  AND r.source = d.source AND r.before = d.amount AND r.covers = COALESCE(d.kind, '')
WHERE r.id IS NULL OR r.after IS NOT NULL
