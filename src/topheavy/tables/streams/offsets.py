"""How far topics were read, as a table's snapshots carry it."""

from typing import TYPE_CHECKING

from topheavy.core.positions import Position, from_text, to_text

if TYPE_CHECKING:
    from pyiceberg.table import Table

POSITIONS = "topheavy.positions"
"""The snapshot property that carries the positions, by topic."""


def kept(table: "Table") -> dict[str, Position]:
    """Return the positions of the newest snapshot that carries any."""
    snapshot = table.current_snapshot()
    while snapshot:
        found = snapshot.summary and snapshot.summary.additional_properties.get(POSITIONS)
        if found:
            return from_text(found)
        snapshot = table.snapshot_by_id(snapshot.parent_snapshot_id) if snapshot.parent_snapshot_id else None
    return {}


def carried(table: "Table") -> dict[str, str]:
    """Return the snapshot property that a rewrite of the table's files must carry on."""
    return {POSITIONS: to_text(kept(table))}
