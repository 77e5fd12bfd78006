-- question: What is each issuer's market cap on each session, and how is it known?
-- kind: table
-- grain: session, issuer
-- inputs: class_caps, bars_as_traded, securities, doubts
-- unit: currency
-- narrowed by: issuer, security, session
-- day: session
-- order: session, market_cap DESC
-- A count of the whole issuer is preferred; else the share classes are added up, but only when every class
-- that traded that day has a count: half a company is not a cap. The main class, whose close is shown and by
-- which a whole-issuer count is valued where several classes have one, is the class worth most.
WITH several AS (
  SELECT issuer FROM securities GROUP BY issuer HAVING COUNT(*) > 1
),
traded AS (
  SELECT
    b.session, b.security, COALESCE(s.issuer, b.security) AS issuer, COALESCE(s.name, b.security) AS name, b.close,
    own.cap AS class_cap, own.shares_effective AS class_effective, own.repaired AS class_repaired,
    whole.cap AS whole_cap, whole.shares_effective AS whole_effective, whole.repaired AS whole_repaired,
    several.issuer IS NOT NULL AS has_several
  FROM bars_as_traded AS b
  LEFT JOIN securities AS s ON s.security = b.security
  LEFT JOIN several ON several.issuer = s.issuer
  LEFT JOIN class_caps AS own ON own.session = b.session AND own.security = b.security AND own.covers = 'class'
  LEFT JOIN class_caps AS whole
    ON whole.session = b.session AND whole.security = b.security AND whole.covers = 'issuer'
),
placed AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY session, issuer ORDER BY COALESCE(class_cap, 0) DESC, COALESCE(whole_cap, 0) DESC, security) AS place,
    ROW_NUMBER() OVER (
      PARTITION BY session, issuer
      ORDER BY CASE WHEN whole_cap IS NULL THEN 1 ELSE 0 END, COALESCE(class_cap, 0) DESC, whole_cap DESC, security
    ) AS whole_place
  FROM traded
  WHERE has_several
),
joined AS (
  SELECT
    session, issuer,
    COUNT(*) AS classes,
    COUNT(class_cap) AS counted,
    CAST(SUM(CAST(class_cap AS DECIMAL(38, 15))) AS DOUBLE) AS sum_of_classes,
    MIN(class_effective) AS class_effective,
    MAX(CASE WHEN class_repaired THEN 1 ELSE 0 END) AS class_repaired,
    MAX(CASE WHEN place = 1 THEN security END) AS security,
    MAX(CASE WHEN place = 1 THEN name END) AS name,
    MAX(CASE WHEN place = 1 THEN close END) AS close,
    MAX(CASE WHEN whole_place = 1 THEN whole_cap END) AS whole_cap,
    MAX(CASE WHEN whole_place = 1 THEN whole_effective END) AS whole_effective,
    MAX(CASE WHEN whole_place = 1 AND whole_repaired THEN 1 ELSE 0 END) AS whole_repaired,
    MAX(CASE WHEN whole_place = 1 THEN security END) AS whole_security,
    MAX(CASE WHEN whole_place = 1 THEN close END) AS whole_close
  FROM placed
  GROUP BY session, issuer
),
capped AS (
  SELECT
    session, issuer, security, name,
    COALESCE(whole_cap, class_cap) AS market_cap,
    close,
    COALESCE(whole_cap, class_cap) / close AS shares,
    COALESCE(whole_effective, class_effective) AS shares_effective,
    CASE WHEN whole_cap IS NULL THEN 'class count' ELSE 'issuer count' END AS how,
    COALESCE(whole_repaired, class_repaired) AS repaired
  FROM traded
  WHERE NOT has_several AND (whole_cap IS NOT NULL OR class_cap IS NOT NULL)
  UNION ALL
  SELECT
    session, issuer, whole_security, name, whole_cap, whole_close, whole_cap / whole_close, whole_effective,
    'issuer count', whole_repaired = 1
  FROM joined
  WHERE whole_cap IS NOT NULL
  UNION ALL
  SELECT
    session, issuer, security, name, sum_of_classes, close, sum_of_classes / close, class_effective,
    CASE WHEN classes = 1 THEN 'class count' ELSE CONCAT('sum of ', CAST(classes AS VARCHAR), ' classes') END,
    class_repaired = 1
  FROM joined
  WHERE whole_cap IS NULL AND counted = classes
),
told AS (
  SELECT t.session, t.issuer, MIN(d.evidence) AS doubt
  FROM doubts AS d
  JOIN traded AS t ON t.security = d.security AND t.session >= d.since AND t.session < COALESCE(d.until, DATE '9999-12-31')
  WHERE d.acts
  GROUP BY t.session, t.issuer
)
SELECT
  c.session, c.issuer, c.security, c.name, c.market_cap, c.close, c.shares, c.shares_effective, c.how, c.repaired,
  t.doubt
FROM capped AS c
LEFT JOIN told AS t ON t.session = c.session AND t.issuer = c.issuer
