"""The SQL behind ``survey``: what is kept beside the ledger, how it is brought up to date, and what is asked of it."""

NOTE = """
PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE last (
    unit TEXT PRIMARY KEY, source TEXT, route TEXT, session TEXT, subject TEXT, outcome TEXT, cause TEXT, seconds REAL,
    bytes INTEGER, finished_at TEXT, fault TEXT, calls INTEGER, collection TEXT, attempts INTEGER);
CREATE INDEX temp.last_by_state ON last (source, route, outcome, fault);
CREATE INDEX temp.last_by_session ON last (source, session, outcome);
CREATE INDEX temp.last_by_outcome ON last (outcome, finished_at);
CREATE INDEX temp.last_by_time ON last (finished_at);
CREATE TEMP TABLE sums (
    source TEXT, route TEXT, outcome TEXT, fault TEXT, attempts INTEGER, calls INTEGER, bytes INTEGER, seconds REAL,
    newest TEXT, PRIMARY KEY (source, route, outcome, fault));
CREATE TEMP TABLE ended (collection TEXT PRIMARY KEY, ended INTEGER, failed INTEGER);
"""

_LAST = """
INSERT INTO temp.last
SELECT unit, source, route, session, subject, outcome, cause, seconds, bytes, finished_at, fault, calls, collection, 1
FROM main.attempts WHERE rowid > :after AND rowid <= :top ORDER BY rowid
ON CONFLICT (unit) DO UPDATE SET outcome = excluded.outcome, cause = excluded.cause, seconds = excluded.seconds,
    bytes = excluded.bytes, finished_at = excluded.finished_at, fault = excluded.fault, calls = excluded.calls,
    collection = excluded.collection, attempts = attempts + 1
"""

_SUMS = """
INSERT INTO temp.sums
SELECT source, route, outcome, COALESCE(fault, ''), COUNT(*), SUM(calls), SUM(bytes), SUM(seconds), MAX(finished_at)
FROM main.attempts WHERE rowid > :after AND rowid <= :top GROUP BY 1, 2, 3, 4
ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts, calls = calls + excluded.calls,
    bytes = bytes + excluded.bytes, seconds = seconds + excluded.seconds, newest = MAX(newest, excluded.newest)
"""

_ENDED = """
INSERT INTO temp.ended
SELECT collection, COUNT(*), SUM(outcome = 'failed')
FROM main.attempts WHERE rowid > :after AND rowid <= :top AND collection <> '' GROUP BY collection
ON CONFLICT DO UPDATE SET ended = ended + excluded.ended, failed = failed + excluded.failed
"""

LAST = (_LAST, _SUMS, _ENDED)
"""What brings everything up to date with the attempts after ``:after``; of a unit the one written down last counts."""

TOP = "SELECT COALESCE(MAX(rowid), 0) AS top FROM main.attempts"

_WANTED = """
FROM temp.last
WHERE (:outcome = '' OR outcome = :outcome) AND (:source = '' OR source = :source)
    AND (:text = '' OR unit LIKE :text ESCAPE '!' OR cause LIKE :text ESCAPE '!')
"""

COUNT = f"SELECT COUNT(*) AS units {_WANTED}"


def page(sort: str, *, descending: bool) -> str:
    """Return the SELECT of a stretch of units, sorted by one of ``SORTED_BY``."""
    way = "DESC" if descending else "ASC"
    return f"SELECT * {_WANTED} ORDER BY {sort} {way}, unit LIMIT :limit OFFSET :offset"


FAILED = """
SELECT unit FROM temp.last WHERE outcome = 'failed' AND unit IN (SELECT value FROM json_each(:units)) ORDER BY unit
"""

STATES = """
SELECT source, route, outcome, fault, COUNT(*) AS units FROM temp.last GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

SESSIONS = """
SELECT source, state, COUNT(*) AS sessions FROM (
    SELECT source, CASE WHEN SUM(outcome = 'failed') = 0 THEN 'complete'
        WHEN SUM(outcome <> 'failed') = 0 THEN 'failed' ELSE 'partial' END AS state
    FROM temp.last WHERE session <> '' GROUP BY source, session)
GROUP BY source, state ORDER BY source, state
"""

SUMS = "SELECT * FROM temp.sums ORDER BY source, route, outcome, fault"

COLLECTIONS = """
SELECT c.id, c.title, c.asked, COALESCE(e.ended, 0) AS ended, COALESCE(e.failed, 0) AS failed, c.began_at, c.ended_at
FROM main.collections AS c LEFT JOIN temp.ended AS e ON e.collection = c.id
WHERE c.ended_at IS NULL OR c.id IN (SELECT id FROM main.collections ORDER BY began_at DESC, id LIMIT :newest)
ORDER BY c.began_at DESC, c.id
"""
