-- question: What part of an index is a group on each session?
-- kind: view
-- grain: session, index, group
-- inputs: group_members, concentration
-- unit: 1
-- narrowed by: index, group, session
-- day: session
-- order: session
-- units: share 1
-- The share is withheld while a member of the group has no cap of its own that day or in the 21 sessions before.
SELECT
  m.session, m."index", m."group",
  COUNT(*) AS members,
  CAST(SUM(CASE WHEN m.how IN ('measured', 'fund') THEN 1 ELSE 0 END) AS BIGINT) AS measured,
  SUM(m.value) AS value,
  CASE
    WHEN c.status = 'ok' AND SUM(CASE WHEN m.how = 'median' THEN 1 ELSE 0 END) = 0 THEN SUM(m.weight)
  END AS share,
  CASE
    WHEN c.status <> 'ok' THEN c.reason
    WHEN SUM(CASE WHEN m.how = 'median' THEN 1 ELSE 0 END) > 0
      THEN CONCAT('not measured: ', MIN(CASE WHEN m.how = 'median' THEN m.security END))
  END AS reason,
  c.total, c.coverage
FROM group_members AS m
JOIN concentration AS c ON c.session = m.session AND c."index" = m."index" AND c.level = 'issuer'
GROUP BY m.session, m."index", m."group", c.status, c.reason, c.total, c.coverage
