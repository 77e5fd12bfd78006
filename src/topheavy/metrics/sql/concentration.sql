-- question: How top-heavy is an index on each session, by issuer and by line, and on how much does the figure rest?
-- kind: table
-- grain: session, index, level
-- inputs: weights, sessions, constituents, coverage_floor
-- unit: 1
-- shown as: index-figures
-- narrowed by: index, level, session
-- day: session
-- order: session
-- Sums are decimal, so that no order of the rows changes a digit. Figures are withheld below the coverage floor. HHI is stated with weights in %, so its range is 0 to 10,000.
WITH ranked AS (
  SELECT
    session, "index", level, weight, value, how,
    ROW_NUMBER() OVER (PARTITION BY session, "index", level ORDER BY weight DESC, member) AS place,
    COUNT(*) OVER (PARTITION BY session, "index", level) AS n
  FROM weights
),
figures AS (
  SELECT
    session, "index", level,
    COUNT(*) AS members,
    CAST(SUM(CASE WHEN how IN ('measured', 'fund') THEN 1 ELSE 0 END) AS BIGINT) AS measured,
    CAST(SUM(CAST(CASE WHEN how IN ('measured', 'fund') THEN value END AS DECIMAL(38, 15))) AS DOUBLE) AS measured_total,
    CAST(SUM(CAST(value AS DECIMAL(38, 15))) AS DOUBLE) AS total,
    CAST(SUM(CAST(CASE WHEN place <= 1 THEN weight END AS DECIMAL(38, 20))) AS DOUBLE) AS top1,
    CAST(SUM(CAST(CASE WHEN place <= 5 THEN weight END AS DECIMAL(38, 20))) AS DOUBLE) AS top5,
    CAST(SUM(CAST(CASE WHEN place <= 10 THEN weight END AS DECIMAL(38, 20))) AS DOUBLE) AS top10,
    CAST(SUM(CAST(weight * weight AS DECIMAL(38, 20))) AS DOUBLE) AS sum_of_squares,
    EXP(-CAST(SUM(CAST(CASE WHEN weight > 0 THEN weight * LN(weight) ELSE 0 END AS DECIMAL(38, 20))) AS DOUBLE)) AS entropy_n,
    CAST(SUM(CAST((n + 1 - 2 * place) * weight AS DECIMAL(38, 20))) AS DOUBLE) / MAX(n) AS gini
  FROM ranked
  GROUP BY session, "index", level
),
judged AS (
  SELECT
    f.*,
    CAST(f.measured AS DOUBLE) / f.members AS coverage,
    CASE
      WHEN f.measured = 0 THEN 'no member is measured'
      WHEN CAST(f.measured AS DOUBLE) / f.members < c.floor
        THEN CONCAT('coverage ', CAST(ROUND(100.0 * f.measured / f.members, 1) AS VARCHAR),
                    ' % is below the floor of ', CAST(ROUND(100 * c.floor, 1) AS VARCHAR), ' %')
    END AS reason
  FROM figures AS f
  CROSS JOIN coverage_floor AS c
),
expected AS (
  SELECT d.session, i."index", l.level
  FROM sessions AS d
  CROSS JOIN (SELECT DISTINCT "index" FROM constituents) AS i
  CROSS JOIN (SELECT 'issuer' AS level UNION ALL SELECT 'line') AS l
),
every AS (
  SELECT session, "index", level FROM judged
  UNION
  SELECT session, "index", level FROM expected
)
SELECT
  e.session, e."index", e.level,
  CASE WHEN j.session IS NULL OR j.reason IS NOT NULL THEN 'withheld' ELSE 'ok' END AS status,
  CASE WHEN j.session IS NULL THEN 'the index has no members on this day' ELSE j.reason END AS reason,
  COALESCE(j.members, 0) AS members,
  COALESCE(j.measured, 0) AS measured,
  COALESCE(j.coverage, 0) AS coverage,
  j.measured_total,
  CASE WHEN j.reason IS NULL THEN j.total END AS total,
  CASE WHEN j.reason IS NULL THEN j.top1 END AS top1,
  CASE WHEN j.reason IS NULL THEN j.top5 END AS top5,
  CASE WHEN j.reason IS NULL THEN j.top10 END AS top10,
  CASE WHEN j.reason IS NULL THEN 10000 * j.sum_of_squares END AS hhi,
  CASE WHEN j.reason IS NULL THEN 1 / j.sum_of_squares END AS effective_n,
  CASE WHEN j.reason IS NULL THEN j.entropy_n END AS entropy_n,
  CASE WHEN j.reason IS NULL THEN j.gini END AS gini
FROM every AS e
LEFT JOIN judged AS j ON j.session = e.session AND j."index" = e."index" AND j.level = e.level
