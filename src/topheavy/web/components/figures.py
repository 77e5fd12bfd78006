"""Figures in a grid, written as their columns' units ask."""

from collections.abc import Mapping
from types import MappingProxyType

from topheavy.core.text import CURRENCY, PART
from topheavy.datasets.schema import dataset

_PERCENT = "params.value == null ? '—' : d3.format('.2f')(100 * params.value) + ' %'"
_DOLLARS = (
    "params.value == null ? '—'"
    ": params.value >= 1e12 ? '$' + d3.format(',.2f')(params.value / 1e12) + ' T'"
    ": params.value >= 1e9 ? '$' + d3.format(',.1f')(params.value / 1e9) + ' B'"
    ": '$' + d3.format(',.1f')(params.value / 1e6) + ' M'"
)
_WRITTEN: Mapping[str, str] = MappingProxyType({PART: _PERCENT, CURRENCY: _DOLLARS})


def written(table: str, column: str) -> dict[str, str]:
    """Return the grid's formatter of a dataset's column, by the column's unit."""
    unit = next(item.unit for item in dataset(table).all_columns if item.name == column)
    return {"function": _WRITTEN[unit]}
