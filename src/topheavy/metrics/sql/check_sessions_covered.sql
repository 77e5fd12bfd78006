-- question: Does every session of the calendar have its concentration row, at both levels?
-- kind: check
-- grain: session, index
-- inputs: sessions, constituents, concentration
-- unit: none
-- advice: run 'topheavy publish' again; if it stays, 'topheavy gaps' names what is missing
SELECT d.session, i."index", COUNT(c.session) AS rows_found
FROM sessions AS d
CROSS JOIN (SELECT DISTINCT "index" FROM constituents) AS i
LEFT JOIN concentration AS c ON c.session = d.session AND c."index" = i."index"
GROUP BY d.session, i."index"
HAVING COUNT(c.session) <> 2
