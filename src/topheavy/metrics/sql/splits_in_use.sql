-- question: Which splits are used, once active repairs have acted?
-- kind: step
-- grain: security, effective
-- inputs: splits, repairs
-- unit: 1
-- A repair of "effective" moves a split (its value is the day written YYYYMMDD), one of "ratio" changes it or takes
-- it away, one of "kind" says by what counts move with it (1: not at all, a spin-off); where no split was listed
-- (before: 1), a repair adds one.
WITH mended AS (
  SELECT
    s.security, s.effective, s.ratio, s.kind, s.evidence,
    MAX(CASE WHEN r.field = 'effective' THEN r.after END) AS moved,
    MAX(CASE WHEN r.field = 'ratio' THEN r.after END) AS ratio_after,
    MAX(CASE WHEN r.field = 'ratio' AND r.after IS NULL THEN 1 ELSE 0 END) AS gone,
    MAX(CASE WHEN r.field = 'kind' THEN r.after END) AS follows
  FROM splits AS s
  LEFT JOIN repairs AS r
    ON r.active AND r.dataset = 'splits' AND r.security = s.security AND r.effective = s.effective
    AND r.source = s.source AND (r.field <> 'ratio' OR r.before = s.ratio)
  GROUP BY s.security, s.effective, s.ratio, s.kind, s.evidence
),
dated AS (
  SELECT
    *, CAST(CAST(moved AS BIGINT) AS VARCHAR) AS written
  FROM mended
  WHERE gone = 0
)
SELECT
  security,
  CASE
    WHEN moved IS NULL THEN effective
    ELSE CAST(CONCAT(SUBSTR(written, 1, 4), '-', SUBSTR(written, 5, 2), '-', SUBSTR(written, 7, 2)) AS DATE)
  END AS effective,
  COALESCE(ratio_after, ratio) AS ratio,
  CASE WHEN follows = 1 THEN 'spin_off' WHEN follows <> 1 THEN 'split' ELSE kind END AS kind,
  evidence
FROM dated
UNION ALL
SELECT security, effective, after, 'split', evidence
FROM repairs
WHERE active AND dataset = 'splits' AND field = 'ratio' AND before = 1 AND after IS NOT NULL
