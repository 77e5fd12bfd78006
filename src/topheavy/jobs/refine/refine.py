"""Refine: answers in the lake become rows in the tables, and the rules look for what is wrong in them."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import CheckFailed, LakeError, Malformed, one_line
from topheavy.core.plugins import SOURCES, load
from topheavy.core.progress import Progress, Silent
from topheavy.core.units import Fault, Outcome
from topheavy.datasets.schema import TEXT, Dataset, dataset
from topheavy.home import Home
from topheavy.jobs.checksums import record_tables
from topheavy.jobs.refine import anew
from topheavy.jobs.refine.batches import batches, complete, digest_of
from topheavy.jobs.refine.closed_days import without_closed_days
from topheavy.jobs.refine.notes import Notes
from topheavy.jobs.refine.remarked import remarks_on
from topheavy.lake.raw import Lake
from topheavy.lake.records import Attempt, Entry
from topheavy.lake.remarks import CONTRADICTION, Remark, Remarks
from topheavy.sources.reading.currencies import in_home_currency
from topheavy.sources.reading.guarded import parse_guarded
from topheavy.sources.reading.unit_steps import with_unit_steps_doubted
from topheavy.sources.vendor import LeftOut as LeftOut
from topheavy.sources.vendor import Parsed, Source
from topheavy.tables.catalogs.beside import beside
from topheavy.tables.catalogs.catalog import Tables, empty
from topheavy.tables.check import check
from topheavy.tables.contested import Contested
from topheavy.tables.read import read
from topheavy.tables.write import replace_slices


@dataclass(slots=True)
class Refined:
    """What a refine did: answers read, rows written by dataset, what was left out or could not be read.

    ``given_up`` are answers whose rows were in the tables and are no more, each with the reason.
    """

    answers: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, list[LeftOut]] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    doubts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    contradictions: list[Remark] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)


def refine(
    home: Home,
    *,
    again: bool = False,
    accept_loss: bool = False,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> Refined:
    """Bring the tables up to what the lake holds; with nothing new, nothing is written.

    ``again`` makes every table that comes from the lake anew, whatever state it is in, and puts all of them in place
    of those that stand at once; which repairs are switched off stays. What they would lose is refused unless
    ``accept_loss``. Symbols and rates come first, because all else is keyed by them or converted with them; when they
    change, all is read again. Two at once take turns; the second finds nothing left to do.

    Raises:
        LakeError: when tables made anew would lose rows that the tables hold; these stay.
    """
    progress = progress or Silent()
    lake = home.lake
    with lake.folder.alone(progress):
        work = _Refining(lake, home.tables, clock, progress, load(SOURCES), Notes(lake.ledger, again))
        for source in work.sources.values():
            lake.ledger.read_again(source.name, str(source.edition))
        if again:
            _anew(home, work, accept_loss=accept_loss)
        else:
            work.bring_all()
        record_tables(home)
    return work.done


def _anew(home: Home, work: "_Refining", *, accept_loss: bool) -> None:
    with beside(home.tables) as new:
        work.tables = new
        work.bring_all()
        work.done.given_up = anew.losses(home, new, dict(work.done.unreadable))
        if not accept_loss:
            anew.refuse(work.done.given_up)
        anew.replace(home, new)
    work.notes.settle()


@dataclass(slots=True)
class _Refining:
    lake: Lake
    tables: Tables
    clock: Clock
    progress: Progress
    sources: Mapping[str, Source]
    notes: Notes
    done: Refined = field(default_factory=Refined)
    rates: pa.Table = field(default_factory=lambda: empty(dataset("rates")))

    @property
    def remarks(self) -> Remarks:
        return Remarks(self.lake.ledger)

    def bring_all(self) -> None:
        self.bring("symbols", [entry for entry in self.lake.ledger.latest() if self.comes_first(entry)])
        self.bring("rows", [entry for entry in self.lake.ledger.latest() if not self.comes_first(entry)])

    def comes_first(self, entry: Entry) -> bool:
        return bool({"symbols", "rates"} & set(self._delivers(entry)))

    def _delivers(self, entry: Entry) -> tuple[str, ...]:
        return self.sources[entry.unit.source].route(entry.unit.route).delivers

    def bring(self, title: str, entries: list[Entry]) -> None:
        symbols = read(self.tables, dataset("symbols"))
        self.rates = read(self.tables, dataset("rates"))
        digest = digest_of(symbols, self.rates)
        known = self.notes.refined()
        new = {e.unit.id for e in entries if known.get(e.unit.id) != (e.version, self._edition(e, digest))}
        read_again = new | self.remarks.rivals(new)
        fresh = [entry for entry in entries if entry.unit.id in read_again]
        self.progress.start(f"refine {title}", len(fresh))
        for batch in batches(fresh):
            parsed = self._parse(batch)
            self._write(parsed, symbols)
            remarks = partial(self.remarks.replace, [entry.unit.id for entry in batch], list(self._remarks(parsed)))
            self.notes.make(remarks)
            aside = {unit for unit, _ in self.done.unreadable}
            done = [(entry, self._edition(entry, digest)) for entry, _ in parsed if entry.unit.id not in aside]
            self.notes.make(partial(self.lake.ledger.note_refined, done))
        self.progress.finish()

    def _edition(self, entry: Entry, digest: str) -> str:
        source = self.sources[entry.unit.source]
        named = any(dataset(name).security_by for name in self._delivers(entry))
        return f"{source.edition}.{digest}" if named else str(source.edition)

    def _parse(self, batch: list[Entry]) -> list[tuple[Entry, Parsed]]:
        readable = []
        for entry in batch:
            try:
                answer = self.lake.read(entry)
            except LakeError as error:
                self._put_off(entry, one_line(error))
                continue
            try:
                printed = parse_guarded(self.sources[entry.unit.source], answer)
                parsed = in_home_currency(without_closed_days(printed, entry.unit.id), self.rates)
                if entry.unit.session is None:  # one session has no steps
                    parsed = with_unit_steps_doubted(parsed)
            except Malformed as error:
                self._set_aside(entry, one_line(error))
                continue
            readable.append((entry, parsed))
            self.done.answers += 1
            if parsed.left_out:
                self.done.left_out[entry.unit.id] = list(parsed.left_out)
            if parsed.notes:
                self.done.notes[entry.unit.id] = parsed.notes
            if parsed.doubts:
                self.done.doubts[entry.unit.id] = parsed.doubts
            self.progress.advance()
        return readable

    def _remarks(self, parsed: list[tuple[Entry, Parsed]]) -> Iterator[Remark]:
        units = {entry.unit.id for entry, _ in parsed}
        for entry, item in parsed:
            yield from remarks_on(entry.unit.id, item)
        yield from (remark for remark in self.done.contradictions if {remark.unit, remark.other} & units)

    def _contradicted(self, difference: Contested) -> None:
        self.done.contradictions.append(
            Remark(difference.kept, CONTRADICTION, str(difference), difference.rows, difference.lost)
        )

    def _write(self, parsed: list[tuple[Entry, Parsed]], symbols: pa.Table) -> None:
        """Bring two tables at a time up to date: while one waits for the disk or for Python, the other goes on."""
        names = sorted({name for _, item in parsed for name in item.tables})
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: self._bring_up_to_date(dataset(name), parsed, symbols), names))

    def _bring_up_to_date(self, target: Dataset, parsed: list[tuple[Entry, Parsed]], symbols: pa.Table) -> None:
        parts = [(entry, item) for entry, item in parsed if target.name in item.tables]
        rows = complete(target, parts, symbols)
        self._replace(target, {entry.unit.id: entry for entry, _ in parts}, rows)

    def _replace(self, target: Dataset, entries: dict[str, Entry], rows: pa.Table) -> None:
        ranks = {name: source.rank for name, source in self.sources.items()}
        try:
            written = replace_slices(self.tables, target, rows, list(entries), ranks, self._contradicted)
        except CheckFailed:
            sound = {origin: entry for origin, entry in entries.items() if self._is_sound(target, entry, rows)}
            if len(sound) == len(entries):
                raise
            if sound:
                kept = pc.is_in(rows["origin"], pa.array(list(sound), TEXT))
                self._replace(target, sound, rows.filter(kept))
            return
        self.done.rows[target.name] = self.done.rows.get(target.name, 0) + written

    def _is_sound(self, target: Dataset, entry: Entry, rows: pa.Table) -> bool:
        try:
            check(target, rows.filter(pc.equal(rows["origin"], entry.unit.id)))
        except CheckFailed as error:
            self._set_aside(entry, one_line(error))
            return False
        return True

    def _set_aside(self, entry: Entry, cause: str) -> None:
        """Keep an answer's bytes, but out of the tables, and write the failure down."""
        edition = str(self.sources[entry.unit.source].edition)
        self.notes.make(partial(self.lake.ledger.note_unreadable, entry, cause, edition))
        self._failed(entry, cause)

    def _put_off(self, entry: Entry, cause: str) -> None:
        """Pass an answer over whose bytes are not at hand: what it brought before stays, and it is tried again."""
        if self.notes.held_back:
            self._set_aside(entry, cause)
        else:
            self._failed(entry, cause)

    def _failed(self, entry: Entry, cause: str) -> None:
        attempt = Attempt(entry.unit, Outcome.FAILED, cause, 0.0, entry.bytes, self.clock(), Fault.MALFORMED)
        self.notes.make(partial(self.lake.ledger.note_attempt, attempt))
        self.done.unreadable.append((entry.unit.id, cause))
        self.progress.advance(failed=True)
