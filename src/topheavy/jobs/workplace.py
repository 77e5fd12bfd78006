"""A workplace: one home opened, with its lake, tables, warehouse and settings at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from topheavy.core.settings import Settings
from topheavy.lake.home import open_home
from topheavy.lake.raw import Lake
from topheavy.tables.catalog import Tables
from topheavy.warehouse.ask import Warehouse


@dataclass(frozen=True, slots=True)
class Workplace:
    """What every job needs of a home."""

    settings: Settings
    lake: Lake
    tables: Tables
    warehouse: Warehouse

    @property
    def world(self) -> str:
        """``real``, ``simulated``, or empty while nothing has come."""
        return self.lake.home.world


@contextmanager
def workplace(settings: Settings, *, create: bool = True) -> Iterator[Workplace]:
    """Open the home that ``settings`` names, and close it again.

    Raises:
        LakeError: when it cannot be used; with ``create`` unset, also when there is none.
    """
    home = open_home(settings.home, create=create)
    lake = Lake(home)
    try:
        yield Workplace(settings, lake, Tables(home.path), Warehouse(home.path))
    finally:
        lake.close()
