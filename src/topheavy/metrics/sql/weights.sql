-- question: What part of an index is each member on each session, by issuer and by line?
-- kind: table
-- grain: session, index, level, member
-- inputs: member_issuers, member_lines, fund_lines
-- unit: 1
-- narrowed by: index, level, member, security, session
-- day: session
-- order: session, weight DESC
-- Lines divide their issuer's cap: by their class caps where every line has one, else equally; so both levels
-- have the same total, and unlisted classes count with the listed ones.
WITH by_issuer AS (
  SELECT session, "index", issuer AS member, security, name, value, value_low, value_high, how, reason
  FROM member_issuers
),
shared AS (
  SELECT
    l.session, l."index", l.security, l.issuer, i.value, i.lines, l.class_cap,
    COUNT(l.class_cap) OVER one AS counted,
    CAST(SUM(CAST(l.class_cap AS DECIMAL(38, 15))) OVER one AS DOUBLE) AS class_caps
  FROM member_lines AS l
  JOIN member_issuers AS i ON i.session = l.session AND i."index" = l."index" AND i.issuer = l.issuer
  WHERE i.lines > 1
  WINDOW one AS (PARTITION BY l.session, l."index", l.issuer)
),
by_line AS (
  SELECT
    l.session, l."index", l.security AS member, l.security, l.name,
    CASE
      WHEN i.lines = 1 THEN i.value
      WHEN s.counted = i.lines THEN i.value * s.class_cap / s.class_caps
      ELSE i.value / i.lines
    END AS value,
    CASE WHEN s.counted = i.lines THEN i.value_low * s.class_cap / s.class_caps ELSE i.value_low / i.lines END AS value_low,
    CASE WHEN s.counted = i.lines THEN i.value_high * s.class_cap / s.class_caps ELSE i.value_high / i.lines END AS value_high,
    i.how, i.reason
  FROM member_lines AS l
  JOIN member_issuers AS i ON i.session = l.session AND i."index" = l."index" AND i.issuer = l.issuer
  LEFT JOIN shared AS s ON s.session = l.session AND s."index" = l."index" AND s.security = l.security
),
fund_places AS (
  SELECT
    *, ROW_NUMBER() OVER (PARTITION BY session, "index", issuer ORDER BY value DESC, security) AS place
  FROM fund_lines
),
fund_issuers AS (
  SELECT
    session, "index", issuer AS member, MAX(CASE WHEN place = 1 THEN security END) AS security,
    MAX(CASE WHEN place = 1 THEN name END) AS name,
    CAST(SUM(CAST(value AS DECIMAL(38, 15))) AS DOUBLE) AS value
  FROM fund_places
  GROUP BY session, "index", issuer
),
fund_securities AS (
  SELECT
    session, "index", security AS member, security, MIN(name) AS name,
    CAST(SUM(CAST(value AS DECIMAL(38, 15))) AS DOUBLE) AS value
  FROM fund_lines
  GROUP BY session, "index", security
),
every AS (
  SELECT session, "index", 'issuer' AS level, member, security, name, value, value_low, value_high, how, reason
  FROM by_issuer
  UNION ALL
  SELECT session, "index", 'line' AS level, member, security, name, value, value_low, value_high, how, reason
  FROM by_line
  UNION ALL
  SELECT session, "index", 'issuer', member, security, name, value, NULL, NULL, 'fund', NULL FROM fund_issuers
  UNION ALL
  SELECT session, "index", 'line', member, security, name, value, NULL, NULL, 'fund', NULL FROM fund_securities
),
totals AS (
  SELECT session, "index", level, CAST(SUM(CAST(value AS DECIMAL(38, 15))) AS DOUBLE) AS total
  FROM every GROUP BY session, "index", level
)
SELECT
  e.session, e."index", e.level, e.member, e.security, e.name, e.value, e.value / t.total AS weight,
  e.value_low, e.value_high, e.how, e.reason
FROM every AS e
JOIN totals AS t ON t.session = e.session AND t."index" = e."index" AND t.level = e.level
