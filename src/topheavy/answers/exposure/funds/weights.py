"""What part of its fund a line is: from its market value where a file is whole, else as printed, never rescaled."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from topheavy.answers.exposure.funds.arrays import Numbers, Places


class Basis(StrEnum):
    """Where lines' parts of their fund come from."""

    VALUE = "value"  # market value ÷ the sum of all lines': the file is whole and its weights are rounded
    PRINTED = "printed"  # the weight as printed
    VALUE_ALONE = "value alone"  # the file prints no weights: whether it is whole is not known
    NONE = "none"  # neither all values nor any weights


@dataclass(frozen=True, slots=True)
class FileTotals:
    """A file's lines in sum: how many there are, have a weight, have a value, and what these add up to."""

    lines: int
    weights: int
    values: int
    stated: float
    value: float
    finest: float
    """How far any printed weight is from a multiple of a thousandth of a per cent."""
    apart: float
    """How far any printed weight is from its line's part of all values."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "FileTotals":
        """Read the totals from a row of the question about files."""
        return cls(row["lines"], row["weights"], row["values_"], row["stated"] or 0.0, row["value"] or 0.0,
                   row["finest"] or 0.0, 1.0 if row["apart"] is None else row["apart"])  # fmt: skip

    @property
    def basis(self) -> Basis:
        """Say which numbers are used: values only where the weights confirm that the file is whole."""
        if not self.weights:
            return Basis.VALUE_ALONE if self.values == self.lines and self.value > 0 else Basis.NONE
        rounded = self.finest < 1e-4
        whole = abs(self.stated - 1) <= max(0.002, min(0.02, 5e-5 * self.weights))
        agree = self.apart <= 1.5e-4
        return Basis.VALUE if rounded and whole and agree and self.values == self.lines else Basis.PRINTED


def weigh(
    fund: Places, funds: tuple[str, ...], printed: Numbers, value: Numbers, totals: Mapping[str, FileTotals]
) -> tuple[Numbers, dict[str, Basis]]:
    """Return each line's part of its fund and, by fund, what it rests on; a line that states none counts as nothing."""
    bases = {name: totals[name].basis for name in funds}
    by_value = np.array([bases[name] in (Basis.VALUE, Basis.VALUE_ALONE) for name in funds], dtype=bool)
    sums = np.array([totals[name].value or 1.0 for name in funds])
    weight = np.where(by_value[fund], value / sums[fund], printed)
    return np.nan_to_num(weight, nan=0.0), bases
