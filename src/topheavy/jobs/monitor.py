"""The monitor: what a home's ledger says now, for the pages, for programs, and for who watches over the machine."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import UsageError
from topheavy.core.settings import Settings
from topheavy.jobs.asking import Asker
from topheavy.jobs.exposition import exposed
from topheavy.jobs.underway import NEWEST, underway
from topheavy.jobs.workplace import Workplace, workplace
from topheavy.lake.survey import Survey
from topheavy.web.desk import Asking, Collecting, Exposition, SourceUnits, UnitRun, Units, Wanted


class Monitor:
    """The desk over a home: reads the ledger live, whoever writes it."""

    def __init__(self, place: Workplace, survey: Survey, asker: Asker, clock: Clock = system_clock) -> None:
        self._place = place
        self._survey = survey
        self._asker = asker
        self._clock = clock

    def world(self) -> str:
        """Return the home's world."""
        return self._place.world

    def mark(self) -> str:
        """Return what changes with every attempt, with every collection that begins or ends, and with the asking."""
        stages = [(one.id, one.stage.value) for one in self.collections()]
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
        found = tuple(UnitRun(**{name: row[name] for name in UnitRun.model_fields}) for row in rows)
        return Units(world=self.world(), total=total, offset=wanted.offset, units=found)

    def collections(self) -> tuple[Collecting, ...]:
        """Return what is being collected and what was collected last."""
        return underway(self._place.lake.home.path, self._survey.collections(NEWEST), self._clock())

    def sources(self) -> tuple[SourceUnits, ...]:
        """Return every source with its units and sessions by state."""
        counts: defaultdict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in self._survey.states():
            counts[row["source"]][row["outcome"]] += row["units"]
        for row in self._survey.sessions():
            counts[row["source"]][f"{row['state']}_sessions"] = row["sessions"]
        return tuple(SourceUnits(source=source, **found) for source, found in sorted(counts.items()))

    def ask_again(self, sources: Sequence[str] = (), units: Sequence[str] = ()) -> Asking:
        """Begin to ask again for what failed, in a process of its own."""
        if units:
            count = len(self._survey.failed(units))
        else:
            count = sum(one.failed for one in self.sources() if not sources or one.source in sources)
        if not count:
            raise UsageError("nothing of that failed: there is nothing to ask for again")
        return self._asker.start(sources, units, count)

    def asking(self) -> Asking:
        """Return how the last asking again stands."""
        return self._asker.asking()

    def metrics(self) -> Exposition:
        """Return the home's figures in Prometheus' text format."""
        return exposed(self._place, self._survey, self.collections())


@contextmanager
def monitor(settings: Settings, clock: Clock = system_clock) -> Iterator[Monitor]:
    """Watch over the home that ``settings`` names for as long as the block lasts.

    Raises:
        LakeError: when there is none.
    """
    with workplace(settings, create=False) as place:
        survey, asker = Survey(place.lake.home.path / "ledger.sqlite"), Asker(settings)
        try:
            yield Monitor(place, survey, asker, clock)
        finally:
            asker.close()
            survey.close()


def metrics(settings: Settings) -> str:
    """Return the figures of the home that ``settings`` names, as Prometheus reads them."""
    with monitor(settings) as desk:
        return desk.metrics().text
