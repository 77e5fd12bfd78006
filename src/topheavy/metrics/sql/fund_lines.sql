-- question: What is each equity line of a fund's holdings file worth, of which issuer?
-- kind: step
-- grain: session, index, line
-- inputs: holdings, securities
-- unit: currency
SELECT
  h.as_of AS session, h.fund AS "index",
  COALESCE(h.security, h.cusip, h.name) AS security,
  COALESCE(s.issuer, h.security, h.cusip, h.name) AS issuer,
  COALESCE(s.name, h.name) AS name,
  COALESCE(h.value, h.weight) AS value
FROM holdings AS h
LEFT JOIN securities AS s ON s.security = h.security
WHERE h.asset_class = 'equity' AND COALESCE(h.value, h.weight) IS NOT NULL
