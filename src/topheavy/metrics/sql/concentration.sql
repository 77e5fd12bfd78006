-- question: How top-heavy is an index on each session, by issuer and by line, and on how much does the figure rest?
-- kind: table
-- grain: session, index, level
-- inputs: weights, fund_coverage, sessions, constituents, coverage_floor
-- unit: 1
-- shown as: index-figures
-- narrowed by: index, level, session
-- day: session
-- order: session
-- Coverage is the part of the index's value that is measured. Figures are withheld below the coverage floor, and
-- where so many members are of unknown size that the others are less than the floor. What is not measured may weigh
-- less or more than what stands in for it: errors of single members are independent, those of typical members are
-- one and the same. Sums are decimal, so that no order of the rows changes a digit. HHI is stated with weights in %,
-- so its range is 0 to 10,000.
WITH ranked AS (
  SELECT
    w.*,
    CASE WHEN how IN ('measured', 'fund') THEN 1 ELSE 0 END AS is_measured,
    CASE WHEN how IN ('typical', 'doubtful') THEN 1 ELSE 0 END AS is_unsized,
    COALESCE(weight * (1 - value_low / value), 0) AS down,
    COALESCE(weight * (value_high / value - 1), 0) AS up,
    ROW_NUMBER() OVER (PARTITION BY session, "index", level ORDER BY weight DESC, member) AS place,
    COUNT(*) OVER (PARTITION BY session, "index", level) AS n
  FROM weights AS w
),
figures AS (
  SELECT
    session, "index", level,
    COUNT(*) AS members,
    CAST(SUM(is_measured) AS BIGINT) AS measured,
    SUM(is_unsized) AS unsized,
    CAST(SUM(CAST(CASE WHEN is_measured = 1 THEN value END AS DECIMAL(38, 15))) AS DOUBLE) AS measured_total,
    CAST(SUM(CAST(value AS DECIMAL(38, 15))) AS DOUBLE) AS total,
    CAST(SUM(CAST(CASE WHEN place <= 1 THEN weight END AS DECIMAL(38, 20))) AS DOUBLE) AS top1,
    CAST(SUM(CAST(CASE WHEN place <= 5 THEN weight END AS DECIMAL(38, 20))) AS DOUBLE) AS top5,
    CAST(SUM(CAST(CASE WHEN place <= 10 THEN weight END AS DECIMAL(38, 20))) AS DOUBLE) AS top10,
    CAST(SUM(CAST(weight * weight AS DECIMAL(38, 20))) AS DOUBLE) AS sum_of_squares,
    CAST(SUM(CAST((weight - down) * (weight - down) AS DECIMAL(18, 15))) AS DOUBLE) AS squares_low,
    CAST(SUM(CAST((weight + up) * (weight + up) AS DECIMAL(18, 15))) AS DOUBLE) AS squares_high,
    EXP(-CAST(SUM(CAST(CASE WHEN weight > 0 THEN weight * LN(weight) ELSE 0 END AS DECIMAL(38, 20))) AS DOUBLE)) AS entropy_n,
    CAST(SUM(CAST((n + 1 - 2 * place) * weight AS DECIMAL(38, 20))) AS DOUBLE) / MAX(n) AS gini,
    CAST(SUM(CAST(CASE WHEN how = 'typical' THEN down END AS DECIMAL(18, 15))) AS DOUBLE) AS typical_down,
    CAST(SUM(CAST(CASE WHEN how = 'typical' THEN up END AS DECIMAL(18, 15))) AS DOUBLE) AS typical_up,
    CAST(SUM(CAST(CASE WHEN how <> 'typical' THEN down * down END AS DECIMAL(18, 15))) AS DOUBLE) AS squared_down,
    CAST(SUM(CAST(CASE WHEN how <> 'typical' THEN up * up END AS DECIMAL(18, 15))) AS DOUBLE) AS squared_up,
    CAST(SUM(CAST(CASE WHEN place <= 10 THEN down END AS DECIMAL(18, 15))) AS DOUBLE) AS top10_down,
    CAST(SUM(CAST(CASE WHEN place <= 10 THEN up END AS DECIMAL(18, 15))) AS DOUBLE) AS top10_up,
    CAST(SUM(CAST(CASE WHEN place > 10 AND how = 'typical' THEN down END AS DECIMAL(18, 15))) AS DOUBLE) AS rest_typical_down,
    CAST(SUM(CAST(CASE WHEN place > 10 AND how = 'typical' THEN up END AS DECIMAL(18, 15))) AS DOUBLE) AS rest_typical_up,
    CAST(SUM(CAST(CASE WHEN place > 10 AND how <> 'typical' THEN down * down END AS DECIMAL(18, 15))) AS DOUBLE)
      AS rest_squared_down,
    CAST(SUM(CAST(CASE WHEN place > 10 AND how <> 'typical' THEN up * up END AS DECIMAL(18, 15))) AS DOUBLE)
      AS rest_squared_up
  FROM ranked
  GROUP BY session, "index", level
),
banded AS (
  SELECT
    f.*,
    f.members + COALESCE(c.unpriced, 0) AS listed,
    COALESCE(f.measured_total / f.total, 0) * COALESCE(c.coverage, 1) AS coverage,
    COALESCE(f.typical_down, 0) + SQRT(COALESCE(f.squared_down, 0)) AS down,
    COALESCE(f.typical_up, 0) + SQRT(COALESCE(f.squared_up, 0)) + 1 / COALESCE(c.coverage, 1) - 1 AS up,
    COALESCE(f.rest_typical_down, 0) + SQRT(COALESCE(f.rest_squared_down, 0)) AS rest_down,
    COALESCE(f.rest_typical_up, 0) + SQRT(COALESCE(f.rest_squared_up, 0)) + 1 / COALESCE(c.coverage, 1) - 1 AS rest_up
  FROM figures AS f
  LEFT JOIN fund_coverage AS c ON c.session = f.session AND c."index" = f."index"
),
judged AS (
  SELECT
    b.*,
    CASE
      WHEN b.measured = 0 THEN 'no member is measured'
      WHEN b.coverage < c.floor
        THEN CONCAT('coverage ', CAST(ROUND(100.0 * b.coverage, 1) AS VARCHAR),
                    ' % is below the floor of ', CAST(ROUND(100 * c.floor, 1) AS VARCHAR), ' %')
      WHEN CAST(b.members - b.unsized AS DOUBLE) / b.members < c.floor
        THEN CONCAT('nothing tells the size of ', CAST(b.unsized AS VARCHAR), ' of ',
                    CAST(b.members AS VARCHAR), ' members')
    END AS reason
  FROM banded AS b
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
),
stated AS (
  SELECT * FROM judged WHERE reason IS NULL
)
SELECT
  e.session, e."index", e.level,
  CASE WHEN s.session IS NULL THEN 'withheld' ELSE 'ok' END AS status,
  CASE WHEN j.session IS NULL THEN 'the index has no members on this day' ELSE j.reason END AS reason,
  COALESCE(j.listed, 0) AS members,
  COALESCE(j.measured, 0) AS measured,
  COALESCE(j.coverage, 0) AS coverage,
  j.measured_total,
  s.total,
  s.total * (1 - s.down) AS total_low,
  s.total * (1 + s.up) AS total_high,
  s.top1, s.top5, s.top10,
  (s.top10 - s.top10_down) / (1 - s.top10_down + s.rest_up) AS top10_low,
  (s.top10 + s.top10_up) / (1 + s.top10_up - s.rest_down) AS top10_high,
  10000 * s.sum_of_squares AS hhi,
  10000 * s.squares_low / ((1 + s.up) * (1 + s.up)) AS hhi_low,
  CASE
    WHEN s.squares_high >= (1 - s.down) * (1 - s.down) THEN 10000
    ELSE 10000 * s.squares_high / ((1 - s.down) * (1 - s.down))
  END AS hhi_high,
  1 / s.sum_of_squares AS effective_n,
  s.entropy_n,
  s.gini
FROM every AS e
LEFT JOIN judged AS j ON j.session = e.session AND j."index" = e."index" AND j.level = e.level
LEFT JOIN stated AS s ON s.session = e.session AND s."index" = e."index" AND s.level = e.level
