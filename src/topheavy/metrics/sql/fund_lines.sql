-- question: What is each equity line of a fund's holdings file worth, of which issuer?
-- kind: step
-- grain: session, index, line
-- inputs: holdings, securities
-- unit: currency, or 1 where a file prints weights only
-- Lines are weighed by their market value; where a file prints it for some lines only, or for none, by the printed
-- weight for all, so that no two units are added up.
WITH weighed AS (
  SELECT
    *,
    CASE
      WHEN COUNT(value) OVER one = COUNT(*) OVER one OR COUNT(weight) OVER one = 0 THEN value
      ELSE weight
    END AS weighs
  FROM holdings
  WHERE asset_class = 'equity'
  WINDOW one AS (PARTITION BY fund, as_of)
)
SELECT
  h.as_of AS session, h.fund AS "index", h.line,
  COALESCE(h.security, h.cusip, h.name) AS security,
  COALESCE(s.issuer, h.security, h.cusip, h.name) AS issuer,
  COALESCE(s.name, h.name) AS name,
  h.weighs AS value
FROM weighed AS h
LEFT JOIN securities AS s ON s.security = h.security
WHERE h.weighs IS NOT NULL
