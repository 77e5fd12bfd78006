-- question: How did an index's total and a group's share change from one session to the next?
-- kind: view
-- grain: session, index, group
-- inputs: group_share
-- unit: 1; share_change in fractions of the index
-- shown as: change
-- narrowed by: index, group, session
-- day: session
-- order: session
-- units: share_change 1, value_change 1, total_change 1
-- No change is stated to or from a day whose share is withheld.
SELECT
  session, "index", "group", share, total,
  share - LAG(share) OVER one AS share_change,
  CASE WHEN share IS NOT NULL AND LAG(share) OVER one IS NOT NULL THEN value / LAG(value) OVER one - 1 END AS value_change,
  total / LAG(total) OVER one - 1 AS total_change
FROM group_share
WINDOW one AS (PARTITION BY "index", "group" ORDER BY session)
