"""Bars on days the exchange was closed are no bars: they are left out and told, or tell that every date is off."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.calendar import FIRST, is_session, last_known, why_closed
from topheavy.core.errors import Malformed
from topheavy.datasets.schema import DAY
from topheavy.sources.vendor import LeftOut, Parsed

SUNDAY, SATURDAY, FRIDAY, MONDAY = 6, 5, 4, 0


def without_closed_days(parsed: Parsed, unit: str) -> Parsed:
    """Return the answer without bars of days that are no sessions; days the calendar does not know are kept.

    Raises:
        Malformed: when the weeks run from Sunday to Thursday or from Tuesday to Saturday: every date is a day off.
    """
    bars = parsed.tables.get("bars")
    if bars is None:
        return parsed
    counts = pc.value_counts(bars["session"])
    days = dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))
    closed = {day: count for day, count in days.items() if FIRST <= day <= last_known() and not is_session(day)}
    if not closed:
        return parsed
    _refuse_shifted(set(days), unit)
    sessions = pc.invert(pc.is_in(bars["session"], pa.array(sorted(closed), DAY)))
    kept = bars.filter(sessions)
    left_out = [
        LeftOut(f"{day}, a {why_closed(day)}", "the exchange was closed")
        for day, count in sorted(closed.items())
        for _ in range(count)
    ]
    return replace(parsed, tables={**parsed.tables, "bars": kept}, left_out=(*parsed.left_out, *left_out))


def _refuse_shifted(days: set[date], unit: str) -> None:
    weekdays = Counter(day.weekday() for day in days)
    for weekend, opposite, way in ((SUNDAY, FRIDAY, "early"), (SATURDAY, MONDAY, "late")):
        if 10 * weekdays[weekend] > len(days) and not weekdays[opposite]:
            first = min(day for day in days if day.weekday() == weekend)
            raise Malformed(
                f"{unit}: there are bars on {first}, a {first:%A}, and none on a {'Friday' if opposite else 'Monday'}: "
                f"every date seems a day {way}; where the file is yours, say whose day its moments mean, with zone or "
                "clock in the manifest"
            )
