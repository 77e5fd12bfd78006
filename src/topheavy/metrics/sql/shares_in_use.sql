-- question: Which share count holds from when to when, once active repairs have acted?
-- kind: step
-- grain: security, covers, since
-- inputs: shares, repairs
-- unit: shares, on each count's own basis
-- Of several counts that speak of one date the one known last is used.
WITH mended AS (
  SELECT
    s.security, s.covers, s.effective, s.known, s.source, s.basis, s.evidence,
    CASE WHEN r.id IS NULL THEN s.count ELSE r.after END AS count,
    r.id IS NOT NULL AS repaired
  FROM shares AS s
  LEFT JOIN repairs AS r
    ON r.active AND r.dataset = 'shares' AND r.security = s.security AND r.effective = s.effective
    AND r.covers = s.covers AND r.source = s.source AND r.before = s.count
),
placed AS (
  SELECT
    *, ROW_NUMBER() OVER (PARTITION BY security, covers, effective ORDER BY known DESC, source, count DESC) AS place
  FROM mended
  WHERE count IS NOT NULL
)
SELECT
  security, covers, effective AS since,
  LEAD(effective, 1, DATE '9999-12-31') OVER (PARTITION BY security, covers ORDER BY effective) AS until,
  count, basis, known, source, evidence, repaired
FROM placed
WHERE place = 1
