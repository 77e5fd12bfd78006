-- question: What is each issuer's market cap on each session, and how is it known?
-- kind: table
-- grain: session, issuer
-- inputs: class_caps, bars_as_traded, securities
-- unit: currency
-- A count of the whole issuer is preferred; else the share classes are added up, but only when every class
-- that traded that day has a count: half a company is not a cap. The main class, whose close is shown and by
-- which a whole-issuer count is valued where several classes have one, is the class worth most.
WITH traded AS (
  SELECT
    b.session, b.security, COALESCE(s.issuer, b.security) AS issuer, COALESCE(s.name, b.security) AS name
  FROM bars_as_traded AS b
  LEFT JOIN securities AS s ON s.security = b.security
),
counted AS (
  SELECT
    t.session, t.issuer, t.security, t.name, c.covers, c.cap, c.close, c.shares_effective, c.repaired,
    MAX(CASE WHEN c.covers = 'class' THEN c.cap END) OVER (
      PARTITION BY t.session, t.issuer, t.security) AS class_cap
  FROM traded AS t
  LEFT JOIN class_caps AS c ON c.session = t.session AND c.security = t.security
),
classes AS (
  SELECT
    *, ROW_NUMBER() OVER (
      PARTITION BY session, issuer, covers ORDER BY COALESCE(class_cap, 0) DESC, cap DESC, security) AS place
  FROM counted
),
whole AS (
  SELECT session, issuer, security, name, cap, close, shares_effective, repaired
  FROM classes
  WHERE covers = 'issuer' AND place = 1
),
summed AS (
  SELECT
    session, issuer,
    COUNT(DISTINCT security) AS classes,
    COUNT(DISTINCT CASE WHEN covers = 'class' THEN security END) AS counted,
    SUM(CASE WHEN covers = 'class' THEN cap END) AS cap,
    MAX(CASE WHEN covers = 'class' AND place = 1 THEN security END) AS security,
    MAX(CASE WHEN covers = 'class' AND place = 1 THEN name END) AS name,
    MAX(CASE WHEN covers = 'class' AND place = 1 THEN close END) AS close,
    MIN(CASE WHEN covers = 'class' THEN shares_effective END) AS shares_effective,
    MAX(CASE WHEN covers = 'class' AND repaired THEN 1 ELSE 0 END) AS repaired
  FROM classes
  GROUP BY session, issuer
)
SELECT
  s.session, s.issuer,
  COALESCE(w.security, s.security) AS security,
  COALESCE(w.name, s.name) AS name,
  COALESCE(w.cap, s.cap) AS market_cap,
  COALESCE(w.close, s.close) AS close,
  COALESCE(w.cap / w.close, s.cap / s.close) AS shares,
  COALESCE(w.shares_effective, s.shares_effective) AS shares_effective,
  CASE
    WHEN w.issuer IS NOT NULL THEN 'issuer count'
    WHEN s.classes = 1 THEN 'class count'
    ELSE CONCAT('sum of ', CAST(s.classes AS VARCHAR), ' classes')
  END AS how,
  COALESCE(w.repaired, s.repaired = 1) AS repaired
FROM summed AS s
LEFT JOIN whole AS w ON w.session = s.session AND w.issuer = s.issuer
WHERE w.issuer IS NOT NULL OR s.counted = s.classes
