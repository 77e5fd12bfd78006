"""Names in the raw zone: ``<source>/<route>/session=YYYY-MM-DD/<subject>.<version>.<page>``."""

import re
from hashlib import sha256

from topheavy.core.units import Answer, Page, Unit

ENVELOPE = ".answer.json"
"""Ending of the file that names an answer's request, time, kind and hashes; it is written last."""

_ENDINGS = {
    "application/json": "json",
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}


def folder(unit: Unit) -> str:
    """Return the folder of a unit's answers."""
    parts = [unit.source, unit.route]
    if unit.session:
        parts.append(f"session={unit.session.isoformat()}")
    return "/".join(parts)


def stem(unit: Unit, version: str) -> str:
    """Return the path, less its ending, of one version of a unit's answer."""
    return f"{folder(unit)}/{_slug(unit.subject)}.{version[:16]}"


def page_path(answer: Answer, number: int) -> str:
    """Return the path of page ``number`` (from 0)."""
    return f"{stem(answer.unit, answer.version)}.{number}.{ending(answer.pages[number])}"


def ending(page: Page) -> str:
    """Return the file ending a page deserves, by its media type, else by the name it was asked under."""
    media = page.media_type.split(";")[0].strip().lower()
    named = re.search(r"\.([a-z0-9]{2,7})(?:\.gz)?$", page.request.split("?")[0].lower())
    return _ENDINGS.get(media) or (named.group(0).lstrip(".") if named else "bin")


def _slug(subject: str) -> str:
    if not subject:
        return "all"
    plain = re.sub(r"[^A-Za-z0-9.=+-]+", "_", subject.rsplit("/", 1)[-1])[:60]
    return plain if plain == subject != "all" else f"{plain}-{sha256(subject.encode()).hexdigest()[:8]}"
