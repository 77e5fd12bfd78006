"""The monitor: what a home's ledger says now, for the pages, for programs, and for who watches over the machine."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from topheavy.answers.collections.facts import (
    NEVER_ASKED,
    Asking,
    Collecting,
    Exposition,
    Retries,
    SourceUnits,
    UnitRun,
    Units,
    Wanted,
)
from topheavy.answers.collections.progress import NEWEST, underway
from topheavy.answers.collections.prometheus import exposed
from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import UsageError
from topheavy.core.settings import Settings
from topheavy.home import Home, open_home
from topheavy.lake.survey import Survey


class Monitor:
    """A home's collections, units and sources, read from its ledger at each call; failed units can be asked again."""

    def __init__(self, home: Home, survey: Survey, retries: Retries | None, clock: Clock = system_clock) -> None:
        self._place = home
        self._survey = survey
        self._retries = retries
        self._clock = clock

    def world(self) -> str:
        """Return the home's world."""
        return self._place.world

    def mark(self) -> str:
        """Return what changes with every attempt, with every collection that begins or ends, and with the asking."""
        stages = [(collection.id, collection.stage.value) for collection in self.collections()]
        return f"{self._survey.mark()} {self.world()} {self.asking().model_dump_json()} {stages}"

    def units(self, wanted: Wanted) -> Units:
        """Return a stretch of the units wanted."""
        rows, total = self._survey.units(
            outcome=wanted.outcome,
            source=wanted.source,
            text=wanted.text,
            sort=wanted.sort,
            descending=wanted.descending,
            limit=wanted.limit,
            offset=wanted.offset,
        )
        runs = tuple(UnitRun(**{name: row[name] for name in UnitRun.model_fields}) for row in rows)
        return Units(world=self.world(), total=total, offset=wanted.offset, units=runs)

    def collections(self) -> tuple[Collecting, ...]:
        """Return what is being collected and what was collected last."""
        return underway(self._place.lake.folder.path, self._survey.collections(NEWEST), self._clock())

    def sources(self) -> tuple[SourceUnits, ...]:
        """Return every source with its units and sessions by state."""
        counts: defaultdict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in self._survey.states():
            counts[row["source"]][row["outcome"]] += row["units"]
        for row in self._survey.sessions():
            counts[row["source"]][f"{row['state']}_sessions"] = row["sessions"]
        return tuple(SourceUnits(source=source, **states) for source, states in sorted(counts.items()))

    def ask_again(self, sources: Sequence[str] = (), units: Sequence[str] = ()) -> Asking:
        """Begin to ask again for what failed, in a process of its own."""
        if self._retries is None:
            raise UsageError("nothing can be asked for from here: 'topheavy run' asks again")
        if units:
            count = len(self._survey.failed(units))
        else:
            count = sum(source.failed for source in self.sources() if not sources or source.source in sources)
        if not count:
            raise UsageError("nothing of that failed: there is nothing to ask for again")
        return self._retries.start(sources, units, count)

    def asking(self) -> Asking:
        """Return how the last asking again stands."""
        return self._retries.asking() if self._retries else NEVER_ASKED

    def metrics(self) -> Exposition:
        """Return the home's figures in Prometheus' text format."""
        return exposed(self._place, self._survey, self.collections())


@contextmanager
def monitor(settings: Settings, clock: Clock = system_clock, retries: Retries | None = None) -> Iterator[Monitor]:
    """Watch over the home that ``settings`` names for as long as the block lasts; ask again through ``retries``.

    Raises:
        LakeError: when there is none.
    """
    with open_home(settings, create=False) as home:
        survey = Survey(home.lake.folder.path / "ledger.sqlite")
        try:
            yield Monitor(home, survey, retries, clock)
        finally:
            survey.close()


def metrics(settings: Settings) -> str:
    """Return the figures of the home that ``settings`` names, as Prometheus reads them."""
    with monitor(settings) as desk:
        return desk.metrics().text
