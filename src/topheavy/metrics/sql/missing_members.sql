-- question: Which members of an index have no measured cap on a session, what stands in for it, and why?
-- kind: view
-- grain: session, index, issuer
-- inputs: weights
-- unit: currency
-- shown as: missing
-- narrowed by: index, session
-- day: session
-- order: session, security
SELECT session, "index", member AS issuer, security, name, value, value_low, value_high, weight, how, reason
FROM weights
WHERE level = 'issuer' AND reason IS NOT NULL
