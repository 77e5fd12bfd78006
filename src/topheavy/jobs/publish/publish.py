"""Publish: repairs are found, questions answered, checked, and the warehouse replaced."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import WarehouseError
from topheavy.core.plugins import ENGINES, pick
from topheavy.core.progress import Progress, Silent
from topheavy.core.settings import Settings
from topheavy.core.version import __version__
from topheavy.datasets.schema import Layer, dataset, datasets
from topheavy.home import Home
from topheavy.jobs.checksums import record_copy, record_tables
from topheavy.jobs.publish import shrunken
from topheavy.jobs.publish.inputs import given, runs_as_rows
from topheavy.jobs.publish.switches import switched_together
from topheavy.metrics.questions import QuestionKind, in_order, question, questions, stored_answers
from topheavy.repairs.run import Ruling, inputs, look
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.read import read, snapshot_of
from topheavy.tables.upkeep import tidy
from topheavy.tables.write import replace_all
from topheavy.warehouse.build import Gate, View, build


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: rows by table; empty when nothing had changed. ``given_up`` is what was lost with it."""

    rows: dict[str, int]
    repairs: int
    given_up: dict[str, str] = field(default_factory=dict)


def publish(
    home: Home, *, accept_loss: bool = False, clock: Clock = system_clock, progress: Progress | None = None
) -> Published:
    """Bring the derived tables and the warehouse up to the tables; with nothing new, nothing is written.

    Tables that hold no longer what was published from them are refused unless ``accept_loss``.

    Raises:
        NotPublished: when there is nothing to publish, less than before, or a check refuses it; what was published
            stays, and repairs that were switched since are as they were then.
    """
    progress = progress or Silent()
    with home.lake.folder.alone(progress), switched_together(home):
        return _publish(home, clock, progress, accept_loss=accept_loss)


def _publish(home: Home, clock: Clock, progress: Progress, *, accept_loss: bool) -> Published:
    tables, settings = home.tables, home.settings
    progress.start("publish, in steps", 4)
    replace_all(tables, dataset("runs"), runs_as_rows(home.lake))
    if _is_published(home, _fingerprint(tables, settings)):
        progress.finish()
        return Published({}, _repairs_listed(tables))
    held = {name: read(tables, item) for name, item in datasets().items() if item.published}
    shrunken.refuse_empty(held)
    given_up = shrunken.losses(home, held)
    if not accept_loss:
        shrunken.refuse(given_up)
    held |= _mend(tables, held)
    progress.advance()
    beside = given(held, settings)
    answers = pick(ENGINES, settings.text("ENGINE", "duckdb")).answer(stored_answers(), held | beside)
    progress.advance()
    whole = {**held, **beside, **answers}
    about = _about(home, clock)
    build(home.lake.folder.path, whole, _views(), _gates(), about, lambda coming: _store(home, answers, coming))
    progress.advance()
    for item in datasets().values():
        if item.published:  # a streamed table is kept tidy by the sink that writes it
            tidy(tables, item, clock())
    record_tables(home)
    progress.advance()
    progress.finish()
    return Published({name: table.num_rows for name, table in whole.items()}, held["repairs"].num_rows, given_up)


def _store(home: Home, answers: Mapping[str, pa.Table], coming: Path) -> None:
    """Write the answers as tables, and checksums, before the warehouse says that they are published."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: replace_all(home.tables, dataset(name), answers[name]), answers))
    record_copy(home, coming)


def _mend(tables: Tables, held: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Find the repairs and doubts again over the tables as they are; switched-off repairs stay off, rulings act."""
    before = held["repairs"].select(["id", "active"]).to_pylist()
    off = frozenset(row["id"] for row in before if not row["active"])
    found = look({name: held[name] for name in inputs()}, off, _rulings(tables))
    looked = {"repairs": found.repairs, "doubts": found.doubts}
    for name, rows in looked.items():
        replace_all(tables, dataset(name), rows)
    return looked


def _rulings(tables: Tables) -> dict[str, Ruling]:
    rows = read(tables, dataset("rulings")).to_pylist()
    return {row["doubt"]: Ruling(row["verdict"], row["because"]) for row in rows if row["active"]}


def _repairs_listed(tables: Tables) -> int:
    return int(read(tables, dataset("repairs"), columns=("id",)).num_rows)


def _about(home: Home, clock: Clock) -> dict[str, str]:
    return {
        "world": home.world,
        "published_at": clock().isoformat(timespec="seconds"),
        "version": __version__,
        "fingerprint": _fingerprint(home.tables, home.settings),
        "coverage_floor": str(home.settings.coverage_floor),
    }


def _fingerprint(tables: Tables, settings: Settings) -> str:
    """A hash of everything the published figures depend on."""
    base = [name for name, item in datasets().items() if item.layer is Layer.PARSED] + ["repairs", "rulings", "runs"]
    parts = [f"{name}={snapshot_of(tables, dataset(name))}" for name in sorted(base)]
    parts += [__version__, str(settings.coverage_floor), *(item.sql for item in questions().values())]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _is_published(home: Home, fingerprint: str) -> bool:
    try:
        return home.warehouse.about().get("fingerprint") == fingerprint
    except WarehouseError:  # nothing was published, or a copy that cannot be read, which is no copy
        return False


def _views() -> list[View]:
    stored = {QuestionKind.STEP, QuestionKind.VIEW}
    names = [item.name for item in questions().values() if item.kind in stored]
    return [View(item.name, item.sql) for item in in_order(names) if item.kind in stored]


def _gates() -> list[Gate]:
    checks = [item for item in questions().values() if item.kind is QuestionKind.CHECK]
    return [Gate(item.name, item.text, question(item.name).sql, item.advice) for item in checks]
