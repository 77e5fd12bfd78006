"""Batches of answers on their way into a table: bounded in size, put together, resolved and given provenance."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256

import pyarrow as pa

from topheavy.datasets.schema import MOMENT, TEXT, Dataset
from topheavy.lake.records import Entry
from topheavy.sources.vendor import Parsed
from topheavy.tables.resolve import resolve

BATCH_BYTES = 256 * 1024 * 1024
"""Raw bytes parsed before rows are written, so that memory stays bounded however much came."""


def batches(entries: list[Entry]) -> Iterator[list[Entry]]:
    """Yield the entries in order, in lots of bounded raw size."""
    batch: list[Entry] = []
    held = 0
    for entry in sorted(entries, key=lambda e: (e.unit.source, e.unit.route, str(e.unit.session), e.unit.subject)):
        if batch and held + entry.bytes > BATCH_BYTES:
            yield batch
            batch, held = [], 0
        batch.append(entry)
        held += entry.bytes
    if batch:
        yield batch


def complete(target: Dataset, parts: list[tuple[Entry, Parsed]], symbols: pa.Table) -> pa.Table:
    """Put answers together and add what a parser cannot know: the securities and the provenance."""
    by_naming: dict[date | None, list[pa.Table]] = {}
    for entry, item in parts:
        by_naming.setdefault(item.naming, []).append(_with_provenance(item.tables[target.name], entry))
    whole = [
        resolve(target, pa.concat_tables(tables), symbols, naming) if target.security_by else pa.concat_tables(tables)
        for naming, tables in by_naming.items()
    ]
    return pa.concat_tables(table.select(target.schema.names).cast(target.schema) for table in whole)


def _with_provenance(rows: pa.Table, entry: Entry) -> pa.Table:
    for name, value in (("source", entry.unit.source), ("source_kind", entry.kind.value), ("origin", entry.unit.id)):
        rows = rows.append_column(name, pa.repeat(pa.scalar(value, TEXT), rows.num_rows))
    return rows.append_column("received_at", pa.repeat(pa.scalar(entry.received_at, MOMENT), rows.num_rows))


def digest_of(symbols: pa.Table, rates: pa.Table) -> str:
    """Return a hash of what symbols and rates say: when they change, everything is resolved and converted again."""
    rows = sorted(map(str, symbols.select(["security", "symbol", "since", "until"]).to_pylist()))
    rows += sorted(map(str, rates.select(["session", "currency", "rate"]).to_pylist()))
    return sha256("\n".join(rows).encode()).hexdigest()[:12]
