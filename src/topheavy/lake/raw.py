"""The lake: answers are kept once, read back byte for byte, and indexed by the ledger.

How an answer is kept, so that a kill at any moment loses nothing and leaves nothing half-written:

1. every page's bytes under a name that holds the answer's hash (written once, by rename);
2. the envelope, which names request, time, kind and every page's hash: from here on the answer exists;
3. the ledger's row, which can be rebuilt from the envelope.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from typing import Any

from topheavy.core.errors import LakeError, one_line
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.lake import layout
from topheavy.lake.folder import HomeFolder
from topheavy.lake.ledger import Ledger
from topheavy.lake.records import Entry
from topheavy.lake.store import Store


class Lake:
    """The raw zone of a home and its ledger."""

    def __init__(self, folder: HomeFolder, store: Store | None = None) -> None:
        self.folder = folder
        self.store = store or Store(str(folder.path / "raw"))
        self.ledger = Ledger(folder.path / "ledger.sqlite")

    @cached_property
    def quarantine(self) -> Store:
        """Where bytes rest that came but cannot be read; made when the first of them comes."""
        return Store(str(self.folder.path / "quarantine"))

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def keep(self, answer: Answer) -> tuple[Entry, bool]:
        """Keep an answer; say whether its content was new to the lake."""
        self.folder.settle(answer.kind)
        for number, page in enumerate(answer.pages):
            self.store.put_once(layout.page_path(answer, number), page.content)
        envelope = layout.stem(answer.unit, answer.version) + layout.ENVELOPE
        is_new = self.store.put_once(envelope, _seal(answer))
        size = sum(len(page.content) for page in answer.pages)
        entry = Entry(answer.unit, answer.version, answer.kind, envelope, size, answer.received_at)
        self.ledger.note_answer(entry)
        return entry, is_new

    def set_aside(self, unit: Unit, pages: tuple[Page, ...], cause: str, at: datetime) -> None:
        """Keep bytes that came but cannot be read, in the folder ``quarantine``, with the cause beside them."""
        answer = Answer(unit, pages, at, SourceKind.VENDOR, {"cause": cause})
        for number, page in enumerate(pages):
            self.quarantine.put_once(layout.page_path(answer, number), page.content)
        self.quarantine.put_once(layout.stem(unit, answer.version) + layout.ENVELOPE, _seal(answer))

    def read(self, entry: Entry) -> Answer:
        """Return an answer as it came.

        Raises:
            LakeError: when its bytes are missing or no longer have their hash.
        """
        return self._open(entry.envelope)

    def every(self) -> Iterator[tuple[str, Answer]]:
        """Yield every envelope's path and its answer, checked against its hashes."""
        for path in self.envelopes():
            yield path, self.open(path)

    def envelopes(self) -> list[str]:
        """Return every envelope's path."""
        return sorted(path for path in self.store.list() if path.endswith(layout.ENVELOPE))

    def open(self, envelope: str) -> Answer:
        """Return the answer of an envelope.

        Raises:
            LakeError: when its bytes are missing or no longer have their hash.
        """
        return self._open(envelope)

    def _open(self, envelope: str) -> Answer:
        content = self.store.get(envelope)
        try:
            return self._unseal(json.loads(content))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise LakeError(
                f"{self.store.root}/{envelope} is damaged ({one_line(error)}): delete it and collect it with --again"
            ) from error

    def _unseal(self, sealed: dict[str, Any]) -> Answer:
        pages = tuple(self._page(item) for item in sealed["pages"])
        unit = sealed["unit"]
        return Answer(
            Unit(
                unit["source"],
                unit["route"],
                date.fromisoformat(unit["session"]) if unit["session"] else None,
                unit["subject"],
            ),
            pages,
            datetime.fromisoformat(sealed["received_at"]),
            SourceKind(sealed["kind"]),
            sealed["facts"],
        )

    def _page(self, item: dict[str, str]) -> Page:
        page = Page(item["request"], self.store.get(item["path"]), item["media_type"])
        if page.sha256 != item["sha256"]:
            raise LakeError(
                f"{self.store.root}/{item['path']} is damaged (its hash differs): delete it and collect it with --again"
            )
        return page


def _seal(answer: Answer) -> bytes:
    unit = answer.unit
    content = {
        "unit": {
            "source": unit.source,
            "route": unit.route,
            "session": unit.session.isoformat() if unit.session else "",
            "subject": unit.subject,
        },
        "received_at": answer.received_at.isoformat(),
        "kind": answer.kind.value,
        "facts": dict(answer.facts),
        "pages": [
            {
                "path": layout.page_path(answer, number),
                "request": page.request,
                "media_type": page.media_type,
                "sha256": page.sha256,
                "bytes": len(page.content),
            }
            for number, page in enumerate(answer.pages)
        ],
    }
    return json.dumps(content, indent=1).encode()
