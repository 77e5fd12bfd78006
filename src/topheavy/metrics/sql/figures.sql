-- question: How top-heavy is an index, what part of it is a group, and on how much do the figures rest?
-- kind: view
-- grain: session, index, level, group
-- inputs: concentration, group_share
-- unit: 1
-- shown as: concentration
-- narrowed by: index, level, group, session
-- day: session
-- order: session
SELECT
  c.session, c."index", c.level, c.status, g."group", g.share, g.share_low, g.share_high,
  c.coverage, c.members, c.measured, c.total, c.total_low, c.total_high, c.top1, c.top5, c.top10, c.top10_low, c.top10_high,
  c.hhi, c.hhi_low, c.hhi_high, c.effective_n, c.entropy_n, c.gini, COALESCE(c.reason, g.reason) AS reason
FROM concentration AS c
LEFT JOIN group_share AS g ON g.session = c.session AND g."index" = c."index"
