-- question: What is a share class worth on a session, and, where counted so, the whole issuer by that class?
-- kind: step
-- grain: session, security, covers
-- inputs: bars_as_traded, shares_in_use, split_factors
-- unit: currency
-- A count is brought from its basis to the date it speaks of (undoing whatever a vendor had folded in since),
-- then through real splits to the session; a spin-off in between moves the price and leaves the count alone.
WITH counted AS (
  SELECT
    c.security, c.covers, c.since, c.until, c.repaired,
    c.count * COALESCE(quoted.prices, 1) / COALESCE(own.prices, 1) * COALESCE(own.counts, 1) AS latest_units
  FROM shares_in_use AS c
  LEFT JOIN split_factors AS own
    ON own.security = c.security AND c.since >= own.since AND c.since < own.until
  LEFT JOIN split_factors AS quoted
    ON quoted.security = c.security AND c.basis >= quoted.since AND c.basis < quoted.until
)
SELECT
  b.session, b.security, c.covers, c.since AS shares_effective, b.close,
  c.latest_units / COALESCE(f.counts, 1) AS shares,
  b.close * c.latest_units / COALESCE(f.counts, 1) AS cap,
  b.repaired OR c.repaired AS repaired
FROM bars_as_traded AS b
JOIN counted AS c
  ON c.security = b.security AND b.session >= c.since AND b.session < c.until
LEFT JOIN split_factors AS f
  ON f.security = b.security AND b.session >= f.since AND b.session < f.until
