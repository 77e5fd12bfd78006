-- question: Is any cap not positive, or larger than a fifth of its whole index while it is no fund?
-- kind: check
-- grain: session, index, member
-- inputs: weights
-- unit: none
-- advice: a price or a count is wrong by a factor: look at the member's rows in shares and bars
SELECT session, "index", member, value, weight
FROM weights
WHERE level = 'issuer' AND how = 'measured' AND (value <= 0 OR (weight > 0.2 AND "index" = 'SP500'))
