"""Cover pages as filed with the SEC: one count a quarter, for companies with a single class of shares."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date

from topheavy.simulator.records import Company, Filing, Line, Numbers
from topheavy.simulator.series.shares import Counts

_ENTRY = "S-1"


def make_filings(
    companies: list[Company], lines: list[Line], counts: Counts, printed: Numbers, until: date
) -> list[Filing]:
    """Return every cover page filed by ``until``, by company and time.

    ``counts`` and ``printed`` are by line. Companies with two classes report them by class, which company
    facts leave out: there are none for them.
    """
    single = (lines[company.lines[0]] for company in companies if len(company.lines) == 1)
    return [filing for line in single for filing in _of_line(line, counts, printed, until)]


def _of_line(line: Line, counts: Counts, printed: Numbers, until: date) -> Iterator[Filing]:
    effective = [date.fromordinal(day) for day in counts.effective[:, line.number].tolist()]
    started = bisect_left(effective, line.listed)
    if started and line.listed <= until:
        yield _entry(line, counts.periods[started - 1], int(printed[started - 1, line.number]))
    for quarter in range(started, len(effective)):
        filed = date.fromordinal(int(counts.filed[quarter, line.number]))
        if filed <= until and line.trades_on(effective[quarter]):
            period, count = counts.periods[quarter], int(printed[quarter, line.number])
            form = "10-K" if period.month == 12 else "10-Q"
            yield Filing(line.company, line.number, period, effective[quarter], filed, form, count, count)


def _entry(line: Line, period: date, count: int) -> Filing:
    """The prospectus of a newly listed company: its count is known from the first session."""
    return Filing(line.company, line.number, period, line.listed, line.listed, _ENTRY, count, count)
