-- question: Is a group's share stated only where every member of it in the index has a cap of its own?
-- kind: check
-- grain: session, index, group
-- inputs: group_share, group_members
-- unit: none
-- advice: collect the missing members, 'topheavy gaps' names them
SELECT s.session, s."index", s."group", MIN(m.security) AS missing
FROM group_share AS s
JOIN group_members AS m ON m.session = s.session AND m."index" = s."index" AND m."group" = s."group"
WHERE s.share IS NOT NULL AND (m.how NOT IN ('measured', 'carried', 'fund') OR m.value IS NULL)
GROUP BY s.session, s."index", s."group"
