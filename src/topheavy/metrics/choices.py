"""Choices: columns that narrow many answers, what is taken when nothing is asked, and where all values are listed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """A column with one value at a time: ``first`` is taken when none is asked, where it is published; else the first
    of all. ``listed_in`` is the published table that has every value."""

    column: str
    about: str
    first: str
    listed_in: str


CHOICES = {
    choice.column: choice
    for choice in (
        Choice("index", "an index, or a fund taken as one", "SP500", "concentration"),
        Choice("level", "issuer: a company counts once; line: each share class by itself", "issuer", "concentration"),
        Choice("group", "a named group of companies", "magnificent7", "groups"),
    )
}
"""Any other column narrows an answer only where a value is asked."""
