-- question: What part of an index, and of its group, is each member of a group on each session?
-- kind: view
-- grain: session, index, group, issuer
-- inputs: weights, groups, securities, concentration
-- unit: 1
-- shown as: group
-- narrowed by: index, group, session
-- day: session
-- order: session, ranking
-- units: weight_in_group 1, ranking place
-- Only members of the index count, each issuer once, however many of its share classes the group names; weights
-- are withheld where the index's figures are, and parts of the group where a member of it has no cap of its own.
WITH named AS (
  SELECT DISTINCT
    g."group", COALESCE(s.issuer, g.security) AS issuer, g.security, g.since, g.until
  FROM groups AS g
  LEFT JOIN securities AS s ON s.security = g.security
),
placed AS (
  SELECT
    w.session, w."index", n."group", w.member AS issuer, n.security, w.name,
    w.value, w.value_low, w.value_high, w.weight, w.how, w.reason,
    ROW_NUMBER() OVER (PARTITION BY w.session, w."index", n."group", w.member ORDER BY n.security) AS place
  FROM weights AS w
  JOIN named AS n
    ON n.issuer = w.member AND (n.since IS NULL OR w.session >= n.since) AND (n.until IS NULL OR w.session < n.until)
  WHERE w.level = 'issuer'
)
SELECT
  p.session, p."index", p."group", p.issuer, p.security, p.name, p.value, p.value_low, p.value_high,
  CASE WHEN c.status = 'ok' THEN p.weight END AS weight,
  CASE
    WHEN SUM(CASE WHEN p.how IN ('measured', 'fund', 'carried') THEN 0 ELSE 1 END) OVER one = 0
      THEN p.value / SUM(p.value) OVER one
  END AS weight_in_group,
  ROW_NUMBER() OVER (PARTITION BY p.session, p."index", p."group" ORDER BY p.value DESC, p.security) AS ranking,
  p.how, p.reason
FROM placed AS p
JOIN concentration AS c ON c.session = p.session AND c."index" = p."index" AND c.level = 'issuer'
WHERE p.place = 1
WINDOW one AS (PARTITION BY p.session, p."index", p."group")
