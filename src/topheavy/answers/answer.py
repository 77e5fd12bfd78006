"""An answer: rows as one Arrow table, what its columns are counted in, and what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import Field

from topheavy.answers.evidence import Fact
from topheavy.core.errors import UsageError, WarehouseError, one_line

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class AnswerEvidence(Fact):
    """What an answer rests on.

    Example:
        >>> evidence = home.ask("concentration", since="2024-03-25", until="2024-04-01").evidence
        >>> evidence.world, evidence.coverage
        ('real', 0.6)
    """

    world: str = Field(description="real, or simulated: a market that never was", examples=["real"])
    published_at: datetime | None = Field(default=None, description="when these figures were published (UTC)")
    fingerprint: str = Field(default="", description="the same fingerprint means the same data, questions and settings")
    coverage: float | None = Field(
        default=None, description="lowest coverage of the index's sessions answered, where the answer is of an index"
    )
    as_of: datetime | None = Field(default=None, description="the moment at which a table was looked at")


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows with their evidence.

    ``narrowed`` is what the answer was narrowed to, defaults included; ``total`` are all rows that it has, of which
    ``table`` holds those from ``offset`` on.

    Example:
        >>> answer = home.ask("concentration", index="SP500", on="2024-04-01")
        >>> answer.rows()[0]["hhi"]
        4250.0
        >>> answer.evidence.coverage, answer.units["share"]
        (1.0, '1')
    """

    name: str
    table: pa.Table
    evidence: AnswerEvidence
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    narrowed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    total: int = 0
    offset: int = 0

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries.

        Raises:
            WarehouseError: when a value has no counterpart in Python.

        Example:
            >>> [row["name"] for row in home.ask("weights", limit=2).rows()]
            ['ALPHA INC', 'Beta']
        """
        try:
            rows: list[dict[str, Any]] = self.table.to_pylist()
        except (ValueError, OverflowError) as error:
            raise WarehouseError(f"the answer has a value out of range for a row: {one_line(error)}") from error
        return rows

    def to_pandas(self) -> "pd.DataFrame":
        """Return the rows as a pandas data frame.

        Raises:
            UsageError: when pandas is not installed.

        Example:
            >>> list(home.ask("weights").to_pandas()["security"])
            ['AAA', 'BBB', 'CCC.A', 'DDD']
        """
        try:
            frame: pd.DataFrame = self.table.to_pandas()
        except ModuleNotFoundError as error:
            raise UsageError(f"{error.name} is not installed: install it, or call to_polars() or rows()") from None
        return frame

    def to_polars(self) -> "pl.DataFrame":
        """Return the rows as a polars data frame.

        Example:
            >>> home.ask("weights").to_polars().shape
            (4, 12)
        """
        import polars as pl

        return pl.DataFrame(self.table)

    def __len__(self) -> int:
        return int(self.table.num_rows)
