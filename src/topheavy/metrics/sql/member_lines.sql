-- question: Which lines were members of an index on each session, of which issuer, and what is each class worth?
-- kind: step
-- grain: session, index, security
-- inputs: sessions, constituents, securities, class_caps, bars
-- unit: currency
WITH spans AS (
  SELECT security, MIN(session) AS first_bar, MAX(session) AS last_bar FROM bars GROUP BY security
),
members AS (
  SELECT DISTINCT d.session, c."index", c.security
  FROM sessions AS d
  JOIN constituents AS c
    ON d.session >= c.since AND (c.until IS NULL OR d.session < c.until)
)
SELECT
  m.session, m."index", m.security,
  COALESCE(s.issuer, m.security) AS issuer,
  COALESCE(s.name, m.security) AS name,
  b.security IS NOT NULL AS has_bar,
  spans.first_bar, spans.last_bar,
  k.cap AS class_cap
FROM members AS m
LEFT JOIN securities AS s ON s.security = m.security
LEFT JOIN spans ON spans.security = m.security
LEFT JOIN bars AS b ON b.session = m.session AND b.security = m.security
LEFT JOIN class_caps AS k ON k.session = m.session AND k.security = m.security AND k.covers = 'class'
