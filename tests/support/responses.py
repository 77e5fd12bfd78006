"""Answers to keep, spelled short."""

from datetime import UTC, date, datetime, timedelta

from topheavy.core.units import Answer, Page, SourceKind, Unit

NOON = datetime(2024, 12, 6, 12, tzinfo=UTC)
FRIDAY = Unit("polygon", "bars", date(2024, 12, 6))


def answer(
    *bodies: bytes,
    unit: Unit = FRIDAY,
    hours: float = 0,
    kind: SourceKind = SourceKind.VENDOR,
    facts: dict[str, str] | None = None,
) -> Answer:
    """An answer of these pages, received so many hours after noon."""
    pages = tuple(Page(f"https://vendor.example/{number}", body, "text/csv") for number, body in enumerate(bodies))
    return Answer(unit, pages, NOON + timedelta(hours=hours), kind, facts or {})
