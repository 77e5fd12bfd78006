"""Units of an answer's columns: as its dataset declares them, else its header, else what it reads."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from topheavy.datasets.schema import datasets
from topheavy.metrics.questions import Question, question, questions


def units_of(asked: Question) -> Mapping[str, str]:
    """Return the unit of every column known by name; a column that counts nothing (a day, a name) has none.

    A column called as in a dataset or question read has the unit it has there, unless the header says another.
    """
    return _units(asked.name)


def meanings_of(asked: Question) -> Mapping[str, str]:
    """Return what columns mean, where the dataset that the answer is says so."""
    known = datasets().get(asked.name)
    return {column.name: column.meaning for column in known.all_columns} if known else {}


@cache
def _units(name: str) -> Mapping[str, str]:
    units: dict[str, str] = {}
    if name in questions():
        for read in reversed(question(name).inputs):
            units |= _units(read)
        units |= question(name).units
    if name in datasets():
        units |= {column.name: column.unit for column in datasets()[name].all_columns}
    return MappingProxyType(units)
