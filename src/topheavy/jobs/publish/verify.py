"""Verify: every byte, key and figure is checked against what it came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from topheavy.core.errors import TopheavyError, one_line
from topheavy.core.progress import Progress, Silent
from topheavy.datasets.schema import Dataset, Layer, datasets
from topheavy.home import Home
from topheavy.jobs.checksums import damaged
from topheavy.lake.records import Entry
from topheavy.metrics.questions import QuestionKind, questions
from topheavy.tables.check import check
from topheavy.tables.read import read, rows_of


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what is wrong with it (empty: nothing)."""

    what: str
    wrong: str = ""


def verify(home: Home, *, progress: Progress | None = None) -> list[Finding]:
    """Check the lake against its hashes, the tables against their rules, the warehouse against the tables."""
    progress = progress or Silent()
    stages = [
        _lake(home),
        _files(home),
        *(_table(home, item) for item in _stored(home)),
        _warehouse(home),
        _gates(home),
        _evidence(home),
    ]
    progress.start("verify", len(stages))
    findings: list[Finding] = []
    for stage in stages:
        findings.extend(_to_the_end(stage))
        progress.advance(failed=any(item.wrong for item in findings))
    progress.finish()
    return findings


def _to_the_end(stage: Iterator[Finding]) -> Iterator[Finding]:
    """Yield what a stage finds; what ends it early is a finding, too, and the stages after it are looked at."""
    try:
        yield from stage
    except TopheavyError as error:
        yield Finding("warehouse", f"{one_line(error)}; make it anew: topheavy publish")


def _stored(home: Home) -> list[Dataset]:
    return [item for item in datasets().values() if item.layer is not Layer.VIEW and home.tables.exists(item)]


def _lake(home: Home) -> Iterator[Finding]:
    """Every kept answer still has its hash and its row in the ledger; a lost row is written again."""
    checked, envelopes = 0, home.lake.envelopes()
    gone = {entry.envelope for entry in home.lake.ledger.latest()}.difference(envelopes)
    for envelope in sorted(gone):
        yield Finding("lake", f"{envelope} is gone: restore raw/ from a backup, or collect it with --again")
    for envelope in envelopes:
        try:
            answer = home.lake.open(envelope)
        except TopheavyError as error:
            yield Finding("lake", one_line(error))
            continue
        size = sum(len(page.content) for page in answer.pages)
        moment: datetime = answer.received_at
        home.lake.ledger.note_answer(Entry(answer.unit, answer.version, answer.kind, envelope, size, moment))
        checked += 1
    yield Finding(f"lake: {checked:,} answers have their hashes")


def _files(home: Home) -> Iterator[Finding]:
    """Every file of the tables, and the published copy, is what was written."""
    try:
        harmed = list(damaged(home))
    except TopheavyError as error:
        yield Finding("checksums", one_line(error))
        return
    for name, remedy in harmed:
        yield Finding(f"file {name}", f"it is not what was written; {remedy}")
    if not harmed:
        yield Finding("files: tables and published copy are what was written")


def _table(home: Home, item: Dataset) -> Iterator[Finding]:
    try:
        rows = read(home.tables, item)
        check(item, rows)
    except TopheavyError as error:
        yield Finding(item.name, one_line(error))
        return
    yield Finding(f"{item.name}: {rows.num_rows:,} rows keep their rules")


def _warehouse(home: Home) -> Iterator[Finding]:
    for item in (item for item in _stored(home) if item.published):
        inside = home.warehouse.rows(f"SELECT COUNT(*) AS rows FROM {item.name}")[0]["rows"]
        try:
            beside = rows_of(home.tables, item) or 0
        except TopheavyError:  # said where the table itself was looked at
            continue
        if inside != beside:
            yield Finding(
                f"warehouse {item.name}", f"{inside:,} rows, the table has {beside:,}: run 'topheavy publish'"
            )
    yield Finding("warehouse: as many rows as the tables")


def _gates(home: Home) -> Iterator[Finding]:
    for item in questions().values():
        if item.kind is QuestionKind.CHECK:
            found = home.warehouse.ask(item.sql).num_rows
            yield Finding(item.text, f"{found:,} rows; {item.advice}" if found else "")


CONTRADICTED = """
SELECT w."index", w.member, d.evidence, COUNT(*) AS sessions
FROM weights AS w
JOIN market_caps AS k ON k.session = w.session AND k.issuer = w.member
JOIN doubts AS d ON d.acts AND d.evidence = k.doubt AND d.rule IN ('fund_disagrees', 'turnover')
WHERE w.level = 'issuer' AND w.how = 'measured'
GROUP BY w."index", w.member, d.evidence
ORDER BY w."index", w.member, d.evidence
"""
"""Caps that are called measured and that a fund's file or the volume traded contradicts."""


def _evidence(home: Home) -> Iterator[Finding]:
    contradicted = home.warehouse.rows(CONTRADICTED)
    for row in contradicted:
        told = f"{row['evidence']}; called measured on {row['sessions']:,} sessions of {row['index']}"
        yield Finding(f"evidence about {row['member']}", f"{told}: 'topheavy show doubts' asks what would settle it")
    if not contradicted:
        yield Finding("evidence: funds and volumes contradict no cap that is called measured")
