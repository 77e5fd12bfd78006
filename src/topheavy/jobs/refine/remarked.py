"""What is remarked on an answer, for the ledger: lines left out by reason, and doubts."""

from collections import defaultdict
from collections.abc import Iterator

from topheavy.lake.remarks import DOUBT, LEFT_OUT, Remark
from topheavy.sources.vendor import Parsed

PLACES = 3
"""How many places of lines left out for one reason are named."""


def remarks_on(unit: str, parsed: Parsed) -> Iterator[Remark]:
    """Yield the answer's doubts, and what was left out of it, once a reason, with its first places."""
    yield from (Remark(unit, DOUBT, doubt) for doubt in parsed.doubts)
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for line in parsed.left_out:
        by_reason[line.reason].append(line.where)
    for reason, places in by_reason.items():
        distinct = list(dict.fromkeys(places))
        more = " …" if len(distinct) > PLACES else ""
        yield Remark(unit, LEFT_OUT, f"{reason}: {'; '.join(distinct[:PLACES])}{more}", len(places))
