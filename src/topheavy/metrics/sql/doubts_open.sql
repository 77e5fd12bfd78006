-- question: What does nothing explain, and which question would settle it?
-- kind: view
-- grain: id
-- inputs: doubts
-- unit: none
-- shown as: doubts
-- narrowed by: rule, security, since
-- day: since
-- order: acts DESC, rule, security, since
-- without a date: all
SELECT id, acts, rule, security, since, until, question, evidence, ruling, because
FROM doubts
