-- question: What part of an index is a group on each session, at least and at most?
-- kind: view
-- grain: session, index, group
-- inputs: group_members, concentration
-- unit: 1
-- narrowed by: index, group, session
-- day: session
-- order: session
-- units: share 1, share_low 1, share_high 1
-- The share is withheld while a member of the group has no cap of its own that day or in the 21 sessions before, or
-- a doubtful one. The band is what the weight leaves open that is not measured, in the group and outside it.
WITH judged AS (
  SELECT
    m.*,
    CASE WHEN m.how NOT IN ('measured', 'fund', 'carried') THEN 1 ELSE 0 END AS is_open,
    COALESCE(m.weight * (1 - m.value_low / m.value), 0) AS down,
    COALESCE(m.weight * (m.value_high / m.value - 1), 0) AS up
  FROM group_members AS m
),
summed AS (
  SELECT
    session, "index", "group",
    COUNT(*) AS members,
    CAST(SUM(CASE WHEN how IN ('measured', 'fund') THEN 1 ELSE 0 END) AS BIGINT) AS measured,
    CAST(SUM(CAST(value AS DECIMAL(38, 15))) AS DOUBLE) AS value,
    CAST(SUM(CAST(weight AS DECIMAL(38, 20))) AS DOUBLE) AS share,
    SQRT(CAST(SUM(CAST(down * down AS DECIMAL(38, 20))) AS DOUBLE)) AS down,
    SQRT(CAST(SUM(CAST(up * up AS DECIMAL(38, 20))) AS DOUBLE)) AS up,
    SUM(is_open) AS open,
    MIN(CASE WHEN is_open = 1 THEN
      CONCAT(CASE WHEN how = 'doubtful' THEN 'doubtful: ' ELSE 'not measured: ' END, security,
             CASE WHEN how = 'doubtful' THEN CONCAT(' (', reason, ')') ELSE '' END) END) AS first_open
  FROM judged
  GROUP BY session, "index", "group"
),
reasoned AS (
  SELECT
    s.*, c.total, c.coverage, c.total_high / c.total - 1 AS rest_up, 1 - c.total_low / c.total AS rest_down,
    CASE
      WHEN c.status <> 'ok' THEN c.reason
      WHEN s.open = 1 THEN s.first_open
      WHEN s.open > 1 THEN CONCAT(s.first_open, ' and ', CAST(s.open - 1 AS VARCHAR), ' more')
    END AS reason
  FROM summed AS s
  JOIN concentration AS c ON c.session = s.session AND c."index" = s."index" AND c.level = 'issuer'
)
SELECT
  session, "index", "group", members, measured, value,
  CASE WHEN reason IS NULL THEN share END AS share,
  CASE WHEN reason IS NULL THEN (share - down) / (1 - down + rest_up) END AS share_low,
  CASE
    WHEN reason IS NULL AND share + up >= 1 + up - rest_down THEN 1
    WHEN reason IS NULL THEN (share + up) / (1 + up - rest_down)
  END AS share_high,
  reason, total, coverage
FROM reasoned
