-- question: What part of an index is each member on each session, by issuer and by line?
-- kind: table
-- grain: session, index, level, member
-- inputs: member_issuers, member_lines, fund_lines
-- unit: 1
-- Lines divide their issuer's cap: by their class caps where every line has one, else equally; so both levels
-- have the same total, and unlisted classes count with the listed ones.
WITH by_issuer AS (
  SELECT session, "index", issuer AS member, security, name, value, how, reason FROM member_issuers
),
by_line AS (
  SELECT
    l.session, l."index", l.security AS member, l.security, l.name,
    CASE
      WHEN COUNT(l.class_cap) OVER one = COUNT(*) OVER one
        THEN i.value * l.class_cap / SUM(l.class_cap) OVER one
      ELSE i.value / i.lines
    END AS value,
    i.how, i.reason
  FROM member_lines AS l
  JOIN member_issuers AS i ON i.session = l.session AND i."index" = l."index" AND i.issuer = l.issuer
  WINDOW one AS (PARTITION BY l.session, l."index", l.issuer)
),
fund_issuers AS (
  SELECT
    session, "index", issuer AS member, MIN(security) AS security, MIN(name) AS name, SUM(value) AS value
  FROM fund_lines
  GROUP BY session, "index", issuer
),
fund_securities AS (
  SELECT session, "index", security AS member, security, MIN(name) AS name, SUM(value) AS value
  FROM fund_lines
  GROUP BY session, "index", security
),
every AS (
  SELECT session, "index", 'issuer' AS level, member, security, name, value, how, reason FROM by_issuer
  UNION ALL
  SELECT session, "index", 'line' AS level, member, security, name, value, how, reason FROM by_line
  UNION ALL
  SELECT session, "index", 'issuer', member, security, name, value, 'fund', NULL FROM fund_issuers
  UNION ALL
  SELECT session, "index", 'line', member, security, name, value, 'fund', NULL FROM fund_securities
)
SELECT
  session, "index", level, member, security, name, value,
  value / SUM(value) OVER (PARTITION BY session, "index", level) AS weight, how, reason
FROM every
