"""The SELECTs behind ``answers``, in the published copy's own dialect."""

ABOUT = "SELECT name, value FROM published"

INDICES = """
SELECT c."index", CASE WHEN h.fund IS NULL THEN 'index' ELSE 'fund' END AS kind, COALESCE(h.priced, TRUE) AS priced,
    MIN(c.session) AS first, MAX(c.session) AS last, COUNT(*) AS sessions
FROM concentration AS c
LEFT JOIN (
    SELECT fund, BOOL_OR(value IS NOT NULL) AS priced FROM holdings WHERE asset_class = 'equity' GROUP BY fund
) AS h ON h.fund = c."index"
WHERE c.level = 'issuer'
GROUP BY c."index", h.fund, h.priced
ORDER BY kind DESC, c."index"
"""

_PRICED = """
NOT EXISTS (
    SELECT 1 FROM holdings AS h WHERE h.fund = $index AND h.asset_class = 'equity'
    HAVING COUNT(*) > 0 AND COUNT(h.value) = 0
)
"""
"""True unless the fund's file prints weights only: then what is added up are weights, not dollars."""

GROUPS = """
SELECT g."group", MIN(g.security) AS security
FROM groups AS g
LEFT JOIN securities AS s ON s.security = g.security
GROUP BY g."group", COALESCE(s.issuer, g.security)
ORDER BY g."group", security
"""

ISSUERS = """
SELECT DISTINCT COALESCE(s.issuer, g.security) AS issuer
FROM groups AS g
LEFT JOIN securities AS s ON s.security = g.security
WHERE g."group" = $group AND (g.since IS NULL OR g.since <= $session) AND (g.until IS NULL OR g.until > $session)
"""

DAYS = f"""
WITH unit AS (SELECT {_PRICED} AS priced)
SELECT session, status, reason, members, measured, coverage,
    CASE WHEN unit.priced THEN measured_total END AS measured_total, CASE WHEN unit.priced THEN total END AS total,
    top1, top5, top10, hhi, effective_n, entropy_n, gini
FROM concentration, unit
WHERE "index" = $index AND level = $level
ORDER BY session
"""

GROUP_DAYS = f"""
WITH unit AS (SELECT {_PRICED} AS priced)
SELECT session, members, measured, CASE WHEN unit.priced THEN value END AS value, share, reason, coverage
FROM group_share, unit
WHERE "index" = $index AND "group" = $group
ORDER BY session
"""

MEMBERS = f"""
WITH unit AS (SELECT {_PRICED} AS priced)
SELECT ROW_NUMBER() OVER (ORDER BY w.value DESC NULLS LAST, w.member) AS place,
    w.member, w.security, COALESCE(w.name, w.security) AS name,
    CASE WHEN unit.priced THEN w.value END AS value, CASE WHEN c.status = 'ok' THEN w.weight END AS weight,
    w.how, w.reason, CASE WHEN w.level = 'issuer' THEN w.member ELSE COALESCE(s.issuer, w.member) END AS issuer
FROM weights AS w
JOIN concentration AS c ON c.session = w.session AND c."index" = w."index" AND c.level = w.level
LEFT JOIN securities AS s ON s.security = w.security
CROSS JOIN unit
WHERE w.session = $session AND w."index" = $index AND w.level = $level
ORDER BY place
"""

_REPAIR = 'r.id, r.rule, r.dataset, r.security, r.effective, r.field, r."before", r."after", r.evidence, r.active'

REPAIRS = f"SELECT {_REPAIR} FROM repairs AS r ORDER BY r.effective, r.security, r.id"

ACTING = f"""
WITH days AS (SELECT session FROM concentration WHERE "index" = $index AND level = 'line'),
reach AS (
    SELECT r.id, COALESCE(
        CASE WHEN r.effective >= (SELECT MIN(session) FROM days) THEN MIN(d.session) END,
        (SELECT MIN(k.session) FROM market_caps AS k
         WHERE k.security = r.security AND k.shares_effective = r.effective AND k.repaired)) AS acts_from
    FROM repairs AS r
    LEFT JOIN days AS d ON d.session >= r.effective
    GROUP BY r.id, r.security, r.effective
)
SELECT {_REPAIR}, reach.acts_from
FROM repairs AS r
JOIN reach ON reach.id = r.id
JOIN weights AS w
    ON w.session = reach.acts_from AND w."index" = $index AND w.level = 'line' AND w.member = r.security
ORDER BY reach.acts_from, r.security, r.id
"""

GAPS = """
SELECT "index", member, security, COALESCE(name, security) AS name, how, reason
FROM weights
WHERE session = $session AND level = 'line' AND how NOT IN ('measured', 'fund')
ORDER BY "index", reason, member
"""

FAILED = "SELECT unit, source, session, cause, attempts FROM runs WHERE outcome = 'failed' ORDER BY unit"
