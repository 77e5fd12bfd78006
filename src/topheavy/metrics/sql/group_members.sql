-- question: What part of an index, and of its group, is each member of a group on each session?
-- kind: view
-- grain: session, index, group, issuer
-- inputs: weights, groups, securities, concentration
-- unit: 1
-- Only members of the index count, each issuer once; weights are withheld where the index's figures are.
WITH named AS (
  SELECT DISTINCT
    g."group", COALESCE(s.issuer, g.security) AS issuer, g.security, g.since, g.until
  FROM groups AS g
  LEFT JOIN securities AS s ON s.security = g.security
)
SELECT
  w.session, w."index", n."group", w.member AS issuer, n.security, w.name, w.value,
  CASE WHEN c.status = 'ok' THEN w.weight END AS weight,
  w.value / SUM(w.value) OVER (PARTITION BY w.session, w."index", n."group") AS weight_in_group,
  ROW_NUMBER() OVER (PARTITION BY w.session, w."index", n."group" ORDER BY w.value DESC, n.security) AS ranking,
  w.how, w.reason
FROM weights AS w
JOIN named AS n
  ON n.issuer = w.member AND (n.since IS NULL OR w.session >= n.since) AND (n.until IS NULL OR w.session < n.until)
JOIN concentration AS c ON c.session = w.session AND c."index" = w."index" AND c.level = 'issuer'
WHERE w.level = 'issuer'
