-- question: For how many sessions has a member of an index no measured cap, from when to when, and why?
-- kind: view
-- grain: index, security, reason
-- inputs: missing_members
-- unit: sessions
-- narrowed by: index, security
-- order: sessions DESC, security
-- units: sessions sessions
SELECT "index", security, reason, MIN(session) AS since, MAX(session) AS until, COUNT(*) AS sessions
FROM missing_members
GROUP BY "index", security, reason
