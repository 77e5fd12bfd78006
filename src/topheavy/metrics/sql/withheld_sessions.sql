-- question: On which sessions are an index's figures withheld, and why?
-- kind: view
-- grain: session, index
-- inputs: concentration
-- unit: none
-- shown as: withheld
-- narrowed by: index, session
-- day: session
-- order: session, index
-- without a date: all
SELECT session, "index", reason
FROM concentration
WHERE level = 'issuer' AND status <> 'ok'
