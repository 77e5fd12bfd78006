-- question: Do the figures keep their bounds: shares between 0 and 1 and in order, HHI between 10,000 ÷ n and 10,000?
-- kind: check
-- grain: session, index, level
-- inputs: concentration
-- unit: none
-- advice: this is a fault in a question, please report it with the row
SELECT session, "index", level, top1, top5, top10, hhi, effective_n, entropy_n, gini
FROM concentration
WHERE status = 'ok' AND NOT COALESCE(
  top1 > 0 AND top1 <= top5 AND top5 <= top10 AND top10 <= 1 + 1e-9
  AND hhi >= 10000.0 / members - 1e-6 AND hhi <= 10000 + 1e-6
  AND entropy_n >= effective_n - 1e-6 AND entropy_n <= members + 1e-6
  AND gini >= -1e-9 AND gini < 1
  AND coverage > 0 AND coverage <= 1,
  FALSE
)
