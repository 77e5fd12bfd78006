-- question: What is each member issuer worth on each session; what stands in where it is not measured, and why?
-- kind: step
-- grain: session, index, issuer
-- inputs: member_caps, own_weights, fund_weights, typical_members
-- unit: currency
-- A member that is not measured must not shrink the total. What stands in for it is chosen by evidence: its own
-- weight of the 21 sessions before; else its own weight or a fund's, whichever is nearest in time; else what such
-- members are typically worth. A doubtful cap is counted as claimed where that evidence allows it, or where
-- there is none; else by the evidence.
-- The band holds 90 % of members held out: a weight drifts by 0.0212 × √days (in logarithms), as measured over 1 to
-- 700 sessions, and a fund's, by free float, is off by 0.13 from the start.
WITH evidence AS (
  SELECT
    session, "index", issuer, CASE WHEN recent THEN 'carried' ELSE 'nearest' END AS how, value, days_apart,
    CASE WHEN recent THEN 0 ELSE 1 END AS turn, day, '' AS fund
  FROM own_weights
  UNION ALL
  SELECT session, "index", issuer, 'by fund', value, days_apart, 1, day, fund
  FROM fund_weights
),
ranked AS (
  SELECT
    *,
    EXP(SQRT(0.00045 * days_apart + CASE WHEN how = 'by fund' THEN 0.0169 ELSE 0 END)) AS drift,
    ROW_NUMBER() OVER (PARTITION BY session, "index", issuer ORDER BY turn, days_apart, fund, day) AS place
  FROM evidence
)
SELECT
  c.session, c."index", c.issuer, c.security, c.name, c.lines,
  CASE
    WHEN c.measured IS NOT NULL THEN c.measured
    WHEN c.claimed BETWEEN e.value / e.drift AND e.value * e.drift THEN c.claimed
    WHEN e.value IS NOT NULL THEN e.value
    WHEN c.claimed IS NOT NULL THEN c.claimed
    ELSE t.value
  END AS value,
  CASE
    WHEN c.measured IS NOT NULL THEN NULL
    WHEN e.value IS NOT NULL THEN e.value / e.drift
    WHEN c.claimed < t.value_low OR t.value_low IS NULL THEN c.claimed
    ELSE t.value_low
  END AS value_low,
  CASE
    WHEN c.measured IS NOT NULL THEN NULL
    WHEN e.value IS NOT NULL THEN e.value * e.drift
    WHEN c.claimed > t.value_high OR t.value_high IS NULL THEN c.claimed
    ELSE t.value_high
  END AS value_high,
  CASE
    WHEN c.measured IS NOT NULL THEN 'measured'
    WHEN c.claimed IS NOT NULL THEN 'doubtful'
    WHEN e.value IS NOT NULL THEN e.how
    ELSE 'typical'
  END AS how,
  c.reason
FROM member_caps AS c
LEFT JOIN ranked AS e ON e.session = c.session AND e."index" = c."index" AND e.issuer = c.issuer AND e.place = 1
LEFT JOIN typical_members AS t ON t.session = c.session AND t."index" = c."index"
