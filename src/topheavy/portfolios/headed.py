"""A broker's table of positions that its own headings tell from all others."""

from typing import ClassVar

from topheavy.portfolios.document import Document
from topheavy.portfolios.formats.table import AnyTable
from topheavy.portfolios.printed import plain


class Headed(AnyTable):
    """A format whose file has one of these sets of headings, as ``plain`` leaves them."""

    rank: ClassVar[int] = 50
    headings: ClassVar[tuple[frozenset[str], ...]]

    def recognises(self, document: Document) -> bool:
        """Take it where one row has every heading of a set."""
        return not document.is_markup and any(
            wanted <= {plain(cell) for cell in row.cells} for row in document.rows for wanted in self.headings
        )
