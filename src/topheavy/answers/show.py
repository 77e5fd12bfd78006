"""Show: what a question of the catalogue is answered in a home, and which questions there are."""

from typing import Any

from topheavy.answers.answer import Answer
from topheavy.answers.catalogue.ask import EVERYTHING, Page, ask
from topheavy.answers.catalogue.catalogue import askable, catalogue
from topheavy.answers.catalogue.narrowing import Narrowing
from topheavy.answers.published import Published
from topheavy.home import Home


def show(home: Home, question: str, narrowing: Narrowing, page: Page = EVERYTHING) -> Answer:
    """Answer a question of the catalogue; without a date that is the newest day, or all, as the question says.

    Raises:
        NotPublished: while nothing is published.
        UsageError: for an unknown question, narrowing or value, or a day without figures.
    """
    return ask(Published(home.lake.folder.path), question, narrowing, page)


def listed() -> list[dict[str, Any]]:
    """Return every question with what it asks and how it is narrowed."""
    return [
        {"question": item.name, "asks": item.asks, "narrowed by": ", ".join(item.narrowed_by), "day": item.day}
        for item in askable()
    ]


def places() -> list[dict[str, Any]]:
    """Return the file of every question."""
    return [{"kind": "question", "name": name, "module": item.place} for name, item in catalogue().items()]
