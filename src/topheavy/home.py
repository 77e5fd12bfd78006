"""A home: one home opened, with its lake, tables, warehouse and settings at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from topheavy.core.settings import Settings
from topheavy.lake.folder import open_folder
from topheavy.lake.raw import Lake
from topheavy.tables.catalogs.catalog import Tables
from topheavy.warehouse.ask import Warehouse


@dataclass(frozen=True, slots=True)
class Home:
    """What every job needs of a home."""

    settings: Settings
    lake: Lake
    tables: Tables
    warehouse: Warehouse

    @property
    def world(self) -> str:
        """``real``, ``simulated``, or empty while nothing has come."""
        return self.lake.folder.world


@contextmanager
def open_home(settings: Settings, *, create: bool = True) -> Iterator[Home]:
    """Open the home that ``settings`` names, and close it again.

    Raises:
        LakeError: when it cannot be used; with ``create`` unset, also when there is none.
    """
    home = open_folder(settings.home, create=create)
    lake = Lake(home)
    try:
        yield Home(settings, lake, Tables(home.path), Warehouse(home.path))
    finally:
        lake.close()
