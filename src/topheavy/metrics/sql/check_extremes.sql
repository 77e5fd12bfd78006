-- question: Is any cap not positive, or a quarter and more of an index of fifty and more companies?
-- kind: check
-- grain: session, index, member
-- inputs: weights, concentration
-- unit: none
-- advice: a price or a count is wrong by a factor: look at the member's rows in shares and bars
SELECT w.session, w."index", w.member, w.value, w.weight
FROM weights AS w
JOIN concentration AS c ON c.session = w.session AND c."index" = w."index" AND c.level = w.level
WHERE w.level = 'issuer' AND w.how = 'measured' AND (w.value <= 0 OR (w.weight > 0.25 AND c.members >= 50))
